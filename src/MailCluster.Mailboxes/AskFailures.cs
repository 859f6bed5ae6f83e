using MailCluster.Actors;
using MailCluster.Cluster;
using MailCluster.Cluster.Peers;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes;

/// <summary>What failures on the way to an account's actor mean.</summary>
internal static class AskFailures
{
    /// <summary>Whether asking again, with the same command id, may help: nothing was carried out, or it is recorded what was.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="isHere">The account is on this node. Then a fence is this node's own end.</param>
    /// <param name="isFirst">It was asked once so far.</param>
    public static bool MayBeRepeated(Exception e, bool isHere, bool isFirst) => e switch
    {
        // A journal that fails in a way of its own (a full disk) is asked once more, for the answer of what it may have stored.
        JournalUnavailableException journal => journal.IsAway || isFirst,
        SequenceConflictException or ShardUnavailableException => true,
        PeerLostException or PeerUnreachableException or ShardElsewhereException => true,
        PersistenceUnavailableException unavailable => isFirst || MayBeRepeated(unavailable.InnerException!, isHere, isFirst: false),
        ActorStoppedException stopped => stopped.InnerException is null || MayBeRepeated(stopped.InnerException, isHere, isFirst: false),
        WriterFencedException => !isHere,
        _ => false,
    };

    /// <summary>What the caller is told; null for bugs, refusals and cancellation, which pass as they are.</summary>
    public static MailboxRefusedException? Refusal(Exception e) => e switch
    {
        BusyException => new MailboxRefusedException(RefusalReason.Busy, "Too many requests wait for this mailbox; try again.", e),
        PersistenceUnavailableException or JournalUnavailableException or WriterFencedException or RecoveryFailedException
            or AskTimeoutException or ActorStoppedException or RegionStoppedException or ShardElsewhereException or ShardUnavailableException
            or PeerLostException or PeerUnreachableException or OutcomeUnknownException =>
            new MailboxRefusedException(RefusalReason.Unavailable, "The mailbox cannot be reached now; try again.", e),
        _ => null,
    };
}
