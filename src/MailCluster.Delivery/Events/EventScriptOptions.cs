namespace MailCluster.Delivery;

/// <summary>How scripts run on what IMAP does.</summary>
public sealed record EventScriptOptions
{
    /// <summary>Messages whose scripts leave nothing of them are expunged; otherwise they are \Deleted.</summary>
    public bool ExpungesDiscarded { get; init; }

    /// <summary>Accounts whose scripts run at one time on this node. A script may wait for programs, so this is no matter of processors alone.</summary>
    public int AccountsMax { get; init; } = 4;

    /// <summary>How long what cannot be run is tried again: the account or the journal is away, or a folder cannot be looked up. Then the message is left as it is.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(4);

    /// <summary>From a failure to the next attempt; each further pause is twice as long.</summary>
    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromMinutes(5);
}
