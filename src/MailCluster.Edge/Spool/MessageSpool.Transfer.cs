using System.IO.Pipelines;
using System.Runtime.ExceptionServices;

namespace MailCluster.Edge;

/// <summary>Counted pieces (literals, BDAT chunks), straight from the connection.</summary>
public sealed partial class MessageSpool
{
    /// <summary>
    /// Moves exactly <paramref name="count"/> bytes from the connection into the spool. Each piece that arrives renews the deadline for the next
    /// (<see cref="EdgeTimeouts.Transfer"/>, <see cref="EdgeTimeouts.TransferRateMin"/>). While the node drains the transfer goes on; any other reason to
    /// end interrupts it.
    /// </summary>
    /// <exception cref="MessageTooLargeException">
    /// The message would be longer than it may be. Known before the first byte: nothing was read. The caller decides whether to skip the bytes
    /// (<see cref="EdgeConnection.SkipAsync"/>).
    /// </exception>
    /// <exception cref="IOException">The file cannot be written. All bytes were read all the same, so the conversation can go on.</exception>
    public async ValueTask<TransferOutcome> WriteFromAsync(EdgeConnection connection, long count)
    {
        if (Length + count > _sizeMax)
            throw new MessageTooLargeException(_sizeMax);
        ExceptionDispatchInfo? failure = null;
        var deadline = connection.BeginTransfer();
        while (count > 0)
        {
            var result = await connection.Input.ReadAtLeastAsync((int)Math.Min(count, deadline.PieceBytes));
            var buffer = result.Buffer;
            var taken = buffer.Length > count ? buffer.Slice(0, count) : buffer;
            // Taken now: a sequence must not be asked once its buffer is given back.
            var takenBytes = taken.Length;
            try
            {
                if (failure is null)
                    Write(taken);
            }
            catch (IOException e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }

            connection.Input.AdvanceTo(taken.End);
            count -= takenBytes;
            if (count == 0)
                break;
            if (result.IsCompleted)
                return TransferOutcome.Closed;
            if (result.IsCanceled && connection.MustInterruptTransfer)
                return TransferOutcome.Interrupted;
            deadline.Renew(takenBytes);
        }

        connection.ExpectNothing();
        failure?.Throw();
        return TransferOutcome.Complete;
    }

    /// <summary>The same from a bare reader, without deadlines. An exception leaves the rest unread.</summary>
    public async ValueTask<TransferOutcome> WriteFromAsync(PipeReader input, long count, CancellationToken cancellationToken)
    {
        if (Length + count > _sizeMax)
            throw new MessageTooLargeException(_sizeMax);
        while (count > 0)
        {
            var result = await input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            var taken = buffer.Length > count ? buffer.Slice(0, count) : buffer;
            var takenBytes = taken.Length;
            try
            {
                Write(taken);
            }
            finally
            {
                input.AdvanceTo(taken.End);
            }

            count -= takenBytes;
            if (count > 0 && result.IsCompleted)
                return TransferOutcome.Closed;
        }

        return TransferOutcome.Complete;
    }
}
