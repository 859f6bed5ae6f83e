using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>LOGOUT (RFC 9051 §6.1.3).</summary>
internal static class LogoutHandler
{
    public static ValueTask<CommandOutcome> RunAsync(ImapSession session, LogoutCommand command)
    {
        session.Untagged(ResponseStatus.Bye, "Goodbye");
        session.CloseFolder();
        session.EnterLogout();
        return new(CommandOutcome.Ok("Done"));
    }
}
