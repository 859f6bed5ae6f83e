using System.Buffers;
using MailCluster.Bodies;
using MailCluster.Mime;

namespace MailCluster.Mailboxes.Search;

/// <summary>
/// Summary and searchable text made again from the body, where the store has lost them or holds those of another version.
/// </summary>
public static class DerivedData
{
    /// <exception cref="BodyMissingException">The body is not in the store.</exception>
    /// <exception cref="BodyCorruptException">The body is damaged, or shorter than the index says.</exception>
    public static async ValueTask<(byte[] Summary, byte[] Text)> RebuildAsync(
        IBodyStore bodies, BodyRef body, uint size, MimeLimits limits, CancellationToken cancellationToken)
    {
        var length = checked((int)size);
        var message = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            for (var at = 0; at < length;)
            {
                var read = await bodies.ReadAsync(body, at, message.AsMemory(at, length - at), cancellationToken);
                if (read == 0)
                    throw new BodyCorruptException(body, "It is shorter than the index says.");
                at += read;
            }

            return MessageSummaryBuilder.Build(message.AsSpan(0, length), limits);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
        }
    }
}
