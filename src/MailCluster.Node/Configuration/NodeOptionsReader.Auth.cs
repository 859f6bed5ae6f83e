using System.Net;
using MailCluster.Auth.Abuse;
using MailCluster.Hocon.Binding;

namespace MailCluster.Node.Configuration;

internal static partial class NodeOptionsReader
{
    private static AuthenticationOptions ReadAuth(HoconSection section)
    {
        var (memory, passes) = section.Section("argon2", argon2 => (argon2.Size("memory", 8 << 10, 1 << 30), argon2.Integer("passes", 1, 64)));
        var (entries, ttl, negativeTtl) = section.Section("cache", cache => (
            cache.Integer("entries", 0, 10_000_000),
            cache.Duration("ttl", TimeSpan.FromSeconds(1), TimeSpan.FromDays(30)),
            cache.Duration("negative-ttl", TimeSpan.Zero, TimeSpan.FromDays(1))));
        var (passDbs, userDbs) = (section.List("passdbs", DatabaseReader.ReadPassDb), section.List("userdbs", DatabaseReader.ReadUserDb));
        if (passDbs.Count > 0 && userDbs.Count == 0)
        {
            section.Fault("userdbs", "expected at least one user database, since there are passdbs: who exists, for deliveries");
        }
        return new AuthenticationOptions
        {
            PassDbs = passDbs,
            UserDbs = userDbs,
            MasterUserSeparator = ReadSeparator(section),
            PasswdFile = section.OptionalText("passwd-file") is { } file ? FullPath(file) : null,
            Mechanisms = ReadMechanisms(section),
            Sasl = ReadSasl(section),
            AllowPlaintext = section.Boolean("allow-plaintext"),
            AllowWeakSchemes = section.Boolean("allow-weak-schemes"),
            PasswordScheme = section.OptionalText("password-scheme"),
            Argon2MemoryBytes = memory,
            Argon2Passes = passes,
            HashConcurrency = section.Integer("hash-concurrency", 0, 1024),
            HashQueue = section.Integer("hash-queue", 1, 1_000_000),
            CacheEntries = entries,
            CacheTtl = ttl,
            CacheNegativeTtl = negativeTtl,
            FailureDelay = section.Duration("failure-delay", TimeSpan.Zero, TimeSpan.FromMinutes(1)),
            Penalty = section.Boolean("penalty"),
            PenaltyExempt = section.Texts("penalty-exempt", IsNetwork),
            Ban = section.Section("ban", ReadBan),
        };
    }

    private static AbuseOptions ReadBan(HoconSection section)
    {
        var options = new AbuseOptions
        {
            BanFailures = section.Integer("failures", 0, 1_000_000),
            BanWindow = section.Duration("within", TimeSpan.FromMinutes(1), TimeSpan.FromDays(30)),
            BanTime = section.Duration("time", TimeSpan.FromSeconds(10), TimeSpan.FromDays(365)),
            BanTimeMax = section.Duration("time-max", TimeSpan.FromSeconds(10), TimeSpan.FromDays(365)),
            AccountFailures = section.Integer("account-failures", 0, 1_000_000),
            AccountDelay = section.Duration("account-delay", TimeSpan.Zero, TimeSpan.FromMinutes(1)),
            Ipv6PrefixLength = section.Integer("ipv6-prefix", 32, 128),
            Allowed = section.Texts("allow", text => ClientNetwork.Parse(text) is null ? "an address or a network such as 192.0.2.0/24" : null),
            ReadInterval = section.Duration("read-interval", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
        };
        if (options.BanTimeMax < options.BanTime)
        {
            section.Fault("time-max", "expected at least as long as time");
        }
        return options;
    }

    private static string? ReadSeparator(HoconSection section)
    {
        var separator = section.OptionalText("master-user-separator");
        if (separator is not null && (separator.Length != 1 || char.IsAsciiLetterOrDigit(separator[0]) || separator[0] is '@' or '.'))
        {
            section.Fault("master-user-separator", "expected one character such as *, or null");
        }
        return separator;
    }
}
