using System.Text;

namespace MailCluster.Mime;

/// <summary>
/// UTF-16 and UTF-32. The names without LE or BE say that a byte order mark tells the order (RFC 2781 §4.3: big-endian without one); mail has every
/// mixture of name, mark and order, so the mark has the last word, and where there is none the zeros of what is mostly Latin text.
/// </summary>
public static partial class MailCharset
{
    private const int Utf8CodePage = 65001;
    private const int Utf16Le = 1200;
    private const int Utf16Be = 1201;
    private const int Utf32Le = 12000;
    private const int Utf32Be = 12001;

    /// <summary>Octets that are looked at to guess the order.</summary>
    private const int SampleBytes = 512;

    private static readonly UnicodeEncoding BigEndian16 = new(bigEndian: true, byteOrderMark: false);
    private static readonly UnicodeEncoding LittleEndian16 = new(bigEndian: false, byteOrderMark: false);
    private static readonly UTF32Encoding BigEndian32 = new(bigEndian: true, byteOrderMark: false);
    private static readonly UTF32Encoding LittleEndian32 = new(bigEndian: false, byteOrderMark: false);

    private static void AppendWide(ReadOnlySpan<byte> name, Encoding named, ReadOnlySpan<byte> bytes, ByteBuffer into)
    {
        var unit = named.CodePage is Utf32Le or Utf32Be ? 4 : 2;
        var mark = MarkOf(bytes, unit);
        var big = mark ?? (named.CodePage is Utf16Be or Utf32Be || (!SaysLittle(name) && IsBigEndian(bytes, unit)));
        Encoding encoding = unit == 4 ? big ? BigEndian32 : LittleEndian32 : big ? BigEndian16 : LittleEndian16;
        Convert(encoding, mark is null ? bytes : bytes[unit..], into);
    }

    /// <summary>Whether the byte order mark says big-endian; null if there is none.</summary>
    private static bool? MarkOf(ReadOnlySpan<byte> bytes, int unit)
    {
        if (unit == 4)
            return bytes.StartsWith<byte>([0, 0, 0xFE, 0xFF]) ? true : bytes.StartsWith<byte>([0xFF, 0xFE, 0, 0]) ? false : null;
        return bytes.StartsWith<byte>([0xFE, 0xFF]) ? true : bytes.StartsWith<byte>([0xFF, 0xFE]) ? false : null;
    }

    private static bool SaysLittle(ReadOnlySpan<byte> name) => name.Length > 2 && Ascii.EqualsIgnoreCase(name[^2..], "le"u8);

    private static bool IsBigEndian(ReadOnlySpan<byte> bytes, int unit)
    {
        int first = 0, last = 0;
        for (var at = 0; at + unit <= Math.Min(bytes.Length, SampleBytes); at += unit)
        {
            first += bytes[at] == 0 ? 1 : 0;
            last += bytes[at + unit - 1] == 0 ? 1 : 0;
        }

        return first >= last;
    }
}
