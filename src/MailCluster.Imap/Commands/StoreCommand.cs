using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Imap.Commands;

/// <summary>STORE and UID STORE (RFC 9051 §6.4.6), with UNCHANGEDSINCE (RFC 7162 §3.1.3).</summary>
/// <param name="UnchangedSince">Only messages not changed after it are changed; null for all. 0 always fails.</param>
internal sealed record StoreCommand(
    string Tag,
    bool Uid,
    SequenceSet Set,
    FlagOperation Operation,
    bool Silent,
    FlagList Flags,
    ModSeq? UnchangedSince) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Store;
}
