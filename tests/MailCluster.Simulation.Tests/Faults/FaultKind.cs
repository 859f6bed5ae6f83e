namespace MailCluster.Simulation.Tests.Faults;

/// <summary>What can go wrong in a run.</summary>
internal enum FaultKind
{
    /// <summary>A process ends without a word; a new run of its node starts soon.</summary>
    Kill,

    /// <summary>A process stands still, perhaps past its lease, and goes on as if nothing had been.</summary>
    Pause,

    /// <summary>Two nodes do not hear each other any more.</summary>
    Partition,

    /// <summary>One of two nodes does not hear the other any more.</summary>
    OneWay,

    /// <summary>A node reaches neither its peers nor the database.</summary>
    Isolate,

    /// <summary>A node is refused by another, which lives.</summary>
    Refuse,

    /// <summary>Connections are reset.</summary>
    Break,

    /// <summary>Paths between nodes take long.</summary>
    SlowNetwork,

    /// <summary>A node's connections to the database fail.</summary>
    DatabaseCut,

    /// <summary>A node hears nothing of the database.</summary>
    DatabaseSilent,

    /// <summary>A node's way to the database takes long.</summary>
    DatabaseSlow,

    /// <summary>Answers of the database are lost.</summary>
    LostAnswers,

    /// <summary>Calls fail, and are carried out afterwards.</summary>
    LateCalls,

    /// <summary>The database ends, and starts again.</summary>
    DatabaseRestart,

    /// <summary>A node's wall clock jumps.</summary>
    ClockJump,

    /// <summary>Nodes do not hear of changes of the map.</summary>
    MissedNotices,

    /// <summary>A node is drained and goes on.</summary>
    Drain,

    /// <summary>A node hands over, ends, and starts anew.</summary>
    Restart,

    /// <summary>All nodes do, one after the other.</summary>
    RollingRestart,
}
