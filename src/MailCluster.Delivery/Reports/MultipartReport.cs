using System.Text;
using MailCluster.Delivery.Filters;
using MailCluster.Mime;

namespace MailCluster.Delivery.Reports;

/// <summary>A message about what became of a message (RFC 6522): words for people, facts for programs, and the header of the message that it is about.</summary>
internal sealed record MultipartReport
{
    /// <summary>Of the original's header, octets: enough to know it again.</summary>
    public const int OriginalHeaderMax = 16 * 1024;

    /// <summary>The value of From.</summary>
    public required string From { get; init; }

    /// <summary>Whom it is for: an address.</summary>
    public required string To { get; init; }

    public required string Subject { get; init; }

    /// <summary>Without angle brackets; also makes the boundary.</summary>
    public required string MessageId { get; init; }

    public required DateTimeOffset Date { get; init; }

    /// <summary>The value of Auto-Submitted (RFC 3834 §5).</summary>
    public required string AutoSubmitted { get; init; }

    /// <summary>More fields of the header, each with its line end; empty for none.</summary>
    public string MoreFields { get; init; } = "";

    /// <summary>For people.</summary>
    public required string Words { get; init; }

    /// <summary>The type of the facts: <c>delivery-status</c>, <c>disposition-notification</c> or <c>feedback-report</c>.</summary>
    public required string FactsType { get; init; }

    /// <summary>Lines of fields, a blank line between groups.</summary>
    public required string Facts { get; init; }

    /// <summary>Ends with a line end, or is empty.</summary>
    public required ReadOnlyMemory<byte> OriginalHeader { get; init; }

    /// <summary>What <see cref="OriginalHeader"/> holds is not the header alone but the message.</summary>
    public bool IsWholeMessage { get; init; }

    public byte[] Write()
    {
        var boundary = $"=_{MessageId[..MessageId.IndexOf('@', StringComparison.Ordinal)]}";
        var text = new ByteBuffer(2048 + OriginalHeader.Length);
        MailText.Raw(text, MoreFields.ReplaceLineEndings("\r\n"));
        MailText.Raw(text, $"Date: {MailDate.Of(Date)}\r\n");
        MailText.Addresses(text, "From", From);
        MailText.Raw(text, $"To: <{To}>\r\n");
        MailText.Field(text, "Subject", Subject);
        MailText.Raw(
            text,
            $"""
             Message-ID: <{MessageId}>
             Auto-Submitted: {AutoSubmitted}
             MIME-Version: 1.0
             Content-Type: multipart/report; report-type={FactsType}; boundary="{boundary}"

             --{boundary}
             Content-Type: text/plain; charset=utf-8
             Content-Transfer-Encoding: 8bit

             {Words}

             --{boundary}
             Content-Type: message/{FactsType}

             {Facts}

             --{boundary}
             Content-Type: {(IsWholeMessage ? "message/rfc822" : "text/rfc822-headers")}
             Content-Transfer-Encoding: 8bit


             """.ReplaceLineEndings("\r\n"));
        text.Append(OriginalHeader.Span);
        text.Append(Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n"));
        return text.ToArray();
    }

    /// <summary>The header of a message, at most <see cref="OriginalHeaderMax"/> octets of it and whole lines.</summary>
    public static ReadOnlyMemory<byte> HeaderOf(ReadOnlyMemory<byte> message)
    {
        var head = message[..Math.Min(message.Length, OriginalHeaderMax)];
        var end = head.Span.IndexOf("\r\n\r\n"u8);
        return head[..(end < 0 ? head.Span.LastIndexOf((byte)'\n') + 1 : end + 2)];
    }

    /// <summary>An address with its type (RFC 3464 §2.3.2, RFC 6533 §3).</summary>
    public static string Typed(string address) => $"{(Ascii.IsValid(address) ? "rfc822" : "utf-8")}; {Safe(address)}";

    /// <summary>In one line.</summary>
    public static string Safe(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c));
}
