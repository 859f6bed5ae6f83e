using System.Buffers;

namespace MailCluster.Mime;

/// <summary>Makes the summary and the searchable text of a message in one reading, when it arrives.</summary>
public static class MessageSummaryBuilder
{
    /// <summary>
    /// Reads <paramref name="message"/> and writes its summary (for <see cref="MessageSummary"/>) and its searchable text (for
    /// <see cref="SearchText"/>). Never fails for what the bytes are. The working memory is kept per thread; nothing else is allocated.
    /// </summary>
    public static void Build(ReadOnlySpan<byte> message, MimeLimits limits, IBufferWriter<byte> summary, IBufferWriter<byte> text)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(summary);
        ArgumentNullException.ThrowIfNull(text);
        var work = SummaryWorkspace.Take();
        try
        {
            var sink = new SummarySink(message, limits, work);
            MimeReader.Read(message, limits, ref sink);
            sink.Finish(summary, text);
        }
        finally
        {
            SummaryWorkspace.Return(work);
        }
    }

    /// <summary>As <see cref="Build(ReadOnlySpan{byte}, MimeLimits, IBufferWriter{byte}, IBufferWriter{byte})"/>, into new arrays.</summary>
    public static (byte[] Summary, byte[] Text) Build(ReadOnlySpan<byte> message, MimeLimits limits)
    {
        var summary = new ByteBuffer(1024);
        var text = new ByteBuffer(1024);
        Build(message, limits, summary, text);
        return (summary.ToArray(), text.ToArray());
    }
}
