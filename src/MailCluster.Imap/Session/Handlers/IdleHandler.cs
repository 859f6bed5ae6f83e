using MailCluster.Edge;
using MailCluster.Imap.Commands;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>
/// IDLE (RFC 9051 §6.3.13): news are told as they come, until DONE. While it waits the session is a listener of the folder and holds
/// nothing else.
/// </summary>
internal static class IdleHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, IdleCommand command)
    {
        var writer = session.Respond();
        writer.Raw("+ idling\r\n"u8);
        writer.Commit();
        var state = session.Connection.State;
        session.Connection.State = "idle";
        session.Selected?.Watch();
        try
        {
            while (true)
            {
                // After Watch, or a change just before it would go unseen.
                if (!await session.TellChangesAsync(expungesAllowed: true))
                    return CommandOutcome.AnsweredAlready;
                if (await session.ReadIdleEndAsync() is { } done)
                    return done ? CommandOutcome.Ok("Done") : CommandOutcome.Bad("DONE was expected");
                if (session.State == SessionState.Logout || session.Connection.Ending != ConnectionEnding.None)
                    return CommandOutcome.AnsweredAlready;
            }
        }
        finally
        {
            session.Selected?.Unwatch();
            session.Connection.State = state;
        }
    }
}
