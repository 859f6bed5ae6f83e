using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>EXPUNGE and UID EXPUNGE (RFC 9051 §6.4.3, §6.4.9; RFC 7162 §3.2.7, §3.2.9).</summary>
internal static class ExpungeHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, ExpungeCommand command)
    {
        var folder = session.Folder;
        if (folder.IsReadOnly)
            return CommandOutcome.No("The folder is open for reading only", ResponseCode.ReadOnly);
        UidSet? uids = null;
        if (command.Uids is { } set)
        {
            if (!folder.TryResolve(set, uid: true, out var positions))
                return CommandOutcome.NoSuchNumber;
            uids = positions.ToUids(folder.View);
            if (uids.IsEmpty)
                return CommandOutcome.Ok("Nothing to expunge");
        }

        var result = await session.SendAsync(new ExpungeMessages(folder.Id, uids));
        if (!await session.TellChangesAsync(expungesAllowed: true))
            return CommandOutcome.AnsweredAlready;
        // What was told reaches up to the view, which may be further than this command's own change.
        return session.HasCondstore && !result.Uids.IsEmpty
            ? CommandOutcome.Ok("Expunged", new HighestModSeqCode(folder.View.HighestModSeq))
            : CommandOutcome.Ok("Expunged");
    }
}
