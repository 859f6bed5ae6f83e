using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Node.Admin.Checks;
using MailCluster.Persistence;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Admin.Verbs;

/// <summary>
/// <c>fsck</c>, in a running node: each account's state against the stored bodies, and, without <c>-u</c>, the stored bodies against all
/// accounts. Accounts are
/// those of the journal, so mail of deleted users is checked too. Nothing is locked; one check runs at a time.
/// </summary>
internal sealed class FsckVerb(
    AccountSelection accounts, IBodyStore bodies, IBodyStoreCheck check, IJournal journal, OrphanLedger ledger, TimeProvider time,
    ILogger<FsckVerb> log)
    : AdminVerb<FsckRequest>("fsck", AdminJson.Default.FsckRequest)
{
    private int _running;

    protected override async Task RunAsync(FsckRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        if (request is { DropLost: true, Repair: false }) throw new AdminException(AdminExit.Usage, "--drop-lost needs --repair");
        if (Interlocked.Exchange(ref _running, 1) != 0) throw new AdminException(AdminExit.TemporaryFailure, "another fsck is running");
        try
        {
            var run = new FsckRun(request, rows, log, cancellationToken);
            var accountCheck = new AccountCheck(accounts, bodies, check, new JournalCheck(journal, run), run);
            if (request.User is { } user)
            {
                await foreach (var account in accounts.FindAsync(user, cancellationToken)) await accountCheck.CheckAsync(account);
            }
            else
            {
                await foreach (var actor in journal.ListActorsAsync(cancellationToken))
                {
                    if (AccountId.TryCreate(actor.Value, out var account)) await accountCheck.CheckAsync(account);
                }
                await new StoreCheck(accounts, accountCheck, bodies, check, ledger, time, run).CheckAsync();
            }
            await run.ConcludeAsync();
        }
        finally
        {
            Volatile.Write(ref _running, 0);
        }
    }
}
