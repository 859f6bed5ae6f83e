namespace MailCluster.Persistence;

/// <summary>What a command comes to: events to persist and the reply once they are, an answer without events, or a refusal.</summary>
/// <remarks>
/// A pure function of the state and the command makes it. Time, ids and numbers are chosen there and carried in the events, so that replay
/// needs none of them.
/// </remarks>
public readonly struct Decision<TState, TEvent>
    where TState : class
{
    private Decision(IReadOnlyList<TEvent> events, Durability durability, object? reply, Func<TState, object>? replyFrom, Exception? refusal)
    {
        Events = events;
        Durability = durability;
        FixedReply = reply;
        ReplyFrom = replyFrom;
        Refusal = refusal;
    }

    public IReadOnlyList<TEvent> Events { get; }

    public Durability Durability { get; }

    public Exception? Refusal { get; }

    internal object? FixedReply { get; }

    internal Func<TState, object>? ReplyFrom { get; }

#pragma warning disable CA1000 // An actor names its decision once, with a using alias, and the types are then never written again.
    /// <summary>Persist, then reply. An empty list makes it an answer.</summary>
    public static Decision<TState, TEvent> Persist(IReadOnlyList<TEvent> events, object reply, Durability durability = Durability.Disk) =>
        new(events, durability, reply, null, null);

    /// <summary>Persist, then reply with what <paramref name="reply"/> makes of the state with these events applied. It is pure.</summary>
    public static Decision<TState, TEvent> Persist(IReadOnlyList<TEvent> events, Func<TState, object> reply, Durability durability = Durability.Disk) =>
        new(events, durability, null, reply, null);

    /// <summary>A query, or a command that changes nothing.</summary>
    public static Decision<TState, TEvent> Answer(object reply) => new([], Durability.OsBuffers, reply, null, null);

    /// <summary>The command is not allowed as things are; the asker's await throws <paramref name="refusal"/>. Nothing is logged.</summary>
    public static Decision<TState, TEvent> Refuse(Exception refusal) => new([], Durability.OsBuffers, null, null, refusal);
#pragma warning restore CA1000

    internal object MakeReply(TState after) => ReplyFrom is null ? FixedReply! : ReplyFrom(after);
}
