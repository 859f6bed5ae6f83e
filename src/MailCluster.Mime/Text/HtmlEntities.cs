using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;

namespace MailCluster.Mime;

/// <summary>Character references of HTML, by number and by the names of HTML 4.</summary>
internal static class HtmlEntities
{
    /// <summary>What the runtime knows of named references, as met; only real names get in, so it is bounded by their number.</summary>
    private static readonly ConcurrentDictionary<string, int> Named = new(StringComparer.Ordinal);

    /// <summary>
    /// Decodes a reference without its ampersand and semicolon into UTF-8; returns the length, 0 if it is none. Spaces that do not break are
    /// plain ones here.
    /// </summary>
    public static int Decode(ReadOnlySpan<byte> name, Span<byte> utf8)
    {
        var value = name.Length < 2 ? 0 : name[0] == '#' ? Number(name[1..]) : Name(name);
        if (value is 0xA0 or '\t' or '\r' or '\n')
            value = ' ';
        if (value is > 0x7F and < 0xA0)
            value = FromWindows1252(value);
        return value > 0 && Rune.TryCreate(value, out var rune) ? rune.EncodeToUtf8(utf8) : 0;
    }

    private static int Number(ReadOnlySpan<byte> digits)
    {
        var style = NumberStyles.None;
        if ((digits[0] | 0x20) == 'x')
        {
            style = NumberStyles.AllowHexSpecifier;
            digits = digits[1..];
        }

        return int.TryParse(digits, style, CultureInfo.InvariantCulture, out var value) && Rune.IsValid(value) ? value : 0;
    }

    private static int Name(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("amp"u8))
            return '&';
        if (name.SequenceEqual("lt"u8))
            return '<';
        if (name.SequenceEqual("gt"u8))
            return '>';
        if (name.SequenceEqual("quot"u8))
            return '"';
        if (name.SequenceEqual("nbsp"u8))
            return ' ';
        if (name.SequenceEqual("apos"u8))
            return '\'';
        if (name.Length > 8)
            return 0;
        Span<char> chars = stackalloc char[name.Length];
        Encoding.ASCII.GetChars(name, chars);
        var named = Named.GetAlternateLookup<ReadOnlySpan<char>>();
        if (named.TryGetValue(chars, out var value))
            return value;
        var text = WebUtility.HtmlDecode($"&{chars};");
        if (text.Length != 1)
            return 0;
        named[chars] = text[0];
        return text[0];
    }

    /// <summary>References to C1 controls mean the characters of windows-1252 (as browsers read them).</summary>
    private static int FromWindows1252(int value)
    {
        var buffer = new ByteBuffer(8);
        MailCharset.AppendUtf8("windows-1252"u8, [(byte)value], buffer);
        Rune.DecodeFromUtf8(buffer.Written, out var rune, out _);
        return rune.Value;
    }
}
