using System.Buffers.Text;
using System.Text;

namespace MailCluster.Mime;

/// <summary>Writes text as encoded words of RFC 2047 in UTF-8: at most 75 characters each, no character cut in two, Q or B by which is shorter.</summary>
internal static class EncodedWordWriter
{
    private const int WordMax = 75;
    private const int Overhead = 12; // =?UTF-8?Q??=

    public static void Append(ref FoldedLine line, ReadOnlySpan<byte> space, ReadOnlySpan<char> text)
    {
        var utf8 = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        ReadOnlySpan<byte> rest = utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, utf8));
        var isQuoted = QuotedLength(rest) <= (rest.Length + 2) / 3 * 4;
        var word = new ByteBuffer(WordMax);
        while (!rest.IsEmpty)
        {
            // On the first line as much as fits there, unless that is hardly anything.
            var room = Math.Min(line.Room(space.Length), WordMax);
            var take = Fit(rest, (room < Overhead + 16 ? WordMax : room) - Overhead, isQuoted);
            word.Clear();
            word.Append(isQuoted ? "=?UTF-8?Q?"u8 : "=?UTF-8?B?"u8);
            if (isQuoted)
                AppendQuoted(rest[..take], word);
            else
                AppendBase64(rest[..take], word);
            word.Append("?="u8);
            line.AppendFolding(space, word.Written);
            space = " "u8;
            rest = rest[take..];
        }
    }

    /// <summary>How many octets, whole characters, fit into <paramref name="length"/> encoded ones; at least one character.</summary>
    private static int Fit(ReadOnlySpan<byte> utf8, int length, bool isQuoted)
    {
        var take = 0;
        var used = 0;
        while (take < utf8.Length)
        {
            Rune.DecodeFromUtf8(utf8[take..], out _, out var count);
            used += isQuoted ? QuotedLength(utf8.Slice(take, count)) : count;
            if (take > 0 && (isQuoted ? used : (used + 2) / 3 * 4) > length)
                break;
            take += count;
        }

        return take;
    }

    private static int QuotedLength(ReadOnlySpan<byte> utf8)
    {
        var length = 0;
        foreach (var b in utf8)
            length += b == ' ' || IsPlain(b) ? 1 : 3;
        return length;
    }

    private static void AppendQuoted(ReadOnlySpan<byte> utf8, ByteBuffer into)
    {
        foreach (var b in utf8)
        {
            if (b == ' ')
                into.Append((byte)'_');
            else if (IsPlain(b))
                into.Append(b);
            else
                QuotedPrintableWriter.AppendCode(into, b);
        }
    }

    private static void AppendBase64(ReadOnlySpan<byte> utf8, ByteBuffer into)
    {
        Base64.EncodeToUtf8(utf8, into.GetSpan(Base64.GetMaxEncodedToUtf8Length(utf8.Length)), out _, out var written);
        into.Advance(written);
    }

    /// <summary>RFC 2047 §5 (3): what may stand for itself in a phrase too, the narrowest place.</summary>
    private static bool IsPlain(byte b) => Ascii.IsLetter(b) || Ascii.IsDigit(b) || b is (byte)'!' or (byte)'*' or (byte)'+' or (byte)'-' or (byte)'/';
}
