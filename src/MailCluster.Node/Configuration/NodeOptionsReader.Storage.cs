using MailCluster.Hocon.Binding;

namespace MailCluster.Node.Configuration;

internal static partial class NodeOptionsReader
{
    private static StorageOptions ReadStorage(HoconSection section)
    {
        var journal = section.Choice("journal", ("sqlite", JournalKind.Sqlite), ("postgres", JournalKind.Postgres));
        var bodies = section.Choice("bodies", ("packs", BodiesKind.Packs), ("postgres", BodiesKind.Postgres), ("s3", BodiesKind.S3));
        if (journal == JournalKind.Postgres && bodies == BodiesKind.Packs)
        {
            section.Fault("journal", "expected storage.bodies = postgres or s3 with it: packs are files of one node, which the others cannot reach");
        }
        else if (journal == JournalKind.Sqlite && bodies != BodiesKind.Packs)
        {
            section.Fault("bodies", "expected packs with storage.journal = sqlite: elsewhere bodies need PostgreSQL for their summaries (storage.journal = postgres)");
        }
        var options = new StorageOptions(
            journal,
            bodies,
            section.Section("sqlite", sqlite => new DatabaseOptions(
                sqlite.Integer("queued-writes", 16, 1_000_000),
                sqlite.Integer("group-writes", 1, 100_000),
                sqlite.Integer("checkpoint-pages", 100, 1_000_000),
                sqlite.Duration("flush-delay", TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(1)),
                sqlite.Integer("readers", 1, 64))),
            section.Section("packs", packs => new PackSettings(
                packs.Size("size", 1 << 20, 2L << 30),
                packs.Integer("queued-writes", 16, 1_000_000),
                packs.Integer("open", 4, 100_000),
                packs.Number("garbage-ratio", 0.05, 1),
                packs.Duration("compaction-interval", TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)))),
            section.Section("postgres", postgres => ReadPostgres(postgres, isUsed: journal == JournalKind.Postgres)),
            section.Section("s3", s3 => ReadS3(s3, isUsed: bodies == BodiesKind.S3)));
        if (journal == JournalKind.Postgres && options.Postgres.Connection is null)
        {
            section.Fault("journal", "expected storage.postgres.connection with it, such as \"Host=db.example.org;Database=mailcluster;Username=mailcluster\"");
        }
        if (bodies == BodiesKind.S3 && options.S3.Bucket is null)
        {
            section.Fault("bodies", "expected storage.s3.bucket with it");
        }
        return options;
    }

    private static PostgresSettings ReadPostgres(HoconSection section, bool isUsed)
    {
        var connection = ReadSecret(section, "connection", isUsed);
        var password = ReadSecret(section, "password", isUsed);
        return new PostgresSettings
        {
            Connection = connection is null or "" ? connection : Compose(section, connection, password),
            Connections = section.Integer("connections", 8, 1_000),
            ConnectTimeout = section.Duration("connect-timeout", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1)),
            CommandTimeout = section.Duration("command-timeout", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            RetryDelay = section.Duration("retry-delay", TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)),
            JournalLanes = section.Integer("journal-lanes", 1, 64),
            GroupWrites = section.Integer("group-writes", 1, 10_000),
            GroupBytes = (int)section.Size("group-size", 64 << 10, 64 << 20),
            QueuedWrites = section.Integer("queued-writes", 16, 1_000_000),
            BodyLanes = section.Integer("body-lanes", 1, 64),
            QueuedBodies = section.Integer("queued-bodies", 1, 100_000),
            BodyChunkBytes = (int)section.Size("body-chunk", 64 << 10, 16 << 20),
            BodyCacheBytes = section.Size("body-cache", 0, 16L << 30),
            CollectionInterval = section.Duration("collection-interval", TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
        };
    }

    private static string Compose(HoconSection section, string connection, string? password)
    {
        try
        {
            return PostgresConnection.Compose(connection, password);
        }
        catch (FormatException error)
        {
            section.Fault("connection", error.Message);
            return "";
        }
    }

    private static S3Settings ReadS3(HoconSection section, bool isUsed)
    {
        var endpoint = section.OptionalText("endpoint");
        if (endpoint is not null && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
        {
            section.Fault("endpoint", "expected an address such as https://s3.example.org:9000");
            endpoint = null;
        }
        var bucket = section.OptionalText("bucket");
        var accessKey = ReadSecret(section, "access-key", isUsed);
        var secretKey = ReadSecret(section, "secret-key", isUsed);
        if (isUsed && accessKey is null != secretKey is null)
        {
            section.Fault(accessKey is null ? "access-key" : "secret-key", "expected both access-key and secret-key, or neither (the machine's own credentials)");
        }
        return new S3Settings
        {
            Endpoint = endpoint is null ? null : new Uri(endpoint),
            Region = section.Text("region", text => text.Length > 0 ? null : "the name of a region"),
            Bucket = bucket,
            Prefix = ReadPrefix(section),
            PathStyle = section.Boolean("path-style"),
            AccessKey = accessKey,
            SecretKey = secretKey,
            RequestTimeout = section.Duration("request-timeout", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            Attempts = section.Integer("attempts", 1, 10),
            Requests = section.Integer("requests", 1, 1_000),
        };
    }

    private static string ReadPrefix(HoconSection section)
    {
        var prefix = section.OptionalText("prefix") ?? "";
        if (prefix.Length > 0 && (!prefix.EndsWith('/') || prefix.StartsWith('/')))
        {
            section.Fault("prefix", "expected a text that ends in \"/\" and does not begin with one");
        }
        return prefix;
    }

    /// <summary>
    /// A secret from <paramref name="key"/> or from the file that <c>key-file</c> names, as orchestrators mount them; a line end at its end is not part
    /// of it. The file is read only when the setting <paramref name="isUsed"/>.
    /// </summary>
    private static string? ReadSecret(HoconSection section, string key, bool isUsed)
    {
        var value = section.Secret(key);
        var file = section.OptionalText(key + "-file");
        if (file is null || !isUsed)
        {
            return value;
        }
        if (value is not null)
        {
            section.Fault(key + "-file", $"expected either {key} or {key}-file, found both");
            return value;
        }
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n') is { Length: > 0 } secret ? secret : throw new IOException("it is empty");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            section.Fault(key + "-file", $"expected a readable file, {FullPath(file)} is none: {error.Message}");
            return ""; // It was given: that it is missing is not a second fault.
        }
    }
}
