using MailCluster.Actors;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes.Wire;

/// <summary>
/// Failures that the asker on another node has to tell apart: refusals, and those after which a command with an id is sent again. All others are bugs and cross as a
/// text.
/// </summary>
internal static class WireFailures
{
    public static Failure? ToWire(Exception failure) => failure switch
    {
        MailboxRefusedException refused => new Failure
        {
            Kind = Failure.Types.Kind.Refused,
            Reason = (int)refused.Reason,
            Message = refused.Message,
        },

        // The deadline that came with the command passed here a moment before it did at the asker, who is told so by its own clock or by this.
        AskTimeoutException late => ToWire(new MailboxRefusedException(RefusalReason.Unavailable, "The mailbox did not answer in time; try again.", late)),
        PersistenceUnavailableException unavailable => new Failure
        {
            Kind = Failure.Types.Kind.Unavailable,
            Actor = unavailable.Actor.Value,
            Message = unavailable.InnerException?.Message ?? "",
        },
        JournalUnavailableException unavailable => new Failure { Kind = Failure.Types.Kind.Unavailable, Message = unavailable.Message },
        WriterFencedException fenced => new Failure { Kind = Failure.Types.Kind.Fenced, Generation = fenced.Generation.Value },
        RecoveryFailedException recovery => new Failure
        {
            Kind = Failure.Types.Kind.RecoveryFailed,
            Actor = recovery.Actor.Value,
            Message = recovery.Message,
        },
        _ => null,
    };

    /// <exception cref="InvalidDataException">A kind that this release does not know.</exception>
    public static Exception FromWire(Failure wire) => wire.Kind switch
    {
        // A reason of a later release is told as what it can be at worst: not now.
        Failure.Types.Kind.Refused => new MailboxRefusedException(
            Enum.IsDefined((RefusalReason)wire.Reason) ? (RefusalReason)wire.Reason : RefusalReason.Unavailable, wire.Message),
        Failure.Types.Kind.Unavailable => new PersistenceUnavailableException(
            new PersistenceId(wire.Actor), new JournalUnavailableException(wire.Message)),
        Failure.Types.Kind.Fenced => new WriterFencedException(new WriterGeneration(wire.Generation)),
        Failure.Types.Kind.RecoveryFailed => new RecoveryFailedException(new PersistenceId(wire.Actor), wire.Message),
        _ => throw new InvalidDataException("A later release sent a failure of a kind that this one does not know."),
    };
}
