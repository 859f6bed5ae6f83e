using System.Text;
using MailCluster.Edge;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>
/// STARTTLS (RFC 9051 §6.2.1). What the client sent behind it in the same breath is refused and never run: it may have been put there by somebody on
/// the way.
/// </summary>
internal static class StartTlsHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, StartTlsCommand command)
    {
        if (session.Connection.IsTls)
            return CommandOutcome.Bad("TLS is on already");
        if (!session.Connection.CanStartTls)
            return CommandOutcome.Bad("TLS is not available");
        await session.FlushAsync();
        var goAhead = Encoding.ASCII.GetBytes(command.Tag + " OK Begin TLS now\r\n");
        switch (await session.Connection.StartTlsAsync(goAhead))
        {
            case StartTlsOutcome.Established:
                return CommandOutcome.AnsweredAlready;
            case StartTlsOutcome.PipelinedInput:
                session.Untagged(ResponseStatus.Bye, "Nothing may follow STARTTLS before TLS is on");
                session.EnterLogout();
                return CommandOutcome.Bad("Nothing may follow STARTTLS before TLS is on");
            default:
                throw new OperationCanceledException("The TLS handshake failed.");
        }
    }
}
