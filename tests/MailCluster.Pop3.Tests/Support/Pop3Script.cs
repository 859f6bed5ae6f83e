using System.Globalization;
using System.Text.RegularExpressions;
using MailCluster.Edge;
using MailCluster.Mailboxes;
using MailCluster.Pop3.Uidl;

namespace MailCluster.Pop3.Tests.Support;

/// <summary>
/// A conversation in a file:
/// <code>
///   # a comment
///   option exclusive                an option of the server (see the switch)
///   capability UTF8                 the conversation shows that the announced capability works
///   message Subject: a\r\n\r\nb     a message in alice's inbox; \r \n \0 \xff are escapes
///   C: CAPA                         the client sends a line
///   S: +OK Goodbye                  the server says exactly this
///   S~ \+OK .*                      … or what matches
///   TLS                             the client begins TLS
///   END                             the server closes
/// </code>
/// </summary>
internal sealed class Pop3Script
{
    private Pop3Script(string name) => Name = name;

    public string Name { get; }

    public Pop3Options Options { get; private set; } = new();

    public bool AllowPlaintext { get; private set; } = true;

    public TlsMode Tls { get; private set; }

    public List<string> Capabilities { get; } = [];

    public List<string> Messages { get; } = [];

    public List<(string Kind, string Text)> Steps { get; } = [];

    /// <summary>Whether all lines may be sent at once: nothing has to be waited for.</summary>
    public bool MayBePipelined { get; private set; } = true;

    public static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "scripts"), "*.pop3").Select(Path.GetFileNameWithoutExtension)
            .Order(StringComparer.Ordinal)!;

    public static Pop3Script Load(string name)
    {
        var script = new Pop3Script(name);
        foreach (var line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "scripts", name + ".pop3")))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var at = line.IndexOf(' ', StringComparison.Ordinal);
            script.Read(at < 0 ? line : line[..at], at < 0 ? "" : line[(at + 1)..]);
        }

        return script;
    }

    private void Read(string word, string rest)
    {
        switch (word)
        {
            case "option":
                SetOption(rest);
                break;
            case "capability":
                Capabilities.Add(rest);
                break;
            case "message":
                Messages.Add(Unescape(rest));
                break;
            case "C:" or "S:" or "S~" or "TLS" or "END":
                Steps.Add((word, word == "C:" ? Unescape(rest) : rest));
                MayBePipelined &= word != "TLS";
                break;
            default:
                throw new FormatException($"{Name}: what is '{word}'?");
        }
    }

    private void SetOption(string text)
    {
        var at = text.IndexOf(' ', StringComparison.Ordinal);
        var (name, value) = at < 0 ? (text, "") : (text[..at], text[(at + 1)..]);
        switch (name)
        {
            case "not-pipelined":
                MayBePipelined = false;
                return;
            case "no-plaintext":
                AllowPlaintext = false;
                return;
            case "tls":
                Tls = Enum.Parse<TlsMode>(value, ignoreCase: true);
                return;
        }

        Options = name switch
        {
            "exclusive" => Options with { IsExclusive = true },
            "last" => Options with { HasLast = true },
            "apop" => Options with { OffersApop = true },
            "refuse-utf8" => Options with { RefusesUtf8 = true },
            "stored-sizes" => Options with { TellsStoredSizes = true },
            "uidl" => Options with { UidlFormat = UidlTemplate.Parse(value) },
            "folder" => Options with { Folder = FolderName.Create(value) },
            "expire" => Options with { ExpireDays = int.Parse(value, CultureInfo.InvariantCulture) },
            "implementation" => Options with { Implementation = value },
            "login-delay" => Options with { LoginDelay = TimeSpan.FromSeconds(int.Parse(value, CultureInfo.InvariantCulture)) },
            "bad-commands" => Options with { BadCommandsMax = int.Parse(value, CultureInfo.InvariantCulture) },
            _ => throw new FormatException($"{Name}: there is no option '{name}'."),
        };
    }

    private static string Unescape(string text) => Regex.Replace(text, @"\\(r|n|0|\\|x[0-9a-f]{2})", static match => match.Groups[1].Value switch
    {
        "r" => "\r",
        "n" => "\n",
        "0" => "\0",
        "\\" => "\\",
        var hex => ((char)int.Parse(hex.AsSpan(1), NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString(),
    });
}
