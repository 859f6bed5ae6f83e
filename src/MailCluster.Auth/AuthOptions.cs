using MailCluster.Auth.Drivers;

namespace MailCluster.Auth;

/// <summary>Settings of authentication. The defaults suit a small server that faces the internet.</summary>
public sealed class AuthOptions
{
    /// <summary>The Dovecot-format passwd-file that holds the accounts. It need not exist: no file, no accounts. Null: they are in a table.</summary>
    public string? PasswdFile { get; set; } = "./data/users";

    /// <summary>SASL mechanisms in the order in which they are offered, upper case, of <see cref="Sasl.SaslMechanismNames.All"/>.</summary>
    public IReadOnlyList<string> Mechanisms { get; set; } = ["PLAIN", "LOGIN"];

    /// <summary>Password databases in order; empty for the built-in accounts alone.</summary>
    public IReadOnlyList<PassDbOptions> PassDbs { get; set; } = [];

    /// <summary>User databases in order; empty for the built-in accounts alone.</summary>
    public IReadOnlyList<UserDbOptions> UserDbs { get; set; } = [];

    /// <summary>
    /// The character between the user and the master user in a login name, <c>*</c> as a rule; null for none. Counts only where a
    /// password database is a master's.
    /// </summary>
    public string? MasterUserSeparator { get; set; }

    /// <summary>True to take passwords over connections without TLS. Off: a sniffer reads them.</summary>
    public bool AllowPlaintext { get; set; }

    /// <summary>
    /// True to accept hashes that can be reversed in seconds (the MD5 and DES families). Off, as Dovecot's auth_allow_weak_schemes.
    /// </summary>
    public bool AllowWeakSchemes { get; set; }

    /// <summary>
    /// Scheme of new passwords; null for the strongest that this machine has (ARGON2ID, else yescrypt or another of libcrypt, else
    /// PBKDF2).
    /// </summary>
    public string? DefaultScheme { get; set; }

    /// <summary>
    /// Argon2 memory in KiB for new passwords, 8 × parallelism to 1 Mi. 19 MiB with two passes is OWASP's first choice and costs about
    /// 30 ms of one core: a two-core server then still takes some thirty first logins a second when every client returns after a restart;
    /// RFC 9106's 64 MiB and three passes (about 160 ms) would leave six.
    /// </summary>
    public int Argon2MemoryKiB { get; set; } = 19456;

    /// <summary>Argon2 passes over the memory, 1 to 64.</summary>
    public int Argon2Passes { get; set; } = 2;

    /// <summary>
    /// Iterations of SCRAM for new keys and for passwords stored in plain text, 4096 to 1,000,000. The client does this work too: 4096, the least that RFC 7677
    /// allows and what PostgreSQL and Dovecot use, is a millisecond here and ten in a browser.
    /// </summary>
    public int ScramIterations { get; set; } = 4096;

    /// <summary>
    /// Makes the salts of names without SCRAM keys, 16 octets at least; the same on all nodes, or a stranger who asks two of them sees which names exist.
    /// Null: a random one of this process.
    /// </summary>
    public byte[]? ScramSecret { get; set; }

    /// <summary>The account that ANONYMOUS opens, canonical; null: that mechanism is not offered.</summary>
    public string? AnonymousAccount { get; set; }

    /// <summary>The keytab with the keys of this service (<c>imap/host@REALM</c> and the like) for GSSAPI; null: that is not offered.</summary>
    public string? GssKeytab { get; set; }

    /// <summary>The Kerberos realm whose principals are accounts without a domain; null: every realm is its accounts' domain.</summary>
    public string? GssLocalRealm { get; set; }

    /// <summary>Which OAuth scope a client is told to ask for when its token is refused (RFC 7628 §3.2.2), or null.</summary>
    public string? OAuthScope { get; set; }

    /// <summary>Where a client finds the issuer of tokens (RFC 7628 §3.2.2), an https URL, or null.</summary>
    public string? OAuthDiscoveryUrl { get; set; }

    /// <summary>
    /// Slow hashes computed at once; 0 for as many as there are cores.
    /// </summary>
    public int HashConcurrencyMax { get; set; }

    /// <summary>
    /// Slow hashes that may wait for their turn; past that an attempt ends as a temporary failure instead of waiting for minutes.
    /// </summary>
    public int HashQueueMax { get; set; } = 512;

    /// <summary>
    /// Successful checks remembered, so that a client which logs in each minute does not pay the slow hash each time; 0 turns it off.
    /// </summary>
    public int CacheEntriesMax { get; set; } = 16384;

    /// <summary>
    /// How long a successful check is remembered. A changed password is noticed at once all the same; where another server is asked (LDAP, SQL, PAM, IMAP) the
    /// new one is, and the old one works for this long at most.
    /// </summary>
    public TimeSpan CacheTtl { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long another server's "unknown" or "wrong password" is repeated without asking it again; 0 for not at all.</summary>
    public TimeSpan CacheNegativeTtl { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Every failure is answered this late at the earliest (Dovecot's auth_failure_delay); 0 for at once.</summary>
    public TimeSpan FailureDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// False to not slow down addresses that keep failing (Dovecot's anvil penalty: 2, 4, 8, then 15 s before each attempt).
    /// </summary>
    public bool PenaltyEnabled { get; set; } = true;

    /// <summary>
    /// Networks that are never slowed down, in CIDR form. The default is this machine: a webmail or proxy there speaks for everybody.
    /// </summary>
    public IReadOnlyList<string> PenaltyExemptNetworks { get; set; } = ["127.0.0.0/8", "::1/128"];

    /// <summary>When clients that guess are shut out.</summary>
    public Abuse.AbuseOptions Abuse { get; set; } = new();

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentException">A value is impossible; the message names the option and what was expected.</exception>
    public void Validate()
    {
        Require(PassDbs.Count == 0 || UserDbs.Count > 0, nameof(UserDbs), "at least one where password databases are configured");
        Require(PasswdFile is null or { Length: > 0 }, nameof(PasswdFile), "a path");
        foreach (var name in Mechanisms) Require(
            Sasl.SaslMechanismNames.IsKnown(name), nameof(Mechanisms), $"{string.Join(", ", Sasl.SaslMechanismNames.All)}, not \"{name}\"");
        Require(ScramIterations is >= 4096 and <= 1_000_000, nameof(ScramIterations), "4096 to 1000000");
        Require(ScramSecret is null or { Length: >= 16 }, nameof(ScramSecret), "16 octets or more");
        Require(Argon2MemoryKiB is >= 8 and <= 1024 * 1024, nameof(Argon2MemoryKiB), "8 to 1048576");
        Require(Argon2Passes is >= 1 and <= 64, nameof(Argon2Passes), "1 to 64");
        Require(HashConcurrencyMax is >= 0 and <= 1024, nameof(HashConcurrencyMax), "0 to 1024");
        Require(HashQueueMax >= 1, nameof(HashQueueMax), "at least 1");
        Require(CacheEntriesMax is >= 0 and <= 16 * 1024 * 1024, nameof(CacheEntriesMax), "0 to 16777216");
        Require(CacheTtl >= TimeSpan.Zero, nameof(CacheTtl), "not negative");
        Require(CacheNegativeTtl >= TimeSpan.Zero, nameof(CacheNegativeTtl), "not negative");
        Require(FailureDelay >= TimeSpan.Zero && FailureDelay <= TimeSpan.FromMinutes(1), nameof(FailureDelay), "0 to 60 s");
        foreach (var network in PenaltyExemptNetworks)
            Require(
                System.Net.IPNetwork.TryParse(network, out _),
                nameof(PenaltyExemptNetworks),
                $"networks such as 192.0.2.0/24, not \"{network}\"");
    }

    /// <summary>The same, with weak schemes allowed.</summary>
    internal AuthOptions WithWeakSchemes()
    {
        var copy = (AuthOptions)MemberwiseClone();
        copy.AllowWeakSchemes = true;
        return copy;
    }

    private static void Require(bool holds, string name, string expected)
    {
        if (!holds) throw new ArgumentException($"{name}: expected {expected}");
    }
}
