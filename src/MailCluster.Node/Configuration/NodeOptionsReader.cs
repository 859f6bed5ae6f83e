using MailCluster.Hocon.Binding;
using MailCluster.Mailboxes;
using MailCluster.Mime;

namespace MailCluster.Node.Configuration;

/// <summary>Reads every key once, with its type and range. Faults go to the section's list; what is returned then must not be used.</summary>
internal static partial class NodeOptionsReader
{
    private static readonly TimeSpan Year = TimeSpan.FromDays(366);

    public static NodeOptions Read(HoconSection root) => root.Section("mailcluster", ReadNode);

    private static NodeOptions ReadNode(HoconSection section)
    {
        var dataDirectory = FullPath(section.Text("data-dir", NotEmpty));
        var storage = section.Section("storage", ReadStorage);
        var (clusterName, cluster, sharding, shards) = section.Section("cluster", reader => ReadCluster(reader, storage.Journal));
        var (name, user, roles, rehearsal) = section.Section(
            "node", node => (ReadName(node), node.OptionalText("user"), ReadRoles(node, isAlone: cluster is null), node.Boolean("rehearsal")));
        var auth = section.Section("auth", ReadAuth);
        var (scripts, language, sieveDelivery) = section.Section("sieve", ReadSieve);
        var listeners = section.Section("listeners", ReadListeners);
        return new NodeOptions
        {
            DataDirectory = dataDirectory,
            Name = name,
            User = user,
            Roles = roles,
            Rehearsal = rehearsal,
            ClusterName = clusterName,
            Cluster = cluster,
            Sharding = sharding,
            Shards = shards,
            ReturnMemoryAfter = section.Section("memory", memory => memory.DurationOrOff("return-after", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))),
            Listeners = listeners,
            Tls = section.Section("tls", tls => ReadTls(tls, listeners)),
            Auth = storage.Journal == JournalKind.Sqlite ? auth with { PasswdFile = auth.PasswdFile ?? Path.Combine(dataDirectory, "users") } : auth,
            Limits = section.Section("limits", ReadLimits),
            Timeouts = section.Section("timeouts", ReadTimeouts),
            Imap = section.Section("imap", ReadImap),
            Pop3 = section.Section("pop3", ReadPop3),
            Lmtp = section.Section("lmtp", ReadLmtp),
            SieveScripts = scripts,
            SieveLanguage = language,
            SieveDelivery = sieveDelivery,
            ManageSieve = section.Section("managesieve", ReadManageSieve),
            Outbound = section.Section("outbound", outbound => ReadOutbound(outbound, name)),
            Mime = section.Section("mime", ReadMime),
            Folders = section.Map("folders", ReadFolder),
            Quota = section.Section("quota", ReadQuota),
            Annotations = section.Section("annotations", ReadAnnotations),
            FlagsToDisk = section.Section("durability", durability => durability.Choice("flags", ("os", false), ("disk", true))),
            History = section.Section("history", ReadHistory),
            Storage = storage,
            Mailboxes = section.Section("mailboxes", ReadMailboxes),
            Log = section.Section("log", ReadLog),
        };
    }

    private static ImapServiceOptions ReadImap(HoconSection section) => new(
        section.Integer("append-messages", 1, 10_000_000),
        section.Integer("bad-commands", 1, 1_000_000),
        section.Boolean("show-version"),
        section.Boolean("metadata"),
        section.Duration("idle-notify", TimeSpan.Zero, TimeSpan.FromHours(1)) is var notify && notify > TimeSpan.Zero ? notify : Timeout.InfiniteTimeSpan);

    private static string ReadName(HoconSection section)
    {
        var name = section.OptionalText("name") ?? Environment.MachineName;
        if (Uri.CheckHostName(name) == UriHostNameType.Unknown)
        {
            section.Fault("name", "expected a host name");
        }
        return name;
    }

    private static LimitOptions ReadLimits(HoconSection section) => new()
    {
        Connections = section.Integer("connections", 1, 10_000_000),
        ConnectionsPerAddress = section.Integer("connections-per-address", 1, 10_000_000),
        ConnectionsPerAccount = section.Integer("connections-per-account", 1, 10_000_000),
        ConnectionsPerAccountAndAddress = section.Integer("connections-per-account-and-address", 1, 10_000_000),
        UnauthenticatedConnections = section.Integer("unauthenticated-connections", 1, 10_000_000),
        // A little less than what one buffer can hold.
        MessageBytes = section.Size("message-size", 64 << 10, 1_900L << 20),
        Spool = section.Section("spool", spool => new SpoolLimits(
            (int)spool.Size("message", 4 << 10, 64 << 20),
            spool.Size("total", 1 << 20, 1L << 44))),
        Folders = section.Integer("folders", 10, 1_000_000),
        Subscriptions = section.Integer("subscriptions", 10, 1_000_000),
        Keywords = section.Integer("keywords", 10, 100_000),
    };

    private static TimeoutOptions ReadTimeouts(HoconSection section) => new()
    {
        Login = section.Duration("login", TimeSpan.FromSeconds(5), TimeSpan.FromHours(1)),
        Handshake = section.Duration("handshake", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
        Idle = section.Duration("idle", TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)),
        IdlePop3 = section.Duration("idle-pop3", TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)),
        IdleDelivery = section.Duration("idle-delivery", TimeSpan.FromSeconds(10), TimeSpan.FromDays(1)),
        Transfer = section.Duration("transfer", TimeSpan.FromSeconds(10), TimeSpan.FromHours(1)),
        TransferRateMin = section.Integer("transfer-rate-min", 0, 1_000_000),
        WriteStall = section.Duration("write-stall", TimeSpan.FromSeconds(5), TimeSpan.FromHours(1)),
        Command = section.Duration("command", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
        Drain = section.Duration("drain", TimeSpan.Zero, TimeSpan.FromMinutes(10)),
        Leave = section.Duration("leave", TimeSpan.Zero, TimeSpan.FromMinutes(10)),
    };

    private static LmtpDeliveryOptions ReadLmtp(HoconSection section) => new()
    {
        RecipientDelimiters = section.Text("recipient-delimiter", IsDelimiters),
        SaveToDetailFolder = section.Boolean("save-to-detail-folder"),
        AddDeliveredTo = section.Boolean("add-delivered-to"),
        ReceivedFor = section.Boolean("received-for"),
        Recipients = section.Integer("recipients", 100, 1_000_000),
        RecipientQuotaCheck = section.Boolean("recipient-quota-check"),
        SuppressDuplicates = section.DurationOrOff("suppress-duplicates", TimeSpan.FromMinutes(1), TimeSpan.FromDays(30)),
        Retry = section.Duration("retry", TimeSpan.Zero, TimeSpan.FromMinutes(5)),
    };

    private static string? IsDelimiters(string text) =>
        text.Length <= 8 && text.All(character => !char.IsAsciiLetterOrDigit(character) && character is > ' ' and < '\u007f' and not ('@' or '.' or '"' or '\\'))
            ? null
            : "up to eight characters such as + - =, or \"\" for none";

    private static FolderTemplate ReadFolder(string name, HoconSection section)
    {
        var use = section.Choice("use", ("none", SpecialUse.None), ("sent", SpecialUse.Sent), ("drafts", SpecialUse.Drafts), ("trash", SpecialUse.Trash),
            ("archive", SpecialUse.Archive), ("junk", SpecialUse.Junk));
        if (!FolderName.TryCreate(name, out var folder, out var problem) || folder.IsInbox)
        {
            section.Fault("use", problem ?? "INBOX is always there and has no special use");
        }
        return new FolderTemplate(name, use, section.Boolean("subscribed"));
    }

    private static HistoryOptions ReadHistory(HoconSection section) =>
        new(section.Duration("retention", TimeSpan.Zero, 100 * Year), section.Duration("grace", TimeSpan.FromMinutes(1), Year));

    private static MimeLimits ReadMime(HoconSection section) => new()
    {
        NestingMax = section.Integer("nesting", 1, 200),
        PartsMax = section.Integer("parts", 1, 1_000_000),
        HeaderBytesMax = (int)section.Size("header", 1 << 10, 1 << 30),
        HeaderFieldBytesMax = (int)section.Size("header-field", 256, 1 << 30),
        TextBytesMax = (int)section.Size("searchable-text", 0, 256 << 20),
    };

    private static AccountMemoryOptions ReadMailboxes(HoconSection section)
    {
        var (events, bytes, onStop) = section.Section("snapshot", snapshot => (
            snapshot.Integer("after-events", 1, 1_000_000),
            snapshot.Size("after-bytes", 4 << 10, 1 << 30),
            snapshot.Integer("on-stop-after-events", 0, 1_000_000)));
        return new AccountMemoryOptions
        {
            IdleTimeout = section.DurationOrOff("idle-timeout", TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
            MemoryBytes = section.Size("memory", 16 << 20, 1L << 44),
            SnapshotAfterEvents = events,
            SnapshotAfterBytes = bytes,
            SnapshotOnStopAfterEvents = onStop,
            Recoveries = section.Integer("recoveries", 1, 10_000),
        };
    }

    private static string? NotEmpty(string text) => text.Length > 0 && !text.Contains('\0') ? null : "a path";

    private static string FullPath(string path) => path.Length == 0 || path.Contains('\0') ? "/" : Path.GetFullPath(path);
}
