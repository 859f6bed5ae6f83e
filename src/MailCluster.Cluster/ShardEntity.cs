using MailCluster.Actors;

namespace MailCluster.Cluster;

/// <summary>Why an entity is asked to stop for now.</summary>
internal enum PassivationReason
{
    /// <summary>No message for the idle time.</summary>
    Idle,

    /// <summary>The node's memory budget is exceeded and it is among the least recently used.</summary>
    Memory,

    /// <summary>It asked for it.</summary>
    Asked,

    /// <summary>The shard is handed off, or the node stops.</summary>
    Stop,
}

/// <summary>
/// The life of an entity within its shard; no entry means it is not in memory.
/// </summary>
/// <remarks>
/// <code>
///   (none) ──message──▶ Active ──idle, memory, asked, stop──▶ Passivating ──terminated, nothing buffered──▶ (none)
///                        ▲  │                                     │
///                        │  └──failed, nothing waits──▶ (none)    │ terminated, messages buffered, shard goes on
///                        └────────────────────────────────────────┘   (a fresh actor gets them, in order)
/// </code>
/// While Passivating, messages are buffered: the stop is already in the mailbox, behind everything that came before it. A second reason to
/// passivate is ignored.
/// </remarks>
internal enum EntityState
{
    Active,
    Passivating,
}

/// <summary>An entity's entry in its shard. All but the callbacks run under the shard's lock.</summary>
internal sealed class ShardEntity(Shard shard, EntityId id) : IActorParent
{
    internal EntityId Id { get; } = id;

    internal ActorCell Cell { get; set; } = null!;

    internal EntityState State { get; set; }

    /// <summary>Timestamp of the last message.</summary>
    internal long LastUsed { get; set; }

    /// <summary>Came while the actor stops; goes to the next one. A field: the queue is a mutable struct.</summary>
    internal EnvelopeQueue Buffer;

    public void OnPassivateRequested(ActorCell child) => shard.PassivateAsAsked(this);

    public void OnTerminated(ActorCell child, Exception? failure, EnvelopeQueue unprocessed) => shard.Terminated(this, failure, unprocessed);

    public void OnMemoryChanged(ActorCell child, long deltaBytes) => shard.MemoryChanged(deltaBytes);
}
