using System.Text;

namespace MailCluster.Imap.Tests.Wire;

/// <summary>
/// The wire corpus, <c>commands.txt</c>: what a client sends and what the reader makes of it. A line <c>> </c> holds input, with <c>\r \n
/// \0 \\ \xHH</c> as escapes, and CRLF at its end; several of them follow each other. A line <c>= </c> is the next outcome expected: a
/// command, <c>+</c> for a continuation, <c>! kind text</c> for a rejection. A blank line ends a case, <c>#</c> is a comment, <c>@</c> sets
/// an option for the case.
/// </summary>
internal static class WireCorpus
{
    public static IReadOnlyList<WireCase> Cases { get; } = Load();

    public static byte[] Unescape(string text)
    {
        var bytes = new List<byte>();
        var source = Encoding.UTF8.GetBytes(text);
        for (var i = 0; i < source.Length; i++)
        {
            if (source[i] != '\\')
            {
                bytes.Add(source[i]);
                continue;
            }

            i++;
            switch ((char)source[i])
            {
                case 'r': bytes.Add((byte)'\r'); break;
                case 'n': bytes.Add((byte)'\n'); break;
                case '0': bytes.Add(0); break;
                case '\\': bytes.Add((byte)'\\'); break;
                case 'x':
                    bytes.Add(Convert.ToByte(Encoding.ASCII.GetString(source, i + 1, 2), 16));
                    i += 2;
                    break;
                default: throw new InvalidDataException($"Unknown escape in the corpus: {text}");
            }
        }

        return [.. bytes];
    }

    private static List<WireCase> Load()
    {
        using var stream = typeof(WireCorpus).Assembly.GetManifestResourceStream("commands.txt")!;
        using var reader = new StreamReader(stream);
        var cases = new List<WireCase>();
        var current = new WireCase();
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            if (line.StartsWith('#'))
                continue;
            if (line.Length == 0)
            {
                if (current.Input.Count > 0)
                    cases.Add(current);
                current = new WireCase();
            }
            else if (line.StartsWith("> ", StringComparison.Ordinal))
            {
                if (current.Input.Count == 0)
                    current.Line = number;
                current.Input.AddRange(Unescape(line[2..] + "\\r\\n"));
            }
            else if (line.StartsWith("= ", StringComparison.Ordinal))
                current.Expected.Add(line[2..]);
            else if (line.StartsWith('@'))
                current.Options.Add(line[1..]);
            else
                throw new InvalidDataException($"commands.txt:{number}: not a line of a corpus");
        }

        if (current.Input.Count > 0)
            cases.Add(current);
        return cases;
    }
}

internal sealed class WireCase
{
    public int Line { get; set; }

    public List<byte> Input { get; } = [];

    public List<string> Expected { get; } = [];

    /// <summary><c>utf8</c>: after ENABLE IMAP4rev2. <c>limits</c>: small limits. <c>abandon</c>: every message is refused.</summary>
    public HashSet<string> Options { get; } = [];

    public override string ToString() => $"commands.txt:{Line}";
}
