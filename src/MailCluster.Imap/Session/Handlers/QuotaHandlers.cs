using MailCluster.Imap.Commands;
using MailCluster.Imap.Responses;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>
/// GETQUOTA, GETQUOTAROOT and SETQUOTA (RFC 9208 §4.1). There is one quota root, the whole account's, by the name that Dovecot gives it: clients that
/// show it know it. Users do not set their own limits, so QUOTASET is not advertised.
/// </summary>
internal static class QuotaHandlers
{
    private const string Root = "User quota";

    public static async ValueTask<CommandOutcome> GetAsync(ImapSession session, GetQuotaCommand command)
    {
        if (command.Root != Root)
            return CommandOutcome.No("There is no such quota root", ResponseCode.NonExistent);
        Write(session, await session.SendAsync(new DescribeQuota()));
        return CommandOutcome.Ok("Done");
    }

    public static async ValueTask<CommandOutcome> GetRootAsync(ImapSession session, GetQuotaRootCommand command)
    {
        if (!FolderNames.TryExisting(command.Mailbox, out var name, out var refusal))
            return refusal;
        var quota = await session.SendAsync(new DescribeQuota());
        var writer = session.Respond();
        writer.QuotaRoot(name.Value, Root);
        writer.Commit();
        Write(session, quota);
        return CommandOutcome.Ok("Done");
    }

    public static ValueTask<CommandOutcome> SetAsync(ImapSession session, SetQuotaCommand command) =>
        new(CommandOutcome.No("Quotas are the administrator's to set", ResponseCode.NoPerm));

    private static void Write(ImapSession session, QuotaInfo quota)
    {
        var writer = session.Respond();
        writer.Quota(Root, quota);
        writer.Commit();
    }
}
