using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>
/// CLOSE (RFC 9051 §6.4.1): expunges without telling, unless the folder is open for reading only. No HIGHESTMODSEQ (RFC 7162 §3.2.8).
/// </summary>
internal static class CloseHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, CloseCommand command)
    {
        var folder = session.Folder;
        if (!folder.IsReadOnly && !folder.IsGone)
            await session.SendAsync(new ExpungeMessages(folder.Id));
        session.CloseFolder();
        return CommandOutcome.Ok("Closed");
    }
}
