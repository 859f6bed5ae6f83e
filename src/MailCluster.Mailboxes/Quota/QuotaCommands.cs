namespace MailCluster.Mailboxes;

/// <summary>A command that may take room and is held against the quota: with it the account's actor writes down what the user database says.</summary>
internal interface ITakesRoom : IMailboxCommand;

/// <summary>How strictly new messages are held against the quota.</summary>
public enum QuotaCheck
{
    /// <summary>They must fit: the user adds them, and is told.</summary>
    Strict,

    /// <summary>The last one may go past the limit by the configured grace: a delivery.</summary>
    WithGrace,

    /// <summary>They are added in any case: what the server itself has to say.</summary>
    Off,
}

/// <summary>Sets the limits of this account, above what user database and configuration say.</summary>
/// <param name="Storage">Bytes; 0 = no limit; <see cref="Inherit"/> = as the others say; null = leave it as it is.</param>
/// <param name="Messages">The same for the count of messages.</param>
public sealed record SetQuota(long? Storage, long? Messages) : MailboxCommand<Done>
{
    public const long Inherit = -1;
}

/// <summary>Notes that a crossed threshold was dealt with. Does nothing if another did so meanwhile.</summary>
/// <param name="From">The level marked so far.</param>
/// <param name="To">The level from now on.</param>
public sealed record MarkQuotaLevel(int From, int To) : MailboxCommand<Done>;

/// <summary>How full the account is, and what its limits are.</summary>
/// <param name="Recount">Count every message anew, and ask the user database again, rather than tell what is known.</param>
public sealed record DescribeQuota(bool Recount = false) : MailboxQuery<QuotaInfo>;

/// <summary>Where a limit comes from.</summary>
public enum QuotaSource
{
    /// <summary>There is none.</summary>
    None,

    /// <summary><c>quota { … }</c> of the configuration.</summary>
    Configuration,

    /// <summary>The user database.</summary>
    UserDatabase,

    /// <summary><c>mailctl quota set</c>.</summary>
    Set,
}

/// <param name="Storage">Bytes that count.</param>
/// <param name="StorageLimit">Bytes; null for none.</param>
/// <param name="StorageSource">Who says so.</param>
/// <param name="Messages">Messages that count.</param>
/// <param name="MessagesLimit">Messages; null for none.</param>
/// <param name="MessagesSource">Who says so.</param>
/// <param name="DeliverableBytes">The largest message that a delivery to INBOX may bring now, grace included; <see cref="QuotaLimits.None"/> for any, −1 for none at all.</param>
/// <param name="IsCounted">The messages were counted one by one, and the account's sums were found right.</param>
public sealed record QuotaInfo(
    long Storage,
    long? StorageLimit,
    QuotaSource StorageSource,
    long Messages,
    long? MessagesLimit,
    QuotaSource MessagesSource,
    long DeliverableBytes,
    bool IsCounted)
{
    /// <summary>How full it is in hundredths of the limits, the fuller of the two; 0 without limits.</summary>
    public int Percent => new QuotaUsage(Storage, Messages).PercentOf(Limits);

    private QuotaLimits Limits => QuotaLimits.Of(new QuotaRules(StorageLimit ?? 0, null, null, MessagesLimit ?? 0, null, []));
}
