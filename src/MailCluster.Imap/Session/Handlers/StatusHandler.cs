using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>STATUS (RFC 9051 §6.3.11).</summary>
internal static class StatusHandler
{
    public static async ValueTask<CommandOutcome> RunAsync(ImapSession session, StatusCommand command)
    {
        if (!FolderNames.TryExisting(command.Mailbox, out var name, out var refusal))
            return refusal;
        Write(session, await session.SendAsync(new DescribeFolder(name)), command.Items);
        return CommandOutcome.Ok("Done");
    }

    /// <summary>Writes one STATUS response.</summary>
    public static void Write(ImapSession session, FolderInfo folder, StatusItems items)
    {
        // RFC 7162 §3.1: asking for HIGHESTMODSEQ makes the client one that knows CONDSTORE.
        if ((items & StatusItems.HighestModSeq) != 0)
            session.EnableCondstore();
        // The node that has the account may be of a release that does not count it, and no number is better than a wrong one.
        if (session.Services.Mailboxes.Level < MailboxLevel.Filtering)
            items &= ~StatusItems.DeletedStorage;
        var writer = session.Respond();
        writer.FolderStatus(folder, items, session.Services.Options.MessageSizeMax);
        writer.Commit();
    }
}
