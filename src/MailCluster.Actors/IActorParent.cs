namespace MailCluster.Actors;

/// <summary>
/// Who started an actor and hears of its end. Called from the actor's thread; implementations are quick and do not throw.
/// </summary>
public interface IActorParent
{
    /// <summary>The actor wants to stop for now. The parent answers with <see cref="ActorCell.Stop"/> once it buffers what comes for the actor.</summary>
    void OnPassivateRequested(ActorCell child);

    /// <summary>
    /// The actor is no more and holds nothing. <paramref name="unprocessed"/> are messages that it had accepted and not begun; the parent
    /// takes them over. <paramref name="failure"/> is null when it was asked to stop.
    /// </summary>
    void OnTerminated(ActorCell child, Exception? failure, EnvelopeQueue unprocessed);

    /// <summary>The actor's estimate of its own size changed by so many bytes. A stop counts as the whole estimate going away.</summary>
    void OnMemoryChanged(ActorCell child, long deltaBytes);
}
