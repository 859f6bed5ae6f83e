namespace MailCluster.Actors;

/// <summary>
/// What all asks share: who has finished with the pooled envelope, and the links of the deadline wheel.
/// </summary>
/// <remarks>
/// <para>Two parties hold an ask: the asker until it has taken the result, the actor side until it has answered. The last of them
/// returns the envelope to the pool. Completion is a race of reply, deadline and cancellation; the first wins.</para>
/// <para>All of that is one word: four flags and, above them, the number of this use. Every change is a compare-and-swap that expects the
/// number, so whoever still holds the envelope from an earlier use changes nothing.</para>
/// </remarks>
internal abstract class AskEnvelope : Envelope
{
    private protected const int Completed = 1;
    private protected const int ActorDone = 2;
    private protected const int AskerDone = 4;

    /// <summary>A deadline or a cancellation may still touch the envelope: it is left to the garbage collector.</summary>
    private protected const int Unpoolable = 8;

    private protected const int TokenShift = 4;

    internal AskEnvelope? WheelPrevious;
    internal AskEnvelope? WheelNext;
    internal long DueTick;
    internal int WheelStripe = -1;

    private int _state;

    internal override int Token => Volatile.Read(ref _state) >>> TokenShift;

    public override bool IsAbandoned => (Volatile.Read(ref _state) & Completed) != 0;

    internal abstract void Expire(int token);

    /// <summary>Gives the answer that is there already; the asker goes on on this thread.</summary>
    internal abstract void GoOn();

    internal override void Release(int token)
    {
        if (TrySet(token, ActorDone, out var before) && (before & (AskerDone | Unpoolable)) == AskerDone)
        {
            Recycle();
        }
    }

    private protected abstract void Recycle();

    private protected bool TryComplete(int token) => TrySet(token, Completed, out _);

    private protected void ReleaseAsker(bool poolable)
    {
        var flags = poolable ? AskerDone : AskerDone | Unpoolable;
        if (TrySet(Token, flags, out var before) && poolable && (before & (ActorDone | Unpoolable)) == ActorDone)
        {
            Recycle();
        }
    }

    private protected void MarkUnpoolable(int token) => TrySet(token, Unpoolable, out _);

    /// <summary>Starts a new use: all flags clear, a new number.</summary>
    private protected void NextUse()
    {
        var token = (Token + 1) & (int.MaxValue >>> TokenShift);
        Volatile.Write(ref _state, token << TokenShift);
    }

    /// <summary>Sets the flags unless this use is over or all of them are set already.</summary>
    private bool TrySet(int token, int flags, out int before)
    {
        before = Volatile.Read(ref _state);
        while (before >>> TokenShift == token && (before & flags) != flags)
        {
            var seen = Interlocked.CompareExchange(ref _state, before | flags, before);
            if (seen == before)
            {
                return true;
            }

            before = seen;
        }

        return false;
    }
}
