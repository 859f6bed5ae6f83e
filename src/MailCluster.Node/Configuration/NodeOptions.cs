using MailCluster.Cluster.Membership;
using MailCluster.Mailboxes;
using MailCluster.Mime;

namespace MailCluster.Node.Configuration;

/// <summary>
/// The whole configuration of a node, checked. Defaults, units and reasons stand in <c>cluster.hocon</c>, which the program carries; the ranges
/// stand where each key is read (<see cref="NodeOptionsReader"/>).
/// </summary>
internal sealed record NodeOptions
{
    /// <summary>Full path.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The node's own name; a host name.</summary>
    public required string Name { get; init; }

    /// <summary>Whom the node becomes when root starts it; null: nobody else.</summary>
    public required string? User { get; init; }

    /// <summary>Whether the commonest commands are run once before the first client comes.</summary>
    public required bool Rehearsal { get; init; }

    /// <summary>What the node does in its cluster; both by default.</summary>
    public required NodeRoles Roles { get; init; }

    /// <summary>Stored with the database: a node of another name is refused.</summary>
    public required string ClusterName { get; init; }

    /// <summary>Null: the node is alone.</summary>
    public required ClusterSettings? Cluster { get; init; }

    public required ShardSettings Sharding { get; init; }

    /// <summary>The number of shards that the store must have been begun with; null for whatever it was.</summary>
    public required int? Shards { get; init; }

    /// <summary>How long the node must have been quiet before it gives memory back to the system; null: never.</summary>
    public required TimeSpan? ReturnMemoryAfter { get; init; }

    public required ListenersOptions Listeners { get; init; }

    public required TlsOptions Tls { get; init; }

    public required AuthenticationOptions Auth { get; init; }

    public required LimitOptions Limits { get; init; }

    public required TimeoutOptions Timeouts { get; init; }

    public required ImapServiceOptions Imap { get; init; }

    public required Pop3ServiceOptions Pop3 { get; init; }

    public required LmtpDeliveryOptions Lmtp { get; init; }

    public required SieveScriptLimits SieveScripts { get; init; }

    public required SieveLanguageSettings SieveLanguage { get; init; }

    public required SieveDeliverySettings SieveDelivery { get; init; }

    public required ManageSieveServiceOptions ManageSieve { get; init; }

    public required OutboundSettings Outbound { get; init; }

    public required MimeLimits Mime { get; init; }

    public required IReadOnlyList<FolderTemplate> Folders { get; init; }

    public required QuotaSettings Quota { get; init; }

    public required AnnotationOptions Annotations { get; init; }

    /// <summary>True if changes of flags alone are on disk before they are acknowledged (<c>durability.flags = disk</c>).</summary>
    public required bool FlagsToDisk { get; init; }

    public required HistoryOptions History { get; init; }

    public required StorageOptions Storage { get; init; }

    public required AccountMemoryOptions Mailboxes { get; init; }

    public required LogOptions Log { get; init; }
}

/// <summary>How long what was removed is kept.</summary>
/// <param name="Retention">Events, and bodies of expunged messages.</param>
/// <param name="Grace">The least for bodies.</param>
internal sealed record HistoryOptions(TimeSpan Retention, TimeSpan Grace);

/// <summary>What IMAP sessions may do.</summary>
/// <param name="AppendMessages">Messages of one APPEND.</param>
/// <param name="BadCommands">Wrong commands in a row before the connection is closed.</param>
/// <param name="ShowVersion">Whether ID tells the program's version.</param>
/// <param name="IdleNotify">How often an idling client is told that the server is there; infinite for never.</param>
internal sealed record ImapServiceOptions(int AppendMessages, int BadCommands, bool ShowVersion, bool Metadata, TimeSpan IdleNotify);

/// <summary>What LMTP does to recipients and messages.</summary>
internal sealed record LmtpDeliveryOptions
{
    /// <summary>The characters that part account and detail; empty if addresses have no detail.</summary>
    public required string RecipientDelimiters { get; init; }

    public required bool SaveToDetailFolder { get; init; }

    public required bool AddDeliveredTo { get; init; }

    public required bool ReceivedFor { get; init; }

    public required int Recipients { get; init; }

    /// <summary>Whether RCPT asks the account for its room.</summary>
    public required bool RecipientQuotaCheck { get; init; }

    /// <summary>How long a Message-ID is remembered and not delivered again; null: it is.</summary>
    public required TimeSpan? SuppressDuplicates { get; init; }

    public required TimeSpan Retry { get; init; }
}

/// <summary>A folder that each account is given once.</summary>
internal sealed record FolderTemplate(string Name, SpecialUse Use, bool IsSubscribed);

/// <summary>Accounts in memory: how long, how many, snapshots and recovery.</summary>
internal sealed record AccountMemoryOptions
{
    /// <summary>Null: never by idleness.</summary>
    public required TimeSpan? IdleTimeout { get; init; }

    public required long MemoryBytes { get; init; }

    public required int SnapshotAfterEvents { get; init; }

    public required long SnapshotAfterBytes { get; init; }

    public required int SnapshotOnStopAfterEvents { get; init; }

    public required int Recoveries { get; init; }
}
