using MailCluster.Imap.Commands;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>SUBSCRIBE (RFC 9051 §6.3.7). The folder need not exist.</summary>
internal static class SubscribeHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, SubscribeCommand command)
    {
        if (!FolderNames.TryNew(command.Mailbox, out var name, out var refusal))
            return refusal;
        await session.SendAsync(new SetSubscription(name, true));
        return CommandOutcome.Ok("Subscribed");
    }
}
