using System.Collections.Frozen;
using System.Collections.Immutable;

namespace MailCluster.Sieve;

/// <summary>The extensions of this compiler, as <c>require</c> and the SIEVE capability of ManageSieve name them.</summary>
public static class SieveExtensions
{
    /// <summary>Those that need nothing configured and harm nobody.</summary>
    private static readonly ImmutableArray<string> s_plain =
    [
        "fileinto", "reject", "ereject", "envelope", "envelope-dsn", "envelope-deliverby", "encoded-character", "vacation", "vacation-seconds", "subaddress",
        "relational", "regex", "imap4flags", "copy", "include", "body", "variables", "enotify", "environment", "mailbox", "mailboxid", "mboxmetadata",
        "servermetadata", "special-use", "fcc", "date", "index", "ihave", "duplicate", "editheader", "mime", "foreverypart", "extracttext", "replace", "enclose",
        "redirect-dsn", "redirect-deliverby", "extlists", "imapsieve", "vnd.dovecot.debug", "vnd.dovecot.environment", "comparator-i;octet", "comparator-i;ascii-casemap",
        "comparator-i;ascii-numeric", "comparator-i;unicode-casemap",
    ];

    /// <summary>Those that mean something only with what a site has set up: a scanner's header, programs, an address that takes reports.</summary>
    private static readonly ImmutableArray<string> s_configured =
        ["spamtest", "spamtestplus", "virustest", "vnd.dovecot.pipe", "vnd.dovecot.filter", "vnd.dovecot.execute", "vnd.dovecot.report"];

    private static readonly FrozenSet<string> s_known = s_plain.Concat(s_configured).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>All that this compiler knows.</summary>
    public static ImmutableArray<string> All { get; } = [.. s_plain, .. s_configured];

    /// <summary>All but those that need configuration.</summary>
    public static ImmutableArray<string> PersonalDefault => s_plain;

    /// <summary>As for users: what needs configuration is switched on with it.</summary>
    public static ImmutableArray<string> GlobalDefault => s_plain;

    public static bool IsKnown(string name) => s_known.Contains(name);
}
