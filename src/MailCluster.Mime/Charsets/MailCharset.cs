using System.Collections.Concurrent;
using System.Text;

namespace MailCluster.Mime;

/// <summary>
/// Turns the charsets of mail into UTF-8. Mail lies about charsets, so: what is called ASCII or is not called anything, or by a name nobody
/// knows, is UTF-8 if it is valid as that and windows-1252 if not; ISO-8859-1 is read as windows-1252, its superset that is nearly always meant.
/// What cannot be decoded becomes U+FFFD; nothing throws.
/// </summary>
public static partial class MailCharset
{
    private const int CharsMax = 4096;

    private static readonly Encoding Utf8 = new UTF8Encoding(false, false);
    private static readonly Encoding Windows1252 = Register();

    /// <summary>By name in lower case; null for names that mean nothing. Bounded, since names come from mail.</summary>
    private static readonly ConcurrentDictionary<string, Encoding?> Known = new(StringComparer.Ordinal);

    [ThreadStatic]
    private static char[]? _chars;

    /// <summary>True if a charset of that name can be decoded (for SEARCH CHARSET: if not, BADCHARSET).</summary>
    public static bool IsKnown(ReadOnlySpan<byte> name) =>
        Classify(name, out _) != Form.Guess || Ascii.EqualsIgnoreCase(name, "us-ascii"u8)
        || Ascii.EqualsIgnoreCase(name, "ascii"u8);

    /// <summary>Appends <paramref name="bytes"/>, which are in the charset <paramref name="name"/> (empty: not said), as UTF-8.</summary>
    public static void AppendUtf8(ReadOnlySpan<byte> name, ReadOnlySpan<byte> bytes, ByteBuffer into)
    {
        ArgumentNullException.ThrowIfNull(into);
        switch (Classify(name, out var encoding))
        {
            case Form.Utf8:
                AppendValid(bytes, into);
                break;
            case Form.Latin:
                if (System.Text.Ascii.IsValid(bytes))
                    into.Append(bytes);
                else
                    Convert(Windows1252, bytes, into);
                break;
            case Form.Utf7:
                Utf7.Append(bytes, into);
                break;
            case Form.Wide:
                AppendWide(name, encoding!, bytes, into);
                break;
            case Form.Other:
                Convert(encoding!, bytes, into);
                break;
            default:
                AppendGuess(bytes, into);
                break;
        }
    }

    /// <summary>Bytes of no known charset, such as 8-bit header fields: UTF-8 if valid, else windows-1252.</summary>
    public static void AppendGuess(ReadOnlySpan<byte> bytes, ByteBuffer into)
    {
        ArgumentNullException.ThrowIfNull(into);
        if (System.Text.Unicode.Utf8.IsValid(bytes))
            into.Append(bytes);
        else
            Convert(Windows1252, bytes, into);
    }

    /// <summary>True for charsets whose line ends are not single octets (UTF-16, UTF-32).</summary>
    internal static bool IsWide(ReadOnlySpan<byte> name) =>
        Ascii.StartsWithIgnoreCase(name, "utf-16"u8) || Ascii.StartsWithIgnoreCase(name, "utf-32"u8) || Ascii.StartsWithIgnoreCase(name, "utf16"u8)
        || Ascii.StartsWithIgnoreCase(name, "utf32"u8) || Ascii.StartsWithIgnoreCase(name, "ucs-2"u8) || Ascii.StartsWithIgnoreCase(name, "iso-10646"u8);

    private enum Form
    {
        Guess,
        Utf8,
        Latin,
        Utf7,
        Wide,
        Other,
    }

    private static Form Classify(ReadOnlySpan<byte> name, out Encoding? encoding)
    {
        encoding = null;
        if (Is(name, "utf-8"u8) || Is(name, "utf8"u8))
            return Form.Utf8;
        if (name.IsEmpty || name.Length > 40 || Is(name, "us-ascii"u8) || Is(name, "ascii"u8))
            return Form.Guess;
        if (Is(name, "iso-8859-1"u8) || Is(name, "windows-1252"u8) || Is(name, "latin1"u8)
            || Is(name, "cp1252"u8) || Is(name, "iso8859-1"u8))
            return Form.Latin;
        if (Is(name, "utf-7"u8) || Is(name, "unicode-1-1-utf-7"u8))
            return Form.Utf7;
        encoding = Lookup(name);
        return encoding switch
        {
            null => Form.Guess,
            { CodePage: Utf8CodePage } => Form.Utf8,
            { CodePage: Utf16Le or Utf16Be or Utf32Le or Utf32Be } => Form.Wide,
            _ => Form.Other,
        };
    }

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> known) => Ascii.EqualsIgnoreCase(name, known);

    private static Encoding? Lookup(ReadOnlySpan<byte> name)
    {
        Span<char> chars = stackalloc char[name.Length];
        for (var i = 0; i < name.Length; i++)
            chars[i] = (char)Ascii.ToLower(name[i]);
        var known = Known.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(chars, out var encoding))
            return encoding;
        var text = chars.ToString();
        encoding = Find(CharsetAliases.Canonical(text));
        if (Known.Count < 1024)
            Known[text] = encoding;
        return encoding;
    }

    private static Encoding? Find(string name)
    {
        try
        {
            return int.TryParse(name, System.Globalization.CultureInfo.InvariantCulture, out var codePage)
                ? Encoding.GetEncoding(codePage)
                : Encoding.GetEncoding(name);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static void AppendValid(ReadOnlySpan<byte> bytes, ByteBuffer into)
    {
        if (bytes.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        if (System.Text.Unicode.Utf8.IsValid(bytes))
            into.Append(bytes);
        else
            Convert(Utf8, bytes, into);
    }

    private static void Convert(Encoding encoding, ReadOnlySpan<byte> bytes, ByteBuffer into)
    {
        var chars = _chars ??= new char[CharsMax];
        var decoder = encoding.GetDecoder();
        var held = 0;
        var done = false;
        while (!done)
        {
            int charsUsed;
            try
            {
                decoder.Convert(bytes, chars.AsSpan(held), flush: true, out var bytesUsed, out charsUsed, out done);
                bytes = bytes[bytesUsed..];
            }
            catch (ArgumentException)
            {
                // Some code page decoders refuse what they cannot make out instead of replacing it.
                into.Append("\uFFFD"u8);
                return;
            }

            var count = held + charsUsed;
            held = !done && count > 1 && char.IsHighSurrogate(chars[count - 1]) ? 1 : 0;
            into.Advance(Utf8.GetBytes(chars.AsSpan(0, count - held), into.GetSpan((count - held) * 3)));
            if (held == 1)
                chars[0] = chars[count - 1];
        }
    }

    private static Encoding Register()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        return Encoding.GetEncoding(1252);
    }
}
