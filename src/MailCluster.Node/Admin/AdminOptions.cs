namespace MailCluster.Node.Admin;

/// <summary>Settings of administration.</summary>
internal sealed record AdminOptions
{
    /// <summary>Longest message that <c>save</c> takes, in octets: the node's limit for everybody.</summary>
    public long MessageOctetsMax { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// A stored body without a message is given up by <c>fsck --repair</c> only when an earlier check of this process saw it too, at
    /// least this long
    /// ago: until then a client may be in the middle of an upload whose message is about to name it.
    /// </summary>
    public TimeSpan OrphanAge { get; init; } = TimeSpan.FromHours(1);
}
