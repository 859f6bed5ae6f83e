namespace MailCluster.Simulation.Tests.Defects;

/// <summary>A fault put into the code under test, to see that the simulation finds it.</summary>
internal enum Defect
{
    None,

    /// <summary>A generation declared dead may still write.</summary>
    NoFence,

    /// <summary>A command that is sent again has another id.</summary>
    NoDeduplication,

    /// <summary>A node serves what it has whether its lease has ended or not.</summary>
    ServesPastLease,

    /// <summary>A command may overtake those that its sender sent before.</summary>
    NoOrder,

    /// <summary>Some writes are acknowledged and not stored.</summary>
    LosesWrites,

    /// <summary>Nobody takes the shards of a dead node.</summary>
    ClaimsNothing,

    /// <summary>Sessions are shown versions of their folder that were never committed.</summary>
    InventsVersions,

    /// <summary>Snapshots are saved as of a later write than they are of: what lies between is never read again.</summary>
    SnapshotsSkipWrites,
}
