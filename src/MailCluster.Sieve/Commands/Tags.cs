using System.Collections.Immutable;
using MailCluster.Sieve.Compilation;

namespace MailCluster.Sieve.Commands;

/// <summary>Tagged arguments that several commands share.</summary>
internal static class Tags
{
    internal const string MatchUsage = "[:comparator <name>] [:is / :contains / :matches / :regex / :value <rel> / :count <rel>]";

    /// <summary>RFC 5228 §2.7.1 and §2.7.3, with RFC 5231, regex and RFC 6134.</summary>
    internal static ImmutableArray<TagSpec> Match { get; } =
    [
        new("comparator", ArgumentKind.String),
        new("is", Group: "match"), new("contains", Group: "match"), new("matches", Group: "match"),
        new("regex", null, "regex", "match"), new("list", null, "extlists", "match"),
        new("count", ArgumentKind.String, "relational", "match"), new("value", ArgumentKind.String, "relational", "match"),
    ];

    /// <summary>RFC 5228 §2.7.4, RFC 5233.</summary>
    internal static ImmutableArray<TagSpec> AddressPart { get; } =
    [
        new("all", Group: "part"), new("localpart", Group: "part"), new("domain", Group: "part"),
        new("user", null, "subaddress", "part"), new("detail", null, "subaddress", "part"),
    ];

    /// <summary>RFC 5260 §6.</summary>
    internal static ImmutableArray<TagSpec> Index { get; } = [new("index", ArgumentKind.Number, "index"), new("last", null, "index")];

    /// <summary>RFC 5703 §4.</summary>
    internal static ImmutableArray<TagSpec> Mime { get; } = [new("mime", null, "mime"), new("anychild", null, "mime")];

    /// <summary>Where fileinto and copies go, besides by name (RFC 5490 §3.2, RFC 9042 §3, RFC 8579 §4).</summary>
    internal static ImmutableArray<TagSpec> Target { get; } =
    [
        new("create", null, "mailbox"), new("mailboxid", ArgumentKind.String, "mailboxid"), new("specialuse", ArgumentKind.String, "special-use"),
        new("flags", ArgumentKind.Strings, "imap4flags"),
    ];

    /// <summary>RFC 8580 §3: where a copy of what is sent goes; the tags of fileinto then say how.</summary>
    internal static ImmutableArray<TagSpec> Fcc { get; } = [new("fcc", ArgumentKind.String, "fcc"), .. Target];
}
