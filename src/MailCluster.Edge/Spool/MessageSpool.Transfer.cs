using System.IO.Pipelines;

namespace MailCluster.Edge;

/// <summary>How the transfer of a counted piece (literal, BDAT chunk) into a spool ended.</summary>
public enum TransferOutcome
{
    /// <summary>All bytes are there.</summary>
    Complete,

    /// <summary>The client closed the connection before all bytes were there.</summary>
    Closed,

    /// <summary>The read was cancelled: the session must end (<see cref="EdgeConnection.Ending"/>).</summary>
    Interrupted,
}

/// <summary>Counted pieces, straight from the connection.</summary>
public sealed partial class MessageSpool
{
    /// <summary>
    /// Moves exactly <paramref name="count"/> bytes from the connection into the spool. Each piece that arrives renews the deadline for the next
    /// (<see cref="EdgeTimeouts.Transfer"/>, <see cref="EdgeTimeouts.TransferRateMin"/>). While the node drains the transfer goes on; any other wake with a reason to end interrupts it.
    /// </summary>
    /// <exception cref="MessageTooLargeException">
    /// The message would be longer than it may be. Known before the first byte; nothing was read. The caller decides whether to discard.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; some of the bytes were read.</exception>
    public async ValueTask<TransferOutcome> WriteFromAsync(EdgeConnection connection, long count)
    {
        if (Length + count > _sizeMax)
            throw new MessageTooLargeException(_sizeMax);
        var deadline = connection.BeginTransfer();
        while (count > 0)
        {
            var result = await connection.Input.ReadAsync();
            var buffer = result.Buffer;
            var taken = buffer.Length > count ? buffer.Slice(0, count) : buffer;
            var takenBytes = taken.Length;
            try
            {
                Write(taken);
            }
            finally
            {
                connection.Input.AdvanceTo(taken.End);
            }

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
        return TransferOutcome.Complete;
    }

    /// <summary>The same from a bare reader, without deadlines: what tests and tools use.</summary>
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
