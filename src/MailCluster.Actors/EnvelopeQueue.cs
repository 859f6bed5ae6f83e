namespace MailCluster.Actors;

/// <summary>A first-in-first-out list of envelopes through their own links: queueing allocates nothing. Not safe for several threads.</summary>
public struct EnvelopeQueue
{
    private Envelope? _head;
    private Envelope? _tail;

    public int Count { get; private set; }

    public readonly bool IsEmpty => _head is null;

    public void Enqueue(Envelope envelope)
    {
        envelope.Next = null;
        if (_tail is null)
        {
            _head = envelope;
        }
        else
        {
            _tail.Next = envelope;
        }

        _tail = envelope;
        Count++;
    }

    public bool TryDequeue([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Envelope? envelope)
    {
        envelope = _head;
        if (envelope is null)
        {
            return false;
        }

        _head = envelope.Next;
        if (_head is null)
        {
            _tail = null;
        }

        envelope.Next = null;
        Count--;
        return true;
    }

    /// <summary>Puts all of <paramref name="older"/> before what is queued here, and leaves it empty.</summary>
    public void Prepend(ref EnvelopeQueue older)
    {
        while (TryDequeue(out var envelope))
        {
            older.Enqueue(envelope);
        }

        this = older;
        older = default;
    }

    /// <summary>Fails everything queued.</summary>
    public void FailAll(Exception failure)
    {
        while (TryDequeue(out var envelope))
        {
            envelope.Fail(failure);
        }
    }
}
