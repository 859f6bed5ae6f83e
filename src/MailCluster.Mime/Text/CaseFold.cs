using System.Buffers;
using System.Text;

namespace MailCluster.Mime;

/// <summary>
/// Folds the case of UTF-8, one Unicode scalar value at a time: lower case of upper case by the simple mappings of Unicode, which is its simple
/// case folding for all but a few characters. No decomposition and no full folding: "ß" does not meet "SS", "é" does not meet "e". The invariant
/// mappings of the runtime are used, so the result does not depend on culture or operating system.
/// </summary>
internal static class CaseFold
{
    private static readonly char[] Table = MakeTable();

    /// <summary>Appends <paramref name="utf8"/> folded; CRLF and CR become LF. Bytes that are no UTF-8 become U+FFFD.</summary>
    public static void Append(ByteBuffer into, ReadOnlySpan<byte> utf8)
    {
        while (!utf8.IsEmpty)
        {
            var special = utf8.IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
            var ascii = special < 0 ? utf8 : utf8[..special];
            AppendAscii(into, ascii);
            utf8 = utf8[ascii.Length..];
            while (!utf8.IsEmpty && utf8[0] >= 0x80)
            {
                Rune.DecodeFromUtf8(utf8, out var rune, out var used);
                utf8 = utf8[used..];
                into.Advance(Fold(rune).EncodeToUtf8(into.GetSpan(4)));
            }
        }
    }

    public static Rune Fold(Rune rune) =>
        rune.IsBmp ? new Rune(Table[rune.Value]) : Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune));

    private static void AppendAscii(ByteBuffer into, ReadOnlySpan<byte> ascii)
    {
        while (!ascii.IsEmpty)
        {
            var cr = ascii.IndexOf((byte)'\r');
            var run = cr < 0 ? ascii : ascii[..cr];
            if (!run.IsEmpty)
            {
                System.Text.Ascii.ToLower(run, into.GetSpan(run.Length), out var written);
                into.Advance(written);
            }

            if (cr < 0)
                return;
            if (cr + 1 == ascii.Length || ascii[cr + 1] != '\n')
                into.Append((byte)'\n');
            ascii = ascii[(cr + 1)..];
        }
    }

    private static char[] MakeTable()
    {
        var table = new char[char.MaxValue + 1];
        for (var i = 0; i < table.Length; i++)
            table[i] = char.IsSurrogate((char)i) ? (char)i : char.ToLowerInvariant(char.ToUpperInvariant((char)i));
        return table;
    }
}
