using MailCluster.Bodies;
using MailCluster.Mailboxes;

namespace MailCluster.Node.Admin.Checks;

/// <summary>
/// The other direction: every stored body must belong to a message of an account. Runs after all accounts were looked at; what arrived
/// meanwhile
/// has a body and, for this check, no message, which the ledger's wait takes care of.
/// </summary>
internal sealed class StoreCheck(
    AccountSelection accounts, AccountCheck seen, IBodyStore bodies, IBodyStoreCheck check, OrphanLedger ledger, TimeProvider time,
    FsckRun run)
{
    private static readonly TimeSpan FreeAfter = TimeSpan.FromMinutes(10);

    public async Task CheckAsync()
    {
        var sighting = ledger.Begin();
        await foreach (var record in check.EnumerateAsync(run.Request.Verify, run.Cancellation))
        {
            run.Records++;
            if (record.Condition == BodyCondition.Corrupt && !seen.EmailIds.Contains(record.EmailId))
            {
                await run.ReportAsync(
                    new FindingRow(
                        "record-corrupt",
                        record.Owner,
                        "",
                        0,
                        record.Body.ToString(),
                        "a damaged record that no message uses",
                        "none: it takes space only"), repaired: false);
            }
            else if (record.Released)
            {
                if (seen.EmailIds.Contains(record.EmailId)) await ReportReleasedAsync(record);
            }
            else if (!seen.EmailIds.Contains(record.EmailId) && !seen.GivenUp.Contains(record.Body))
            {
                await OrphanAsync(record, sighting);
            }
        }
        sighting.End();
    }

    private async ValueTask OrphanAsync(BodyRecord record, OrphanLedger.Sighting sighting)
    {
        // Asked again: the message may have come after its account was looked at.
        if (await IsUsedAsync(record)) return;
        var age = sighting.See(record.EmailId);
        var (repair, repaired) = ("none: it takes space only; --repair gives it up", false);
        if (run.Request.Repair && age < ledger.Age)
        {
            repair = $"none yet: a delivery may be about to use it; repair again in {Math.Ceiling((ledger.Age - age).TotalMinutes)} min";
        }
        else if (run.Request.Repair)
        {
            await bodies.ReleaseAsync(new[] { record.Body }, time.GetUtcNow() + FreeAfter, run.Cancellation);
            sighting.Forget(record.EmailId);
            (repair, repaired) = ("given up", true);
        }
        await run.ReportAsync(
            new FindingRow(
                "body-unused",
                record.Owner,
                "",
                0,
                record.Body.ToString(),
                $"{record.Length} octets that no message uses",
                repair), repaired);
    }

    private async ValueTask ReportReleasedAsync(BodyRecord record)
    {
        // Given up, and used: either the account expunged it after we looked, which is right, or it will be lost.
        if (!await IsUsedAsync(record)) return;
        await run.ReportAsync(
            new FindingRow(
                "body-given-up",
                record.Owner,
                "",
                0,
                record.Body.ToString(),
                "a message uses a body that is marked for removal",
                "none: save it now with mailctl fetch"), repaired: false);
    }

    private async ValueTask<bool> IsUsedAsync(BodyRecord record)
    {
        if (!AccountId.TryCreate(record.Owner, out var owner)) return false;
        AccountInspection inspection;
        try
        {
            inspection = await accounts.SendAsync(owner, new InspectAccount(), run.Cancellation);
        }
        catch (MailboxRefusedException)
        {
            return true; // Reported already as unreadable; what cannot be read must not be given up.
        }
        if (inspection.Released.Contains(record.Body)) return false;
        if (inspection.Outbox.Any(entry => entry.Mail.EmailId.Value == record.EmailId)) return true;
        foreach (var (_, index) in inspection.Folders)
        {
            foreach (var chunk in index.Chunks)
            {
                foreach (ref readonly var facts in chunk.Facts)
                {
                    if (facts.EmailId.Value == record.EmailId) return true;
                }
            }
        }
        return false;
    }
}
