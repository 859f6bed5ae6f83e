using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery.Events;

/// <summary>The log lines of scripts that run on what IMAP does, ids 2755–2769.</summary>
internal static partial class EventScriptLog
{
    [LoggerMessage(2755, LogLevel.Debug, "imapsieve: scripts ran: account=<{Account}> folder={Folder} uid={Uid} cause={Cause} session={Session}")]
    public static partial void Ran(ILogger log, AccountId account, FolderName folder, uint uid, ScriptCauses cause, string session);

    [LoggerMessage(2756, LogLevel.Warning, "imapsieve: a script cannot run on what IMAP does, the message is left as it is: account=<{Account}> script={Script} session={Session}: {Problem}")]
    public static partial void Unfit(ILogger log, AccountId account, string script, string session, string problem);

    [LoggerMessage(2757, LogLevel.Warning, "imapsieve: what the scripts decided is not done, the message is left as it is: account=<{Account}> folder={Folder} uid={Uid} session={Session}: {Problem}")]
    public static partial void NotDone(ILogger log, AccountId account, FolderName folder, uint uid, string session, string problem);

    [LoggerMessage(2758, LogLevel.Information, "imapsieve: not possible now, tried again in {Pause}: account=<{Account}>: {Problem}")]
    public static partial void PutOff(ILogger log, AccountId account, TimeSpan pause, string problem);

    [LoggerMessage(2759, LogLevel.Error, "imapsieve: given up, {Messages} messages are left as they are: account=<{Account}> folder={Folder} session={Session}: {Problem}")]
    public static partial void GivenUp(ILogger log, AccountId account, FolderName folder, long messages, string session, string problem);

    [LoggerMessage(2760, LogLevel.Error, "imapsieve: a message is left as it is after an error of the program: account=<{Account}> folder={Folder} uid={Uid} session={Session}")]
    public static partial void Failed(ILogger log, Exception exception, AccountId account, FolderName folder, uint uid, string session);

    [LoggerMessage(2761, LogLevel.Warning, "imapsieve: the register of accounts in which something waits cannot be read now: {Problem}")]
    public static partial void RegisterAway(ILogger log, string problem);

    [LoggerMessage(2762, LogLevel.Warning, "imapsieve: the user's script is not there: account=<{Account}> script={Script} session={Session}")]
    public static partial void NoScript(ILogger log, AccountId account, string script, string session);
}
