using System.Buffers;

namespace MailCluster.Actors;

/// <summary>An actor that handles what has queued up in one go, so that one journal write can serve all of it.</summary>
public abstract class BatchActor(ActorSystem system) : ActorCell(system)
{
    /// <summary>How many messages one batch holds at most.</summary>
    protected virtual int BatchMax => 256;

    /// <summary>
    /// Handles at least one message, in order of arrival. The next batch begins when the returned task has completed; the batch is not used
    /// after that. What it throws fails those not yet answered.
    /// </summary>
    protected abstract ValueTask ReceiveBatchAsync(ReadOnlyMemory<Delivery> batch);

    private protected sealed override async ValueTask TurnAsync()
    {
        if (!TryTake(out var envelope))
        {
            return;
        }

        var max = BatchMax;
        var count = 0;
        var deliveries = ArrayPool<Delivery>.Shared.Rent(Math.Min(max, 8));
        try
        {
            deliveries[count++] = new Delivery(envelope);
            while (count < max && TryTake(out envelope))
            {
                if (count == deliveries.Length)
                {
                    deliveries = Grow(deliveries);
                }

                deliveries[count++] = new Delivery(envelope);
            }

            await ReceiveBatchAsync(deliveries.AsMemory(0, count));
        }
        catch (Exception failure)
        {
            for (var i = 0; i < count; i++)
            {
                deliveries[i].Fail(failure);
            }

            throw;
        }
        finally
        {
            ArrayPool<Delivery>.Shared.Return(deliveries, clearArray: true);
        }
    }

    private static Delivery[] Grow(Delivery[] full)
    {
        var larger = ArrayPool<Delivery>.Shared.Rent(full.Length * 2);
        full.CopyTo(larger, 0);
        ArrayPool<Delivery>.Shared.Return(full, clearArray: true);
        return larger;
    }
}
