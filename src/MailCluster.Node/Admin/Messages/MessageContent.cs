using System.Text;
using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Mime;

namespace MailCluster.Node.Admin.Messages;

/// <summary>One message as <c>fetch</c> looks at it; reads from the store what a field needs, once.</summary>
internal sealed class MessageContent(IBodyStore bodies, MimeLimits limits, MessageRow row)
{
    private byte[]? _octets;
    private byte[]? _summary;

    /// <summary>The whole message.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> TextAsync(CancellationToken cancellationToken)
    {
        if (_octets is not null) return _octets;
        var octets = new byte[await bodies.GetLengthAsync(row.Body, cancellationToken)];
        var filled = 0;
        while (filled < octets.Length)
        {
            var read = await bodies.ReadAsync(row.Body, filled, octets.AsMemory(filled), cancellationToken);
            if (read == 0) throw new BodyCorruptException(row.Body, $"it ends at octet {filled} of {octets.Length}");
            filled += read;
        }
        return _octets = octets;
    }

    /// <summary>The message's summary; made anew when the store has lost it.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> SummaryAsync(CancellationToken cancellationToken)
    {
        if (_summary is not null) return _summary;
        var summaries = new ReadOnlyMemory<byte>[1];
        await bodies.GetSummariesAsync(new[] { row.Body }, summaries, cancellationToken);
        return _summary = summaries[0].IsEmpty
            ? MessageSummaryBuilder.Build((await TextAsync(cancellationToken)).Span, limits).Summary
            : summaries[0].ToArray();
    }

    /// <summary>The header with the blank line after it.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> HeaderAsync(CancellationToken cancellationToken)
    {
        var text = await TextAsync(cancellationToken);
        return text[..HeaderEnd(await SummaryAsync(cancellationToken))];
    }

    /// <summary>What follows the header.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> BodyAsync(CancellationToken cancellationToken)
    {
        var text = await TextAsync(cancellationToken);
        return text[HeaderEnd(await SummaryAsync(cancellationToken))..];
    }

    /// <summary>All fields of that name, one a line: unfolded, and decoded (RFC 2047) if asked.</summary>
    public async ValueTask<string> FieldAsync(string name, bool decode, CancellationToken cancellationToken)
    {
        var text = await TextAsync(cancellationToken);
        return Field(await SummaryAsync(cancellationToken), text, Encoding.UTF8.GetBytes(name), decode);
    }

    public async ValueTask<string> PreviewAsync(CancellationToken cancellationToken) =>
        Preview(await SummaryAsync(cancellationToken));

    /// <summary>The Date field, or null.</summary>
    public async ValueTask<DateTimeOffset?> SentAsync(CancellationToken cancellationToken) => Sent(await SummaryAsync(cancellationToken));

    private static int HeaderEnd(ReadOnlyMemory<byte> summary) => MessageSummary.Parse(summary.Span).Root.Header.End;

    private static string Preview(ReadOnlyMemory<byte> summary) => Encoding.UTF8.GetString(MessageSummary.Parse(summary.Span).Preview);

    private static DateTimeOffset? Sent(ReadOnlyMemory<byte> summary) => MessageSummary.Parse(summary.Span).SentDate?.ToDateTimeOffset();

    private static string Field(ReadOnlyMemory<byte> summary, ReadOnlyMemory<byte> text, byte[] name, bool decode)
    {
        var values = new StringBuilder();
        foreach (var field in MessageSummary.Parse(summary.Span).Headers)
        {
            if (!field.Is(name)) continue;
            var octets = field.Field.Of(text.Span);
            octets = octets[(octets.IndexOf((byte)':') + 1)..];
            if (values.Length > 0) values.Append('\n');
            values.Append(decode ? Rfc2047.Decode(octets) : Unfold(octets));
        }
        return values.ToString();
    }

    // RFC 5322 §2.2.3: unfolding removes the line ends and nothing else.
    private static string Unfold(ReadOnlySpan<byte> value) =>
        Encoding.UTF8.GetString(value).ReplaceLineEndings("").Trim();
}
