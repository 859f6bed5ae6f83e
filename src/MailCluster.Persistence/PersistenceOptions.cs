namespace MailCluster.Persistence;

/// <summary>How a node's persistent actors write, snapshot and recover.</summary>
public sealed record PersistenceOptions
{
    /// <summary>Recoveries under way at once. More would only make each of them slower, and the disk is then lost to live traffic. 1 to 10,000.</summary>
    public int RecoveriesMax { get; init; } = 50;

    /// <summary>Snapshots saved at once while actors stop, so that stopping a node does not encode all its accounts at the same time. 1 to 10,000.</summary>
    public int StoppingSnapshotsMax { get; init; } = 16;

    /// <summary>A snapshot after so many events: their replay costs about a millisecond.</summary>
    public int SnapshotAfterEvents { get; init; } = 500;

    /// <summary>... or after so many bytes of events.</summary>
    public long SnapshotAfterBytes { get; init; } = 1024 * 1024;

    /// <summary>When an actor stops, it leaves at most so many events to replay without a snapshot.</summary>
    public int SnapshotOnStopAfterEvents { get; init; } = 50;

    /// <summary>Events in one journal write, after which a batch is split. One command's events are never split.</summary>
    public int EventsPerWriteMax { get; init; } = 4096;

    /// <summary>
    /// While the journal is away, commands that may be decided again wait for it so long, in their order, before they fail. Then a later command of the same
    /// sender never overtakes an earlier one. As long as senders wait (<c>timeouts.command</c>), or zero: commands fail at once, and their
    /// senders see to the order.
    /// </summary>
    public TimeSpan HoldMax { get; init; } = TimeSpan.Zero;

    /// <summary>Commands that may wait in one actor's mailbox.</summary>
    public int MailboxCapacity { get; init; } = 4096;

    /// <summary>Commands that share one journal write at most.</summary>
    public int BatchMax { get; init; } = 256;

    /// <summary>
    /// Events behind a snapshot are kept for so long, for <c>history</c> and <c>restore</c>. <see cref="Timeout.InfiniteTimeSpan"/> keeps them for
    /// good, zero trims them with the next snapshot.
    /// </summary>
    public TimeSpan HistoryRetention { get; init; } = TimeSpan.FromDays(7);
}
