using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Node.Hosting.Storage;
using MailCluster.Persistence;

namespace MailCluster.Node.Migration;

// From one node's files to a shared database, offline.
//
// The problem: terabytes may take a day, and whatever happens on that day, kill -9 included, the next run goes on where the last one stopped, and in the end
// nothing is missing and nothing is twice. Clients must not notice: UIDs, UIDVALIDITY, mod-sequences, ids, subscriptions stay, so nobody downloads anything
// again.
//
// The steps, one account after the other:
//   1. read the account: snapshot, kept history, names of all bodies              the source is locked: nobody changes it
//   2. log "account": from now on what the target has of it is ours               before it anything there is somebody else's mail: refused
//   3. copy its bodies; log their new names                                       a crash loses the names of at most one batch. Those bodies are found in
//                                                                                 the target by the message's id, compared, and used
//   4. give up, in the target, the bodies that only the history names             a crash: said again, harmless
//   5. write journal and snapshot, with the new names; read them back             see AccountTransfer: each part may be repeated
//   6. log "done"                                                                 a crash before it: 1 to 5 find everything there and compare it again
// After all: log "complete". The source stays as it was; a node refuses to serve it as long as the log is there.
//
// The log is in the source, not in the target: it is about the source, and the target stays free of anything that is not mail.

/// <summary>Moves all mail of one storage to another. May be cut off at any point and run again.</summary>
internal sealed class MailMigration(
    INodeStorage source, INodeStorage target, MigrationLog log, TimeSpan keepFreed, MimeLimits limits, TimeProvider time, MigrationProgress progress)
{
    private readonly BodyCopy _bodies = new(source.Bodies, source.BodyCheck, target.Bodies, log, limits);

    /// <summary>Moves what is not moved yet. An account that cannot be moved is told to the progress, and the others go on.</summary>
    /// <returns>How many accounts could not be moved.</returns>
    public async Task<int> RunAsync(WriterGeneration writer, CancellationToken cancellationToken)
    {
        var transfer = new AccountTransfer(source.Journal, target.Journal, target.Snapshots, writer);
        var strays = await FindStraysAsync(cancellationToken);
        var failed = 0;
        await foreach (var actor in source.Journal.ListActorsAsync(cancellationToken))
        {
            var account = AccountId.Create(actor.Value);
            if (log.IsDone(account))
            {
                continue;
            }
            try
            {
                await MoveAsync(account, transfer, strays.GetValueOrDefault(account.Value, []), cancellationToken);
            }
            catch (Exception error) when (error is MigrationException or RecoveryFailedException or BodyCorruptException or InvalidDataException)
            {
                progress.Failed(account, error.Message);
                failed++;
            }
        }
        return failed;
    }

    private async Task MoveAsync(AccountId account, AccountTransfer transfer, Dictionary<Guid, BodyRef> strays, CancellationToken cancellationToken)
    {
        var image = await AccountImage.ReadAsync(source.Journal, source.Snapshots, account, cancellationToken);
        var actor = new PersistenceId(account.Value);
        if (!log.Begun.Contains(account) && await target.Journal.GetHighestSequenceNrAsync(actor, cancellationToken) != SequenceNr.Zero)
        {
            throw new MigrationException($"{account}: {target.Location} has mail of this account already; two mailboxes cannot become one");
        }
        var names = log.Begin(account);
        await _bodies.CopyAsync(image, names, strays, cancellationToken);
        var freed = image.Bodies.Where(body => !body.IsUsed).Select(body => names[body.Body]).Where(body => body != BodyRef.None).ToArray();
        await target.Bodies.ReleaseAsync(freed, time.GetUtcNow() + keepFreed, cancellationToken);
        // Before the account: it is woken in vain rather than forgotten.
        if (image.HasOutbox)
        {
            await target.Outbox.AddAsync(actor, time.GetUtcNow(), cancellationToken);
        }
        await transfer.WriteAsync(image, body => names[body], cancellationToken);
        log.Finish(account);
        progress.Moved(image, _bodies.Count, _bodies.Bytes);
    }

    /// <summary>What the target has of the accounts that were under way when the last run was cut off, by account and message.</summary>
    private async Task<Dictionary<string, Dictionary<Guid, BodyRef>>> FindStraysAsync(CancellationToken cancellationToken)
    {
        var strays = log.Begun.ToDictionary(account => account.Value, _ => new Dictionary<Guid, BodyRef>(), StringComparer.Ordinal);
        if (strays.Count == 0)
        {
            return strays;
        }
        await foreach (var record in target.BodyCheck.EnumerateAsync(verify: false, cancellationToken))
        {
            if (strays.TryGetValue(record.Owner, out var mine) && !record.Released)
            {
                mine[record.EmailId] = record.Body;
            }
        }
        return strays;
    }
}
