namespace MailCluster.Actors;

/// <summary>
/// A message on its way: what a mailbox queues and what routers pass on. It is its own queue link, so it is in at most one queue at a
/// time. Handlers see it as a <see cref="Delivery"/>; only routers (a shard, a region) hold envelopes.
/// </summary>
public abstract class Envelope
{
    /// <summary>The link of whatever queue holds the envelope now.</summary>
    internal Envelope? Next;

    private protected Envelope()
    {
    }

    public abstract object Message { get; }

    /// <summary>Distinguishes this use of a pooled envelope from later ones.</summary>
    internal virtual int Token => 0;

    /// <summary>The asker has stopped waiting (cancelled, timed out): there is no use in beginning the message.</summary>
    public virtual bool IsAbandoned => false;

    /// <summary>How long the asker still waits: zero or less when its deadline has passed, <see cref="Timeout.InfiniteTimeSpan"/> without one.</summary>
    public virtual TimeSpan TimeLeft => Timeout.InfiniteTimeSpan;

    /// <summary>Answers that the message was not carried out, and gives the envelope up. Its holder calls this once, in place of handing it on.</summary>
    public void Fail(Exception failure) => Fail(Token, failure);

    /// <summary>
    /// Answers the asker and gives the envelope up: for a router whose message was carried out elsewhere. Its holder calls this once, in place of handing
    /// it on.
    /// </summary>
    public void Reply(object reply) => Reply(Token, reply);

    /// <summary>Gives up an envelope that <see cref="IsAbandoned"/>. Its holder calls this once, in place of handing it on.</summary>
    public void Discard() => Release(Token);

    internal abstract void Reply(int token, object reply);

    internal abstract void Fail(int token, Exception failure);

    /// <summary>Gives the envelope up without an answer, which nobody waits for any more.</summary>
    internal virtual void Release(int token)
    {
    }
}
