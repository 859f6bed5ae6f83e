using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>CREATE (RFC 9051 §6.3.4; RFC 6154 §3 for USE; RFC 8474 §4.2 for the code).</summary>
internal static class CreateHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, CreateCommand command)
    {
        if (!FolderNames.TryNew(command.Mailbox, out var name, out var refusal))
            return refusal;
        // One use a folder: RFC 6154 §3 lets a server refuse what it does not support.
        if (command.Uses.Length > 1)
            return CommandOutcome.No("A folder has one special use at most", ResponseCode.UseAttr);
        var use = command.Uses.Length == 0 ? SpecialUse.None : command.Uses[0];
        if (use is SpecialUse.All or SpecialUse.Flagged)
            return CommandOutcome.No("There are no virtual folders", ResponseCode.UseAttr);
        var id = await session.SendAsync(new CreateFolder(name, use));
        return CommandOutcome.Ok("Created", new MailboxIdCode(id));
    }
}
