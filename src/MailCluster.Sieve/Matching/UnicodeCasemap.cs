using System.Buffers;
using System.Text;

namespace MailCluster.Sieve.Matching;

/// <summary>
/// i;unicode-casemap (RFC 5051 §2): each character becomes its title case by the simple mapping, and that its full decomposition, so that "é" is
/// the same whichever way it is written, and "ǆ" the same as "Ǆ". The results are compared by octets. The runtime does not decompose in invariant mode, so the
/// table comes along, made by <c>unicode-casemap.py</c>; it is read when a script first asks for this comparator.
/// </summary>
internal static class UnicodeCasemap
{
    private const int HangulFirst = 0xAC00;
    private const int HangulLast = 0xD7A3;

    private static readonly Lazy<Dictionary<int, string>> s_table = new(Read);

    private static readonly SearchValues<char> s_unchanged = SearchValues.Create(Enumerable.Range(0, 128).Select(static i => (char)i).Where(static c => c is < 'a' or > 'z').ToArray());

    internal static string Fold(string text) => text.AsSpan().ContainsAnyExcept(s_unchanged) ? Fold(text, null) : text;

    /// <summary>Folds, and notes for each unit of the result which unit of the text it came from, and at the end the text's length.</summary>
    internal static string Fold(string text, List<int>? origins)
    {
        var folded = new StringBuilder(text.Length + 16);
        for (var at = 0; at < text.Length;)
        {
            Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var used);
            var before = folded.Length;
            Append(folded, rune);
            for (var i = before; i < folded.Length; i++)
                origins?.Add(at);
            at += used;
        }

        origins?.Add(text.Length);
        return folded.ToString();
    }

    private static void Append(StringBuilder into, Rune rune)
    {
        if (rune.IsAscii)
        {
            into.Append((char)(rune.Value is >= 'a' and <= 'z' ? rune.Value & ~0x20 : rune.Value));
        }
        else if (rune.Value is >= HangulFirst and <= HangulLast)
        {
            // The Unicode Standard §3.12: syllables are numbered by their parts.
            var index = rune.Value - HangulFirst;
            into.Append((char)(0x1100 + (index / 588))).Append((char)(0x1161 + (index % 588 / 28)));
            if (index % 28 != 0)
                into.Append((char)(0x11A7 + (index % 28)));
        }
        else if (s_table.Value.TryGetValue(rune.Value, out var to))
        {
            into.Append(to);
        }
        else
        {
            into.Append(rune.ToString());
        }
    }

    private static Dictionary<int, string> Read()
    {
        using var stream = typeof(UnicodeCasemap).Assembly.GetManifestResourceStream("unicode-casemap.bin")
            ?? throw new InvalidOperationException("The table of i;unicode-casemap is not in the assembly.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var table = new Dictionary<int, string>();
        var at = 0;
        for (var point = 0; at < bytes.Length;)
        {
            point += Number(bytes, ref at);
            var to = new StringBuilder();
            for (var count = Number(bytes, ref at); count > 0; count--)
                to.Append(new Rune(Number(bytes, ref at)).ToString());
            table.Add(point, to.ToString());
        }

        return table;
    }

    private static int Number(byte[] bytes, ref int at)
    {
        var value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var b = bytes[at++];
            value |= (b & 0x7F) << shift;
            if (b < 0x80)
                return value;
        }
    }
}
