namespace MailCluster.Actors;

/// <summary>
/// The mailbox: senders push on a stack with one compare-and-swap, the running cell takes the whole stack with one exchange and turns it
/// round. Order of one sender is kept. A stopped cell's stack is closed for good by a sentinel, so no message can slip in unseen.
/// </summary>
public abstract partial class ActorCell
{
    private static readonly Envelope s_closed = new TellEnvelope("closed");

    /// <summary>Newest first; the senders' side.</summary>
    private Envelope? _incoming;

    /// <summary>Oldest first; the running cell's side.</summary>
    private Envelope? _taken;

    private int _queued;

    /// <summary>Offers an envelope; any thread.</summary>
    public EnqueueResult TryEnqueue(Envelope envelope)
    {
        if (Interlocked.Increment(ref _queued) > MailboxCapacity)
        {
            Interlocked.Decrement(ref _queued);
            return Volatile.Read(ref _incoming) == s_closed ? EnqueueResult.Stopped : EnqueueResult.Busy;
        }

        if (!TryPush(envelope))
        {
            Interlocked.Decrement(ref _queued);
            return EnqueueResult.Stopped;
        }

        Schedule(byMessage: true);
        return EnqueueResult.Accepted;
    }

    /// <summary>Takes the oldest envelope. A stop ends the taking: it is left where it is.</summary>
    private protected bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Envelope? envelope)
    {
        while ((_taken ??= TakeIncoming()) is { } oldest && oldest is not StopEnvelope)
        {
            _taken = oldest.Next;
            oldest.Next = null;
            Interlocked.Decrement(ref _queued);
            if (!oldest.IsAbandoned)
            {
                envelope = oldest;
                return true;
            }

            // Its asker gave up while it waited, and was told that the outcome is unknown: doing it now would only cost.
            oldest.Release(oldest.Token);
        }

        envelope = null;
        return false;
    }

    private bool TryPush(Envelope envelope)
    {
        var head = Volatile.Read(ref _incoming);
        while (head != s_closed)
        {
            envelope.Next = head;
            var seen = Interlocked.CompareExchange(ref _incoming, envelope, head);
            if (seen == head)
            {
                return true;
            }

            head = seen;
        }

        return false;
    }

    private Envelope? TakeIncoming() => Volatile.Read(ref _incoming) is null ? null : Reverse(Interlocked.Exchange(ref _incoming, null));

    /// <summary>Closes the queue and returns what is in it, stops apart.</summary>
    private (EnvelopeQueue Unprocessed, EnvelopeQueue Stops) Close()
    {
        var unprocessed = default(EnvelopeQueue);
        var stops = default(EnvelopeQueue);
        var rest = _taken;
        _taken = null;
        for (var round = 0; round < 2; round++)
        {
            while (rest is not null)
            {
                var next = rest.Next;
                (rest is StopEnvelope ? ref stops : ref unprocessed).Enqueue(rest);
                rest = next;
            }

            if (round == 0)
            {
                rest = Reverse(Interlocked.Exchange(ref _incoming, s_closed));
            }
        }

        return (unprocessed, stops);
    }

    private static Envelope? Reverse(Envelope? newest)
    {
        Envelope? oldest = null;
        while (newest is not null)
        {
            var next = newest.Next;
            newest.Next = oldest;
            oldest = newest;
            newest = next;
        }

        return oldest;
    }
}
