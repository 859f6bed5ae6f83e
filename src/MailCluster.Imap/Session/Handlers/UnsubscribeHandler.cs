using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>UNSUBSCRIBE (RFC 9051 §6.3.8). A name that is not subscribed is no error: the client has what it wants.</summary>
internal static class UnsubscribeHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, UnsubscribeCommand command)
    {
        if (!FolderNames.TryExisting(command.Mailbox, out var name, out var refusal))
            return refusal;
        await session.SendAsync(new SetSubscription(name, false));
        return CommandOutcome.Ok("Unsubscribed");
    }
}
