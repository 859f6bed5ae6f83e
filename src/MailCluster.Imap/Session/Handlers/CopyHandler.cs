using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>COPY and UID COPY (RFC 9051 §6.4.7).</summary>
internal static class CopyHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, CopyCommand command)
    {
        var folder = session.Folder;
        if (!folder.TryResolve(command.Set, command.Uid, out var positions))
            return CommandOutcome.NoSuchNumber;
        if (!FolderNames.TryTarget(command.Mailbox, out var target, out var refusal))
            return refusal;
        if (positions.IsEmpty)
            return CommandOutcome.Ok("No messages matched");
        var result = await session.SendAsync(new CopyMessages(folder.Id, positions.ToUids(folder.View), target));
        // RFC 9051 §7.1: no COPYUID without messages.
        return result.SourceUids.IsEmpty ? CommandOutcome.AllGone(command.Uid) : CommandOutcome.Ok("Copied", new CopyUidCode(result));
    }
}
