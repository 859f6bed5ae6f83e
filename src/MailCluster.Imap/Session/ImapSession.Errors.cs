using MailCluster.Bodies;
using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session;

/// <summary>The one place where exceptions become answers.</summary>
internal sealed partial class ImapSession
{
    private int _openLines;

    /// <summary>
    /// To be called before a response is begun that goes on after an await (a message being streamed), and ended with <see cref="EndLine"/>: an exception in between
    /// leaves half a line, after which nothing sensible can be said to the client.
    /// </summary>
    public void BeginLine() => _openLines++;

    public void EndLine() => _openLines--;

    /// <summary>Runs the command, or awaits the rest of one that is under way.</summary>
    private async ValueTask<CommandOutcome> RunGuardedAsync(CommandRow row, ImapCommand command, Func<ValueTask<CommandOutcome>>? later = null)
    {
        try
        {
            return later is null ? await row.Run(this, command) : await later();
        }
        catch (MailboxRefusedException e) when (_openLines == 0)
        {
            return Map(e, row);
        }
        catch (BodyStoreUnavailableException e) when (_openLines == 0)
        {
            ImapLog.StoreUnavailable(Services.Log, e, CommandText.Of(row.Name), Connection.Id);
            return CommandOutcome.No("The message store cannot be used now, try again later", ResponseCode.Unavailable);
        }
        catch (BodyMissingException e) when (_openLines == 0)
        {
            ImapLog.CommandFailed(Services.Log, e, CommandText.Of(row.Name), Connection.Id);
            return CommandOutcome.No("A message is not in the store any more", ResponseCode.ExpungeIssued);
        }
        catch (BodyCorruptException e) when (_openLines == 0)
        {
            ImapLog.CommandFailed(Services.Log, e, CommandText.Of(row.Name), Connection.Id);
            return CommandOutcome.No("A stored message is damaged", ResponseCode.Corruption);
        }
        catch (Exception e) when (_openLines == 0 && e is not OperationCanceledException && !Connection.Closed.IsCancellationRequested)
        {
            Services.Metrics.Bug(CommandText.Of(row.Name));
            ImapLog.CommandFailed(Services.Log, e, CommandText.Of(row.Name), Connection.Id);
            return CommandOutcome.No("Internal error, it was logged", ResponseCode.ServerBug);
        }
    }

    // RFC 5530 §3
    private CommandOutcome Map(MailboxRefusedException refusal, CommandRow row)
    {
        if (refusal.Reason is RefusalReason.Unavailable or RefusalReason.Busy)
            ImapLog.StoreUnavailable(Services.Log, refusal, CommandText.Of(row.Name), Connection.Id);
        return CommandOutcome.No(refusal.Message, refusal.Reason switch
        {
            RefusalReason.NonExistent => ResponseCode.NonExistent,
            RefusalReason.TryCreate => ResponseCode.TryCreate,
            RefusalReason.AlreadyExists => ResponseCode.AlreadyExists,
            RefusalReason.Cannot => ResponseCode.Cannot,
            RefusalReason.HasChildren => ResponseCode.HasChildren,
            RefusalReason.OverQuota => ResponseCode.OverQuota,
            RefusalReason.Limit => ResponseCode.Limit,
            RefusalReason.FolderGone => ResponseCode.NonExistent,
            _ => ResponseCode.Unavailable,
        });
    }
}
