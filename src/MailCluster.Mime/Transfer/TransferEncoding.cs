namespace MailCluster.Mime;

/// <summary>Content-Transfer-Encoding (RFC 2045 §6). The numbers are stored in summaries: add, never change.</summary>
public enum TransferEncoding : byte
{
    SevenBit = 0,
    EightBit = 1,
    Binary = 2,
    QuotedPrintable = 3,
    Base64 = 4,

    /// <summary>x-uuencode, x-uue, uuencode: never registered, still about.</summary>
    UuEncode = 5,

    /// <summary>Anything else. The body cannot be decoded (IMAP UNKNOWN-CTE).</summary>
    Unknown = 6,
}

public static class TransferEncodings
{
    /// <summary>Reads the value of a Content-Transfer-Encoding field; lenient about comments, quotes and what follows the word.</summary>
    public static TransferEncoding Parse(ReadOnlySpan<byte> value)
    {
        var token = Token(value);
        if (token.IsEmpty || Is(token, "7bit"u8) || Is(token, "7-bit"u8))
            return TransferEncoding.SevenBit;
        if (Is(token, "8bit"u8) || Is(token, "8-bit"u8))
            return TransferEncoding.EightBit;
        if (Is(token, "base64"u8))
            return TransferEncoding.Base64;
        if (Is(token, "quoted-printable"u8))
            return TransferEncoding.QuotedPrintable;
        if (Is(token, "binary"u8))
            return TransferEncoding.Binary;
        if (Is(token, "x-uuencode"u8) || Is(token, "uuencode"u8) || Is(token, "x-uue"u8))
            return TransferEncoding.UuEncode;
        return TransferEncoding.Unknown;
    }

    /// <summary>The word as IMAP shows it; empty for <see cref="TransferEncoding.Unknown"/>.</summary>
    public static ReadOnlySpan<byte> NameOf(TransferEncoding encoding) => encoding switch
    {
        TransferEncoding.SevenBit => "7bit"u8,
        TransferEncoding.EightBit => "8bit"u8,
        TransferEncoding.Binary => "binary"u8,
        TransferEncoding.QuotedPrintable => "quoted-printable"u8,
        TransferEncoding.Base64 => "base64"u8,
        TransferEncoding.UuEncode => "x-uuencode"u8,
        _ => [],
    };

    /// <summary>True if the encoded bytes are the content.</summary>
    public static bool IsIdentity(TransferEncoding encoding) => encoding <= TransferEncoding.Binary;

    internal static ReadOnlySpan<byte> Token(ReadOnlySpan<byte> value)
    {
        var start = Lwsp.SkipCfws(value, 0);
        if (start < value.Length && value[start] == '"')
            start++;
        var end = start;
        while (end < value.Length && value[end] is > 32 and not ((byte)';' or (byte)'"' or (byte)'(' or (byte)','))
            end++;
        return value[start..end];
    }

    private static bool Is(ReadOnlySpan<byte> token, ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(token, name);
}
