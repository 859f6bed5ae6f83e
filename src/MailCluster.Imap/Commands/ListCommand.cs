using System.Collections.Immutable;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Commands;

/// <summary>LIST (RFC 9051 §6.3.9, RFC 5258, RFC 5819, RFC 6154 §2, RFC 9590).</summary>
/// <param name="Patterns">One or more, in Unicode; <c>*</c> and <c>%</c> are wildcards.</param>
/// <param name="Return">What to tell besides; <see cref="ListReturn.Status"/> means <paramref name="Status"/>.</param>
/// <param name="Metadata">Which annotations <see cref="ListReturn.Metadata"/> means (RFC 9590).</param>
/// <param name="Extended">Whether selection options, a list of patterns or return options were given: then an empty pattern is no question
/// for the separator.</param>
internal sealed record ListCommand(
    string Tag,
    ListSelection Selection,
    string Reference,
    ImmutableArray<string> Patterns,
    ListReturn Return,
    StatusItems Status,
    ImmutableArray<AnnotationPath> Metadata,
    bool Extended) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.List;
}

/// <summary>Selection options (RFC 5258 §3.1).</summary>
[Flags]
internal enum ListSelection
{
    None = 0,
    Subscribed = 1,
    Remote = 2,
    RecursiveMatch = 4,
    SpecialUse = 8,
}

/// <summary>Return options (RFC 5258 §3.2, RFC 5819, RFC 6154, RFC 9590).</summary>
[Flags]
internal enum ListReturn
{
    None = 0,
    Subscribed = 1,
    Children = 2,
    SpecialUse = 4,
    Status = 8,
    Metadata = 16,
}
