using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Delivery.Filters;

/// <summary>
/// Scripts on what IMAP did to a message that is in a folder (RFC 6785): a keep leaves it there, with the flags that the script gave it, and without one the plan says that
/// it is not kept. All other actions are what they are at a delivery.
/// </summary>
internal sealed partial class FilterRun
{
    /// <summary>RFC 6785 §3.1, §3.8: a keep changes flags and nothing else. What failed changes none.</summary>
    private void NoteFlags(SieveOutcome outcome)
    {
        if (request.Event is null || outcome.Error is not null || outcome.Actions.OfType<SieveKeep>().FirstOrDefault() is not { } keep)
            return;
        var (system, keywords) = FlagsOf(keep.Flags);
        _plan.Flags = new MessageFlags(system, [.. keywords]);
    }
}
