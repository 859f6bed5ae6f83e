using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>What configuration says about every account's mailbox.</summary>
public sealed record MailboxOptions
{
    /// <summary>Folders each account is given, once: a user who deletes one does not get it again.</summary>
    public ImmutableArray<ProvisionedFolder> ProvisionedFolders { get; init; } = [];

    /// <summary>Folders one account may have. 1 and up.</summary>
    public int FoldersMax { get; init; } = 10_000;

    /// <summary>Different keywords one folder may have. 1 and up.</summary>
    public int KeywordsMax { get; init; } = 1_000;

    /// <summary>Subscribed names one account may have, existing or not. 1 and up.</summary>
    public int SubscriptionsMax { get; init; } = 20_000;

    /// <summary>Sieve scripts one account may have. 1 and up.</summary>
    public int ScriptsMax { get; init; } = 64;

    /// <summary>The largest Sieve script, in bytes. 1 and up; nodes send scripts to each other in one piece.</summary>
    public int ScriptSizeMax { get; init; } = 1024 * 1024;

    /// <summary>All Sieve scripts of one account together, in bytes; they are in memory with it.</summary>
    public long ScriptBytesMax { get; init; } = 4 * 1024 * 1024;

    /// <summary>Annotations of folders and of the server.</summary>
    public AnnotationOptions Annotations { get; init; } = new();

    /// <summary>Messages that one account may have waiting to be sent; past it deliveries that would send more are put off. 1 and up.</summary>
    public int OutboxMax { get; init; } = 1_000;

    /// <summary>
    /// How long bodies stay after their last message is gone: answers a FETCH in flight, and is what history can be restored from. The grace
    /// period is the least.
    /// </summary>
    public TimeSpan HistoryRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The least time a body stays after its last message is gone.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether changes of flags alone are on stable storage before they are acknowledged, or within a second.</summary>
    public bool FlagsToDisk { get; init; }

    /// <summary>What accounts may hold, and who is told when one is nearly full.</summary>
    public QuotaOptions Quota { get; init; } = new();

    /// <summary>On what of IMAP scripts run; null: on nothing.</summary>
    public ScriptEventOptions? ScriptEvents { get; init; }

    /// <summary>How long a command may wait for its mailbox, all retries together.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);
}

/// <param name="Name">Its name.</param>
/// <param name="Use">What it is for.</param>
/// <param name="Subscribed">Whether it is subscribed when it is made.</param>
public sealed record ProvisionedFolder(FolderName Name, SpecialUse Use, bool Subscribed);
