using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>DELETE (RFC 9051 §6.3.5). A session that has the folder selected itself leaves it.</summary>
internal static class DeleteHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, DeleteCommand command)
    {
        if (!FolderNames.TryExisting(command.Mailbox, out var name, out var refusal))
            return refusal;
        await session.SendAsync(new DeleteFolder(name));
        if (session.Selected is { IsGone: true })
            session.CloseFolder();
        return CommandOutcome.Ok("Deleted");
    }
}
