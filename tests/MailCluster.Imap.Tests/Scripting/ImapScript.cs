using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MailCluster.Imap.Tests.Scripting;

internal enum ScriptLineKind
{
    Client,
    Server,
    ServerSkipping,
    Time,
}

internal sealed record ScriptLine(ScriptLineKind Kind, int Connection, string Text, int Number);

/// <summary>A parsed script; <see cref="ScriptRunner"/> says what is in one. Texts are bytes as Latin-1 characters.</summary>
internal sealed partial class ImapScript
{
    private readonly List<KeyValuePair<string, string>> _options = [];

    private ImapScript(string name) => Name = name;

    public static string Directory { get; } = Path.Combine(AppContext.BaseDirectory, "scripts");

    public string Name { get; }

    public List<ScriptLine> Lines { get; } = [];

    public IEnumerable<string> Capabilities =>
        _options.Where(static option => option.Key == "capability").SelectMany(static option => option.Value.Split(' '));

    public static IEnumerable<string> Names() =>
        System.IO.Directory.EnumerateFiles(Directory, "*.imap").Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    public static ImapScript Load(string name)
    {
        var script = new ImapScript(name);
        var number = 0;
        foreach (var raw in File.ReadAllLines(Path.Combine(Directory, name)))
        {
            number++;
            if (raw.Length == 0 || raw[0] == '#')
                continue;
            var line = Bytes(raw);
            if (line[0] == '@')
            {
                var parts = line[1..].Split(' ', 2);
                script._options.Add(new(parts[0], parts.Length > 1 ? parts[1] : ""));
            }
            else
            {
                var match = LinePattern().Match(line);
                if (!match.Success)
                    throw new FormatException($"{name}:{number}: not a line of a script: {raw}");
                var kind = match.Groups[1].Value switch
                {
                    "C" => ScriptLineKind.Client,
                    "T" => ScriptLineKind.Time,
                    _ => match.Groups[3].Length > 0 ? ScriptLineKind.ServerSkipping : ScriptLineKind.Server,
                };
                var connection = match.Groups[2].Length == 0 ? 1 : int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
                script.Lines.Add(new ScriptLine(kind, connection, match.Groups[4].Value, number));
            }
        }

        return script;
    }

    public bool Has(string option) => _options.Exists(known => known.Key == option);

    public string? Option(string option) => _options.Find(known => known.Key == option).Value;

    private static string Bytes(string text) => BytePattern().Replace(
        Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text.Replace("¶", "\r\n", StringComparison.Ordinal))),
        static match => ((char)int.Parse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToString());

    [GeneratedRegex(@"\A([CST])(\d*)(\*?): ?(.*)\z", RegexOptions.Singleline)]
    private static partial Regex LinePattern();

    [GeneratedRegex(@"\\x([0-9A-F]{2})")]
    private static partial Regex BytePattern();
}
