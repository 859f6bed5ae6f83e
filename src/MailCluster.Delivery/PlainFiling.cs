using MailCluster.Mailboxes;

namespace MailCluster.Delivery;

// A delivery while nodes of a release before MailboxLevel.Filtering are about: the account may be on one, which knows AppendMessages and not DeliverMessage.
//
// It is a delivery without scripts (see DeliveryPlanner), so one message into one folder, or into INBOX when that folder is not there. All attempts are one command, so that one
// whose answer was lost is not run twice; INBOX is another command, sent when the first was certainly refused, and from then on the only one.

/// <summary>Carries out one plan by appending its message.</summary>
internal sealed class PlainFiling(IMailboxClient mailboxes, AccountId account, Func<CommandContext> newContext)
{
    private CommandContext _command = newContext();
    private bool _toInbox;

    /// <exception cref="MailboxRefusedException">As of <see cref="IMailboxClient.SendAsync"/>.</exception>
    public async ValueTask<DeliveryResult> SendAsync(DeliverMessage deliver)
    {
        var filing = deliver.Filings.Single();
        while (true)
        {
            var folder = _toInbox ? FolderName.Inbox : filing.Folder;
            try
            {
                var result = await mailboxes.SendAsync(
                    account, new AppendMessages(folder, [filing.Message], deliver.Quota), _command, CancellationToken.None);
                return new DeliveryResult(IsOvertaken: false, [new FiledMessage(folder, result.Folder, result.UidValidity, result.Uids.Min, result.ModSeq)]);
            }
            catch (MailboxRefusedException e) when (IsMissing(e.Reason) && filing.IfMissing == MissingFolder.UseInbox && folder != FolderName.Inbox)
            {
                _toInbox = true;
                _command = newContext();
            }
        }
    }

    private static bool IsMissing(RefusalReason reason) => reason is RefusalReason.NonExistent or RefusalReason.TryCreate or RefusalReason.FolderGone;
}
