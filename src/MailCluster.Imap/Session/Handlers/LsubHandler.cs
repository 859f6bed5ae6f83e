using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>
/// LSUB (RFC 3501 §6.3.9): subscribed names. With <c>%</c> a level that is not subscribed but has a subscribed name under it is told as \Noselect.
/// </summary>
internal static class LsubHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, LsubCommand command)
    {
        if (command.Pattern.Length == 0)
        {
            Write(session, "", ListAttributes.NoSelect);
            return CommandOutcome.Ok("Done");
        }

        var pattern = ListPattern.Create(command.Reference, command.Pattern);
        var levels = command.Pattern.EndsWith('%');
        var tree = new FolderTree(await session.SendAsync(new ListFolders()));
        foreach (var node in tree.Nodes)
        {
            var level = !node.IsSubscribed && levels && node.HasSubscribedChild;
            if ((!node.IsSubscribed && !level) || !pattern.Matches(node.Name.Value))
                continue;
            Write(session, node.Name.Value, level ? ListAttributes.NoSelect : ListAttributes.None);
            await session.FlushIfLargeAsync();
        }

        return CommandOutcome.Ok("Done");
    }

    private static void Write(ImapSession session, string name, ListAttributes attributes)
    {
        var writer = session.Respond();
        writer.List(new ListLine(name, attributes, SpecialUse.None, IsLsub: true));
        writer.Commit();
    }
}
