using System.Text;

namespace MailCluster.Imap.Wire.Syntax;

/// <summary>Charsets that SEARCH may name.</summary>
internal static class SearchCharset
{
    private const int NameBytesMax = 64;

    /// <summary>
    /// Finds the charset; <paramref name="charset"/> is null for UTF-8 and its subset US-ASCII, which need no conversion.
    /// </summary>
    public static bool TryFind(ReadOnlySpan<byte> name, out Encoding? charset)
    {
        charset = null;
        if (Ascii.EqualsIgnoreCase(name, "UTF-8"u8) || Ascii.EqualsIgnoreCase(name, "US-ASCII"u8) || Ascii.EqualsIgnoreCase(name, "UTF8"u8))
            return true;
        if (name.IsEmpty || name.Length > NameBytesMax || !Ascii.IsValid(name))
            return false;
        var text = Encoding.ASCII.GetString(name);
        charset = CodePagesEncodingProvider.Instance.GetEncoding(text) ?? BuiltIn(text);
        // UTF-7 was a way to smuggle text past filters, and no mail client asks for it.
        return charset is not null;
    }

    private static Encoding? BuiltIn(string name) => name.ToUpperInvariant() switch
    {
        "ISO-8859-1" or "LATIN1" => Encoding.Latin1,
        "UTF-16" or "UTF-16BE" => Encoding.BigEndianUnicode,
        "UTF-16LE" => Encoding.Unicode,
        _ => null,
    };
}
