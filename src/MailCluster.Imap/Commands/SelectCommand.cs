using MailCluster.Mailboxes;

namespace MailCluster.Imap.Commands;

/// <summary>SELECT and EXAMINE (RFC 9051 §6.3.2, §6.3.3; parameters of RFC 7162).</summary>
/// <param name="ReadOnly">EXAMINE.</param>
/// <param name="Condstore">The CONDSTORE parameter was given.</param>
/// <param name="Qresync">The QRESYNC parameter, or null.</param>
internal sealed record SelectCommand(string Tag, string Mailbox, bool ReadOnly, bool Condstore, QresyncParameters? Qresync)
    : ImapCommand(Tag)
{
    public override CommandName Name => ReadOnly ? CommandName.Examine : CommandName.Select;
}

/// <summary>What the client remembers of the folder (RFC 7162 §3.2.5).</summary>
/// <param name="KnownUids">The UIDs it knows, or null for all.</param>
/// <param name="Match">Pairs of message numbers and UIDs by which the server may learn what the client saw vanish, or null.</param>
internal sealed record QresyncParameters(uint UidValidity, ModSeq ModSeq, UidSet? KnownUids, QresyncMatch? Match);

/// <summary>Message numbers and the UIDs they had, ascending, as many of the one as of the other.</summary>
internal sealed record QresyncMatch(UidSet SequenceNumbers, UidSet Uids);
