using MailCluster.Actors;
using MailCluster.Cluster.Membership;

namespace MailCluster.Cluster.Routing;

/// <summary>
/// One stretch of time in which this node sends a shard's messages to one peer. Its messages are numbered from 0; the peer takes them in that order
/// or not at all. All members but the constants are guarded by the shard's lock.
/// </summary>
internal sealed class RemoteRoute(Member peer, long number)
{
    internal Member Peer { get; } = peer;

    /// <summary>Greater than that of every earlier route of this shard in this run.</summary>
    internal long Number { get; } = number;

    internal long NextPlace { get; set; }

    internal Dictionary<long, RemoteMessage> InFlight { get; } = [];

    /// <summary>Certainly not carried out, or repeatable: to be sent again, in order of their places.</summary>
    internal List<RemoteMessage> Again { get; } = [];

    /// <summary>Why the route ended: the peer said so, rather than the path to it or the map.</summary>
    internal bool Refused { get; set; }

    /// <summary>Ends the wait for answers that do not come in time; set once the route has ended.</summary>
    internal ITimer? Patience { get; set; }

    /// <summary>Nothing of it is waited for any more.</summary>
    internal void End() => Patience?.Dispose();
}

/// <summary>A message on a route, and the answer that is to come.</summary>
internal sealed class RemoteMessage(RemoteRoute route, long place, EntityId entity, Envelope envelope)
{
    internal RemoteRoute Route { get; } = route;

    internal long Place { get; } = place;

    internal EntityId Entity { get; } = entity;

    internal Envelope Envelope { get; } = envelope;

    internal Task<ReadOnlyMemory<byte>> Reply { get; set; } = null!;

    /// <summary>Its answer has come, or it was given up, whichever is first. Only who sets it may touch the envelope.</summary>
    internal bool IsTaken { get; set; }
}

/// <summary>What is to be done with a message of a route.</summary>
internal enum RemoteOutcome
{
    /// <summary>The asker has its answer.</summary>
    Done,

    /// <summary>Not carried out there; the shard may be elsewhere.</summary>
    Refused,

    /// <summary>Did not get there; nothing is there to send it to.</summary>
    Unreached,

    /// <summary>May have been carried out.</summary>
    Lost,
}
