using MailCluster.Mime;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes;

/// <summary>
/// A message with its summary and searchable text, made in one reading and ready to be stored for any number of accounts. The bytes stay
/// the caller's and must outlive it; what was computed lies in pooled memory until it is disposed.
/// </summary>
public sealed class PreparedMessage : IDisposable
{
    private readonly PooledBufferWriter _summary = new();
    private readonly PooledBufferWriter _text = new();

    private PreparedMessage(ReadOnlyMemory<byte> message, MimeLimits limits)
    {
        Body = message;
        MessageSummaryBuilder.Build(message.Span, limits, _summary, _text);
    }

    /// <summary>The raw RFC 5322 bytes.</summary>
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>For <see cref="MessageSummary"/>.</summary>
    public ReadOnlyMemory<byte> Summary => _summary.WrittenMemory;

    /// <summary>For <see cref="SearchText"/>.</summary>
    public ReadOnlyMemory<byte> Text => _text.WrittenMemory;

    public static PreparedMessage Read(ReadOnlyMemory<byte> message, MimeLimits limits) => new(message, limits);

    public void Dispose()
    {
        _summary.Dispose();
        _text.Dispose();
    }
}
