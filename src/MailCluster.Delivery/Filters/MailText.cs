using System.Text;
using MailCluster.Mime;

namespace MailCluster.Delivery.Filters;

/// <summary>Writes the messages that are made at delivery.</summary>
internal static class MailText
{
    /// <summary>What can stand in an envelope as it is.</summary>
    public static bool IsAddress(string text) =>
        text.LastIndexOf('@') is var at and > 0 && at < text.Length - 1 && text.Length <= 320
        && !text.Any(static c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>');

    public static void Field(ByteBuffer into, string name, string value) => HeaderFieldWriter.AppendText(into, name, value, "\r\n"u8);

    public static void Addresses(ByteBuffer into, string name, string value) => HeaderFieldWriter.AppendAddresses(into, name, value, "\r\n"u8);

    /// <summary>As it is: the value is this program's own or was checked.</summary>
    public static void Raw(ByteBuffer into, string text) => into.Append(Encoding.UTF8.GetBytes(text));

    /// <summary>The MIME header of a plain text, the blank line, the text with CRLF line ends.</summary>
    public static void PlainBody(ByteBuffer into, string text)
    {
        Raw(into, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n");
        var body = text.ReplaceLineEndings("\r\n");
        Raw(into, body.EndsWith("\r\n", StringComparison.Ordinal) ? body : body + "\r\n");
    }
}
