using MailCluster.Imap.Commands;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>UNSELECT (RFC 9051 §6.4.2, RFC 3691): CLOSE that expunges nothing.</summary>
internal static class UnselectHandler
{
    public static ValueTask<CommandOutcome> RunAsync(ImapSession session, UnselectCommand command)
    {
        session.CloseFolder();
        return new(CommandOutcome.Ok("Closed"));
    }
}
