using MailCluster.Edge;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;

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
            return await WaitAsync(session);
        }
        finally
        {
            session.Connection.WakeAfter(Timeout.InfiniteTimeSpan);
            session.Selected?.Unwatch();
            session.Connection.State = state;
        }
    }

    private static async ValueTask<CommandOutcome> WaitAsync(ImapSession session)
    {
        var interval = session.Services.Options.IdleNotifyInterval;
        var since = session.Services.Time.GetTimestamp();
        for (var again = false; ; again = true)
        {
            // After Watch, or a change just before it would go unseen.
            if (!await session.TellChangesAsync(expungesAllowed: true))
                return CommandOutcome.AnsweredAlready;
            var quiet = again && session.Connection.Output.UnflushedBytes == 0;
            if (quiet && interval > TimeSpan.Zero && session.Services.Time.GetElapsedTime(since) >= interval)
                session.Untagged(ResponseStatus.Ok, "Still here");
            if (!again || session.Connection.Output.UnflushedBytes > 0)
            {
                since = session.Services.Time.GetTimestamp();
                session.Connection.WakeAfter(interval);
            }

            if (await session.ReadIdleEndAsync(again) is { } done)
                return done ? CommandOutcome.Ok("Done") : CommandOutcome.Bad("DONE was expected");
            if (session.State == SessionState.Logout || session.Connection.Ending != ConnectionEnding.None)
                return CommandOutcome.AnsweredAlready;
        }
    }
}
