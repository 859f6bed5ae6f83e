using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>MOVE and UID MOVE (RFC 9051 §6.4.8, RFC 6851): COPYUID comes before the expunges, in a line of its own (RFC 6851 §4.3).</summary>
internal static class MoveHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, MoveCommand command)
    {
        var folder = session.Folder;
        if (!folder.TryResolve(command.Set, command.Uid, out var positions))
            return CommandOutcome.NoSuchNumber;
        if (folder.IsReadOnly)
            return CommandOutcome.No("The folder is open for reading only", ResponseCode.ReadOnly);
        if (!FolderNames.TryTarget(command.Mailbox, out var target, out var refusal))
            return refusal;
        if (positions.IsEmpty)
            return CommandOutcome.Ok("No messages matched");
        var result = await session.SendAsync(new MoveMessages(folder.Id, positions.ToUids(folder.View), target));
        if (result.SourceUids.IsEmpty)
            return CommandOutcome.AllGone(command.Uid);
        var writer = session.Respond();
        writer.StatusStart(null, ResponseStatus.Ok);
        writer.CodeCopyUid(result.UidValidity, result.SourceUids, result.TargetUids);
        writer.StatusEnd("Moved");
        writer.Commit();
        if (!await session.TellChangesAsync(expungesAllowed: true))
            return CommandOutcome.AnsweredAlready;
        return session.HasQresync
            ? CommandOutcome.Ok("Moved", new HighestModSeqCode(folder.View.HighestModSeq))
            : CommandOutcome.Ok("Moved");
    }
}
