using MailCluster.Mailboxes;
using MailCluster.ManageSieve.Responses;
using MailCluster.ManageSieve.Wire;
using Microsoft.AspNetCore.Connections;

namespace MailCluster.ManageSieve.Session;

/// <summary>Errors, each kind mapped once: refused → NO with a code, bug → NO, a line in the log, a count.</summary>
internal sealed partial class ManageSieveSession
{
    private async ValueTask<Answer> RunGuardedAsync(Request request)
    {
        var name = request.Command.Name;
        try
        {
            return await request.Command.RunAsync(this, request.Arguments);
        }
        catch (AnswerException refused)
        {
            return refused.Answer;
        }
        catch (MailboxRefusedException refused)
        {
            if (refused.Reason is RefusalReason.Unavailable or RefusalReason.Busy)
                ManageSieveLog.MailboxUnavailable(Services.Log, refused, name, Connection.Id);
            return Answer.No(refused.Message, CodeOf(refused.Reason));
        }
        catch (Exception bug) when (!IsClientGone(bug))
        {
            ManageSieveLog.CommandFailed(Services.Log, bug, name, Connection.Id);
            Services.Metrics.Bug(name);
            return Answer.No("The server has a fault; it is noted in its log");
        }
    }

    // RFC 5804 §1.3
    private static string CodeOf(RefusalReason reason) => reason switch
    {
        RefusalReason.NonExistent => ResponseCodes.NonExistent,
        RefusalReason.AlreadyExists => ResponseCodes.AlreadyExists,
        RefusalReason.InUse => ResponseCodes.Active,
        RefusalReason.TooMany => ResponseCodes.QuotaMaxScripts,
        RefusalReason.TooLarge => ResponseCodes.QuotaMaxSize,
        RefusalReason.OverQuota => ResponseCodes.Quota,
        RefusalReason.Busy or RefusalReason.Unavailable => ResponseCodes.TryLater,
        _ => "",
    };

    private static Answer AnswerTo(RequestFault fault, SessionState state) => fault switch
    {
        RequestFault.UnknownCommand => Answer.No("There is no such command"),
        RequestFault.WrongState => Answer.No(state == SessionState.Authenticated ? "You are logged in" : "Log in first"),
        RequestFault.Arguments => Answer.No("The command has other arguments"),
        RequestFault.TooLong => Answer.No("An argument is too long"),
        RequestFault.ScriptTooLarge => Answer.No("The script is too large", ResponseCodes.QuotaMaxSize),
        _ => Answer.No("This is no command"),
    };

    private bool IsClientGone(Exception e) =>
        e is ConnectionResetException or ConnectionAbortedException
        || (e is IOException or OperationCanceledException && Connection.Closed.IsCancellationRequested);
}
