using MailCluster.Mailboxes;
using MailCluster.Persistence;

namespace MailCluster.Node.Admin.Checks;

/// <summary>
/// Reads every write of an account that is still kept. Damage may lie behind a snapshot, where no recovery meets it until the snapshot
/// is gone too; and an account that is in memory now has not been read since it came there.
/// </summary>
internal sealed class JournalCheck(IJournal journal, FsckRun run)
{
    public async Task CheckAsync(AccountId account)
    {
        var last = SequenceNr.Zero;
        try
        {
            await foreach (var entry in journal.ReplayAsync(new PersistenceId(account.Value), SequenceNr.Zero, run.Cancellation))
            {
                if (last != SequenceNr.Zero && entry.SequenceNr != last.Next)
                {
                    await ReportAsync(account, $"the journal goes from write {last} to {entry.SequenceNr}");
                    return;
                }
                last = entry.SequenceNr;
            }
        }
        catch (Exception damage) when (damage is RecoveryFailedException or JournalUnavailableException)
        {
            await ReportAsync(account, damage.Message);
        }
    }

    private ValueTask ReportAsync(AccountId account, string detail) => run.ReportAsync(
        new FindingRow("journal-damaged", account.Value, "", 0, "", detail, "none: restore the database from a backup"), repaired: false);
}
