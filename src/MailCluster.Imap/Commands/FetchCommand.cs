using System.Collections.Immutable;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Commands;

/// <summary>FETCH and UID FETCH (RFC 9051 §6.4.5), with CHANGEDSINCE and VANISHED (RFC 7162 §3.1.4, §3.2.6).</summary>
/// <param name="Attributes">The items that take no argument. UID FETCH always has <see cref="FetchAttributes.Uid"/>.</param>
/// <param name="Sections">The items that name a section, in the order asked, without doubles.</param>
/// <param name="ChangedSince">Only messages changed after it; null for all.</param>
/// <param name="Vanished">Tell also which UIDs of the set were expunged since.</param>
internal sealed record FetchCommand(
    string Tag,
    bool Uid,
    SequenceSet Set,
    FetchAttributes Attributes,
    ImmutableArray<FetchSection> Sections,
    ModSeq? ChangedSince,
    bool Vanished) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Fetch;
}

/// <summary>FETCH items that take no argument.</summary>
[Flags]
internal enum FetchAttributes
{
    None = 0,
    Uid = 1,
    Flags = 1 << 1,
    InternalDate = 1 << 2,
    Rfc822Size = 1 << 3,
    Envelope = 1 << 4,

    /// <summary>BODYSTRUCTURE without its extension data.</summary>
    Body = 1 << 5,
    BodyStructure = 1 << 6,
    ModSeq = 1 << 7,

    /// <summary>RFC 8474 §5.1.</summary>
    EmailId = 1 << 8,

    /// <summary>RFC 8474 §5.2.</summary>
    ThreadId = 1 << 9,

    /// <summary>RFC 8514 §4.2.</summary>
    SaveDate = 1 << 10,

    /// <summary>RFC 8970.</summary>
    Preview = 1 << 11,

    /// <summary>RFC 8970 §3.2: PREVIEW only if it is at hand.</summary>
    PreviewLazy = 1 << 12,

    /// <summary>RFC 9051 §6.4.5.</summary>
    Fast = Flags | InternalDate | Rfc822Size,
    All = Fast | Envelope,
    Full = All | Body,
}
