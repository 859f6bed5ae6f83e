using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Pop3.Commands;

namespace MailCluster.Pop3.Session;

/// <summary>The one place where exceptions become answers.</summary>
internal sealed partial class Pop3Session
{
    // While a reply is half written nothing sensible can be said to the client: the exception ends the session, and the client sees that the reply has no end.
    private bool MayAnswer => !_answered;

    /// <summary>A reply has begun that goes on after an await.</summary>
    public void BeginReply() => _answered = true;

    private async ValueTask RunGuardedAsync(Pop3Command command, ReadOnlyMemory<byte> arguments)
    {
        try
        {
            await command.RunAsync(this, arguments);
        }
        catch (MailboxRefusedException e) when (MayAnswer)
        {
            if (e.Reason is RefusalReason.Unavailable or RefusalReason.Busy)
                Pop3Log.StoreUnavailable(Services.Log, e, command.Verb, Connection.Id);
            if (e.Reason is RefusalReason.NonExistent or RefusalReason.FolderGone)
                Refuse("SYS/PERM"u8, "There is no such maildrop");
            else
                Refuse("SYS/TEMP"u8, e.Message);
        }
        catch (BodyStoreUnavailableException e) when (MayAnswer)
        {
            Pop3Log.StoreUnavailable(Services.Log, e, command.Verb, Connection.Id);
            Refuse("SYS/TEMP"u8, "The message store cannot be used now, try again later");
        }
        catch (BodyMissingException e) when (MayAnswer)
        {
            Pop3Log.CommandFailed(Services.Log, e, command.Verb, Connection.Id);
            Refuse(default, "The message is not in the store any more");
        }
        catch (BodyCorruptException e) when (MayAnswer)
        {
            Pop3Log.CommandFailed(Services.Log, e, command.Verb, Connection.Id);
            Refuse("SYS/PERM"u8, "The stored message is damaged");
        }
        catch (Exception e) when (MayAnswer && e is not OperationCanceledException && !Connection.Closed.IsCancellationRequested)
        {
            Services.Metrics.Bug(command.Verb);
            Pop3Log.CommandFailed(Services.Log, e, command.Verb, Connection.Id);
            Refuse("SYS/TEMP"u8, "Internal error, it was logged");
        }
    }
}
