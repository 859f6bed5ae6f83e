using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>RENAME (RFC 9051 §6.3.6). An IMAP4rev2 client is told the new name with OLDNAME (§6.3.9.7).</summary>
internal static class RenameHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, RenameCommand command)
    {
        if (!FolderNames.TryExisting(command.From, out var from, out var refusal) || !FolderNames.TryNew(command.To, out var to, out refusal))
            return refusal;
        await session.SendAsync(new RenameFolder(from, to));
        if (session.IsRev2 && !from.IsInbox)
        {
            var writer = session.Respond();
            writer.List(new ListLine(to.Value, ListAttributes.None, OldName: from.Value));
            writer.Commit();
        }

        return CommandOutcome.Ok("Renamed");
    }
}
