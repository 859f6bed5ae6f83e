using MailCluster.Auth;
using MailCluster.Cluster;
using MailCluster.Cluster.Peers;
using MailCluster.Delivery;
using MailCluster.Delivery.Filters;
using MailCluster.Edge;
using MailCluster.Imap;
using MailCluster.Lmtp;
using MailCluster.Lmtp.QuotaStatus;
using MailCluster.Mailboxes;
using MailCluster.Node.Configuration;
using MailCluster.Node.Tls;
using MailCluster.Persistence;
using MailCluster.Pop3;
using MailCluster.Storage.Packs;
using MailCluster.Storage.Postgres;
using MailCluster.Storage.S3;
using MailCluster.Storage.Sqlite;

namespace MailCluster.Node.Hosting;

/// <summary>From the node's configuration to the options of each part.</summary>
internal static class OptionMapping
{
    public static AuthOptions ToAuth(this NodeOptions node, byte[] loginSecret) => new()
    {
        PasswdFile = node.Auth.PasswdFile,
        PassDbs = node.Auth.PassDbs,
        UserDbs = node.Auth.UserDbs,
        MasterUserSeparator = node.Auth.MasterUserSeparator,
        Mechanisms = node.Auth.Mechanisms,
        AllowPlaintext = node.Auth.AllowPlaintext,
        AllowWeakSchemes = node.Auth.AllowWeakSchemes,
        DefaultScheme = node.Auth.PasswordScheme,
        Argon2MemoryKiB = (int)(node.Auth.Argon2MemoryBytes >> 10),
        Argon2Passes = node.Auth.Argon2Passes,
        HashConcurrencyMax = node.Auth.HashConcurrency,
        HashQueueMax = node.Auth.HashQueue,
        CacheEntriesMax = node.Auth.CacheEntries,
        CacheTtl = node.Auth.CacheTtl,
        CacheNegativeTtl = node.Auth.CacheNegativeTtl,
        FailureDelay = node.Auth.FailureDelay,
        PenaltyEnabled = node.Auth.Penalty,
        PenaltyExemptNetworks = node.Auth.PenaltyExempt,
        ScramIterations = node.Auth.Sasl.ScramIterations,
        ScramSecret = loginSecret,
        AnonymousAccount = node.Auth.Sasl.AnonymousAccount,
        GssKeytab = node.Auth.Sasl.GssKeytab,
        GssLocalRealm = node.Auth.Sasl.GssLocalRealm,
        OAuthScope = node.Auth.Sasl.OAuthScope,
        OAuthDiscoveryUrl = node.Auth.Sasl.OAuthDiscoveryUrl,
        Abuse = node.Auth.Ban,
    };

    public static EdgeOptions ToEdge(this NodeOptions node, FileBudget files) => new()
    {
        HostName = node.Name,
        Tls = new TlsPolicy
        {
            Protocols = node.Tls.Protocols,
            CipherSuites = node.Tls.CipherSuites,
            ClientCertificates = node.Tls.ClientCertificates,
            ClientAuthorities = ClientAuthorities.Load(node.Tls.ClientAuthorities),
        },
        Limits = new EdgeLimits
        {
            Connections = files.Connections,
            ConnectionsPerAddress = node.Limits.ConnectionsPerAddress,
            ConnectionsPerAccount = node.Limits.ConnectionsPerAccount,
            ConnectionsPerAccountAndAddress = node.Limits.ConnectionsPerAccountAndAddress,
            UnauthenticatedConnections = node.Limits.UnauthenticatedConnections,
        },
        Timeouts = new EdgeTimeouts
        {
            Login = node.Timeouts.Login,
            Handshake = node.Timeouts.Handshake,
            Idle = node.Timeouts.Idle,
            IdleDelivery = node.Timeouts.IdleDelivery,
            Transfer = node.Timeouts.Transfer,
            TransferRateMin = node.Timeouts.TransferRateMin,
            WriteStall = node.Timeouts.WriteStall,
        },
        Spool = new SpoolOptions
        {
            MemoryMax = node.Limits.Spool.MessageBytes,
            TotalMemoryMax = node.Limits.Spool.TotalBytes,
            FilesMax = files.SpoolFiles,
            Directory = Path.Combine(node.DataDirectory, "tmp"),
        },
    };

    public static ImapOptions ToImap(this NodeOptions node) => new()
    {
        MessageSizeMax = node.Limits.MessageBytes,
        AppendMessagesMax = node.Imap.AppendMessages,
        BadCommandsMax = node.Imap.BadCommands,
        IdleNotifyInterval = node.Imap.IdleNotify,
        Metadata = node.Imap.Metadata,
        AnnotationSizeMax = node.Annotations.ValueSizeMax,
        Version = node.Imap.ShowVersion ? NodeHost.Version : "",
        SieveUrl = node.SieveDelivery.ImapEvents.Url,
    };

    public static Pop3Options ToPop3(this NodeOptions node) => new()
    {
        Folder = node.Pop3.Folder,
        UidlFormat = node.Pop3.UidlFormat,
        IsExclusive = node.Pop3.IsExclusive,
        Lease = node.Pop3.Lease,
        LoginDelay = node.Pop3.LoginDelay,
        MarksSeen = node.Pop3.MarksSeen,
        DeletedKeyword = node.Pop3.DeletedKeyword,
        TellsStoredSizes = node.Pop3.TellsStoredSizes,
        HasLast = node.Pop3.HasLast,
        OffersApop = node.Auth.Mechanisms.Contains("APOP", StringComparer.OrdinalIgnoreCase),
        RefusesUtf8 = node.Pop3.RefusesUtf8,
        ExpireDays = node.Pop3.ExpireDays,
        Implementation = node.Pop3.ShowImplementation ? "MailCluster-" + NodeHost.Version : "",
        BadCommandsMax = node.Pop3.BadCommands,
        IdleTimeout = node.Timeouts.IdlePop3,
    };

    public static DeliveryOptions ToDelivery(this NodeOptions node) => new()
    {
        RecipientDelimiters = node.Lmtp.RecipientDelimiters,
        SaveToDetailFolder = node.Lmtp.SaveToDetailFolder,
        RetryFor = node.Lmtp.Retry,
    };

    public static FilterOptions ToFilter(this NodeOptions node) => new()
    {
        IsEnabled = node.SieveDelivery.IsEnabled,
        Before = [.. node.SieveDelivery.Before],
        Default = node.SieveDelivery.Default,
        After = [.. node.SieveDelivery.After],
        GlobalDirectory = node.SieveDelivery.GlobalDirectory,
        CreateFolders = node.SieveDelivery.CreateFolders,
        SubscribeFolders = node.SieveDelivery.SubscribeFolders,
        RedirectFrom = node.SieveDelivery.RedirectFrom,
        RedirectMemory = node.SieveDelivery.RedirectMemory,
        TellOwner = node.SieveDelivery.TellOwner,
        SuppressDuplicates = node.Lmtp.SuppressDuplicates,
        CanSend = node.Outbound.Relay is not null,
        ReportFrom = node.SieveDelivery.ReportFrom,
        HostName = node.Outbound.HelloName,
    };

    public static LmtpOptions ToLmtp(this NodeOptions node) => new()
    {
        MessageSizeMax = node.Limits.MessageBytes,
        RecipientsMax = node.Lmtp.Recipients,
        AddDeliveredTo = node.Lmtp.AddDeliveredTo,
        ReceivedFor = node.Lmtp.ReceivedFor,
        RecipientQuotaCheck = node.Lmtp.RecipientQuotaCheck,
        DeferOverQuota = node.Quota.DeferWhenFull,
        SendsReports = node.Outbound.Relay is not null,
    };

    public static QuotaStatusOptions ToQuotaStatus(this NodeOptions node) => new()
    {
        DeferOverQuota = node.Quota.DeferWhenFull,
        RejectUnknownUsers = node.Quota.Status.RejectUnknownUsers,
    };

    public static SqliteOptions ToSqlite(this NodeOptions node) => new()
    {
        QueuedWritesMax = node.Storage.Sqlite.QueuedWrites,
        GroupWritesMax = node.Storage.Sqlite.GroupWrites,
        CheckpointPages = node.Storage.Sqlite.CheckpointPages,
        FlushDelayMax = node.Storage.Sqlite.FlushDelay,
        ReadersMax = node.Storage.Sqlite.Readers,
    };

    public static PackOptions ToPacks(this NodeOptions node) => new()
    {
        PackBytesMax = node.Storage.Packs.Bytes,
        QueuedPutsMax = node.Storage.Packs.QueuedWrites,
        OpenPacksMax = node.Storage.Packs.Open,
        GarbageRatio = node.Storage.Packs.GarbageRatio,
    };

    public static PostgresOptions ToPostgres(this NodeOptions node)
    {
        var postgres = node.Storage.Postgres;
        var options = new PostgresOptions
        {
            Connection = postgres.Connection!,
            ConnectionsMax = postgres.Connections,
            ConnectTimeout = postgres.ConnectTimeout,
            CommandTimeout = postgres.CommandTimeout,
            RetryDelay = postgres.RetryDelay,
            JournalLanes = postgres.JournalLanes,
            GroupWritesMax = postgres.GroupWrites,
            GroupBytesMax = postgres.GroupBytes,
            QueuedWritesMax = postgres.QueuedWrites,
            BodyLanes = postgres.BodyLanes,
            QueuedBodiesMax = postgres.QueuedBodies,
            BodyChunkBytes = postgres.BodyChunkBytes,
            BodyCacheBytes = postgres.BodyCacheBytes,
            ClusterName = node.ClusterName,
        };
        return node.Shards is { } shards ? options with { ShardsIfNew = shards } : options;
    }

    public static S3Options ToS3(this NodeOptions node)
    {
        var s3 = node.Storage.S3;
        return new S3Options
        {
            Endpoint = s3.Endpoint,
            Region = s3.Region,
            Bucket = s3.Bucket!,
            Prefix = s3.Prefix,
            PathStyle = s3.PathStyle,
            AccessKey = s3.AccessKey,
            SecretKey = s3.SecretKey,
            RequestTimeout = s3.RequestTimeout,
            AttemptsMax = s3.Attempts,
            RequestsMax = s3.Requests,
        };
    }

    public static PersistenceOptions ToPersistence(this NodeOptions node) => new()
    {
        RecoveriesMax = node.Mailboxes.Recoveries,
        SnapshotAfterEvents = node.Mailboxes.SnapshotAfterEvents,
        SnapshotAfterBytes = node.Mailboxes.SnapshotAfterBytes,
        SnapshotOnStopAfterEvents = node.Mailboxes.SnapshotOnStopAfterEvents,
        HistoryRetention = node.History.Retention,
        HoldMax = node.Timeouts.Command,
    };

    public static ShardRegionOptions ToRegion(this NodeOptions node) => new()
    {
        IdleTimeout = node.Mailboxes.IdleTimeout ?? Timeout.InfiniteTimeSpan,
        MemoryBudgetBytes = node.Mailboxes.MemoryBytes,
        BufferMax = node.Sharding.Buffer,
    };

    public static ClusterNodeOptions ToClusterNode(this NodeOptions node) => new()
    {
        Lease = node.Sharding.Lease,
        LeaseMargin = node.Sharding.LeaseMargin,
        MapPoll = node.Sharding.MapPoll,
        ProbeTimeout = node.Sharding.ProbeTimeout,
        HandOversAtOnce = node.Sharding.HandOvers,
        LeavingHandOversAtOnce = node.Sharding.LeavingHandOvers,
    };

    public static PeerOptions ToPeers(this ClusterSettings cluster) => new()
    {
        ClusterName = cluster.Name,
        MessageBytesMax = cluster.Peers.MessageBytes,
        StreamWindowBytes = cluster.Peers.StreamWindowBytes,
        OutboxBytesMax = cluster.Peers.OutboxBytes,
        RequestsMax = cluster.Peers.Requests,
        RequestBytesMax = cluster.Peers.RequestBytes,
        ConnectionsMax = cluster.Peers.Connections,
        ConnectTimeout = cluster.Peers.ConnectTimeout,
        HandshakeTimeout = cluster.Peers.HandshakeTimeout,
        PingInterval = cluster.Peers.Ping,
        SilenceTimeout = cluster.Peers.Silence,
    };

    public static MailboxOptions ToMailboxes(this NodeOptions node) => new()
    {
        ProvisionedFolders = [.. node.Folders.Select(ToProvisioned)],
        FoldersMax = node.Limits.Folders,
        KeywordsMax = node.Limits.Keywords,
        SubscriptionsMax = node.Limits.Subscriptions,
        OutboxMax = node.Outbound.Queue,
        ScriptsMax = node.SieveScripts.Count,
        ScriptSizeMax = node.SieveScripts.Size,
        ScriptBytesMax = node.SieveScripts.TotalSize,
        Annotations = node.Annotations,
        HistoryRetention = node.History.Retention,
        GracePeriod = node.History.Grace,
        FlagsToDisk = node.FlagsToDisk,
        CommandTimeout = node.Timeouts.Command,
        ScriptEvents = node.SieveDelivery.ImapEvents.ToRules(),
        Quota = new QuotaOptions
        {
            Rules = node.Quota.Rules,
            Grace = node.Quota.Grace,
            DirectoryAge = node.Quota.UserDatabaseAge,
            Thresholds = [.. node.Quota.Warnings.Select(warning => warning.At).Distinct().Order()],
        },
    };

    public static EdgeListener ToEdge(this ListenersOptions listeners, ListenerOptions listener) => new(listener.Name, listener.Tls switch
    {
        ListenerTls.Implicit => TlsMode.Implicit,
        ListenerTls.StartTls => TlsMode.StartTls,
        _ => TlsMode.Off,
    })
    {
        ProxyNetworks = listener.IsBehindProxy ? listeners.ProxyNetworks : null,
        ClientCertificates = listener.ClientCertificates,
        ConnectionsMax = listener.ConnectionsMax,
    };

    private static ProvisionedFolder ToProvisioned(FolderTemplate folder) => new(FolderName.Create(folder.Name), folder.Use, folder.IsSubscribed);
}
