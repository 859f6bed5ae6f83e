namespace MailCluster.Persistence;

// Which actors may have mail to send.
//
// The problem: an actor that is not in memory does nothing, and what it has to send is known only from its journal. After a restart or a take-over somebody has
// to wake those that have something, without reading every journal.
//
// The rule: the index is a superset. An actor is added, durably, before the command that gives it something to send; it is removed by whoever found that
// it has nothing, but only if nobody added it in the last minutes, since a command may still be on its way.
// A crash between the two leaves an actor that is woken in vain. Should a node stop for longer than those minutes between its addition and its command, the
// actor's own node adds it again when the command is committed.

/// <summary>A table of the actors that may have something to send: a superset, so that they are woken after a restart or a take-over.</summary>
public interface IOutboxIndex
{
    /// <summary>Adds the actor, or notes that it was added again. Durable on return.</summary>
    /// <param name="actor">Which.</param>
    /// <param name="time">When; an earlier time than the one that is noted changes nothing.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="JournalUnavailableException">It could not be stored; perhaps it was.</exception>
    ValueTask AddAsync(PersistenceId actor, DateTimeOffset time, CancellationToken cancellationToken);

    /// <summary>Removes the actor if it was added last before <paramref name="addedBefore"/>. Power loss may bring it back.</summary>
    /// <returns>Whether it is not there now.</returns>
    /// <exception cref="JournalUnavailableException">It could not be removed; perhaps it was.</exception>
    ValueTask<bool> RemoveAsync(PersistenceId actor, DateTimeOffset addedBefore, CancellationToken cancellationToken);

    /// <summary>All of them, in the order of their ids. One that is added or removed meanwhile may be in it or not.</summary>
    /// <exception cref="JournalUnavailableException">The index cannot be read.</exception>
    IAsyncEnumerable<PersistenceId> ListAsync(CancellationToken cancellationToken);
}
