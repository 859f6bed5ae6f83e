using System.Text;
using MailCluster.Mime;

namespace MailCluster.Sieve;

/// <summary>Bodies as text.</summary>
internal static class PartText
{
    /// <summary>A leaf's body: decoded, and from its charset, if it is text, to Unicode. What has no known encoding stays as it is (RFC 5173 §5.2).</summary>
    public static string Decode(MessagePart part)
    {
        var body = part.Body.Bytes.Span;
        body = body[..Math.Min(body.Length, part.LookedAt)];
        var encoding = part.Encoding;
        var charset = part.IsText ? Encoding.ASCII.GetBytes(part.Charset) : [];
        if (encoding == TransferEncoding.Unknown || TransferEncodings.IsIdentity(encoding))
            return ToText(charset, body);
        var decoded = new ByteBuffer(body.Length);
        TransferDecoder.Decode(encoding, crlfLines: false, body, decoded);
        return ToText(charset, decoded.Written);
    }

    /// <summary>Octets of no stated charset: UTF-8 if they are valid as that, else windows-1252.</summary>
    public static string Guess(ReadOnlySpan<byte> bytes) => ToText([], bytes);

    public static string WithoutMarkup(string html)
    {
        var text = new ByteBuffer(html.Length);
        HtmlText.Append(Encoding.UTF8.GetBytes(html), text);
        return Encoding.UTF8.GetString(text.Written);
    }

    private static string ToText(ReadOnlySpan<byte> charset, ReadOnlySpan<byte> bytes)
    {
        if (charset.IsEmpty && System.Text.Ascii.IsValid(bytes))
            return Encoding.ASCII.GetString(bytes);
        var utf8 = new ByteBuffer(bytes.Length);
        MailCharset.AppendUtf8(charset, bytes, utf8);
        return Encoding.UTF8.GetString(utf8.Written);
    }
}
