namespace MailCluster.Delivery.Outbox;

/// <summary>How mail that waits is sent.</summary>
public sealed record OutboxOptions
{
    /// <summary>Accounts served at once, each over a connection of its own.</summary>
    public int ConnectionsMax { get; init; } = 8;

    /// <summary>From the first attempt to the second; each further pause is twice as long.</summary>
    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest pause.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a message is tried at all (RFC 5321 §4.5.4.1: four to five days).</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(5);

    /// <summary>
    /// How long one attempt may take, all answers together; ten minutes are the relay's for its last one. As long waits a message whose node died during its
    /// attempt, since that node may only have been slow.
    /// </summary>
    public TimeSpan AttemptMax { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How often the register is looked at for accounts that came by other ways than by a change of this node's shards.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How far the clocks of two nodes may be apart; so much later than the end of an attempt another node begins the next.</summary>
    public TimeSpan ClockMargin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The host name in what is written here: message ids, Reporting-MTA.</summary>
    public string HostName { get; init; } = "localhost";
}
