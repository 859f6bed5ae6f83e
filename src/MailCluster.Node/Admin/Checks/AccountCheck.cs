using MailCluster.Bodies;
using MailCluster.Mailboxes;

namespace MailCluster.Node.Admin.Checks;

/// <summary>
/// One account: it must recover from its journal, its folders must add up, and each of its messages must have its body. Works on one
/// immutable
/// inspection, so the account's users notice nothing; a message that was expunged meanwhile is asked about again before it is reported.
/// </summary>
internal sealed class AccountCheck(AccountSelection accounts, IBodyStore bodies, IBodyStoreCheck check, JournalCheck journal, FsckRun run)
{
    /// <summary>The messages of every account looked at, for the search for bodies that belong to none.</summary>
    public HashSet<Guid> EmailIds { get; } = [];

    /// <summary>Bodies that an account has given up and will tell the store about.</summary>
    public HashSet<BodyRef> GivenUp { get; } = [];

    public async Task CheckAsync(AccountId account)
    {
        run.Accounts++;
        if (run.Request.Verify) await journal.CheckAsync(account);
        AccountInspection inspection;
        try
        {
            inspection = await accounts.SendAsync(account, new InspectAccount(), run.Cancellation);
        }
        catch (MailboxRefusedException refused)
        {
            await run.ReportAsync(
                new FindingRow(
                    "account-unreadable",
                    account.Value,
                    "",
                    0,
                    "",
                    refused.InnerException?.Message ?? refused.Message,
                    "none: the node's log says more"), repaired: false);
            return;
        }
        GivenUp.UnionWith(inspection.Released);
        foreach (var (name, index) in inspection.Folders)
        {
            run.Folders++;
            if (FolderArithmetic.Problem(index) is { } problem)
                await run.ReportAsync(new FindingRow(
                    "index-wrong",
                    account.Value,
                    name.Value,
                    0,
                    "",
                    problem,
                    "none: this is a fault of the program, please report it"), repaired: false);
            await CheckFolderAsync(account, name, index);
        }
        foreach (var entry in inspection.Outbox) await CheckOutboxAsync(account, entry);
    }

    /// <summary>What waits to be sent needs its body as a message does.</summary>
    private async Task CheckOutboxAsync(AccountId account, OutboxEntry entry)
    {
        EmailIds.Add(entry.Mail.EmailId.Value);
        var (condition, detail) = await LookAsync(entry.Mail.Body, entry.Mail.Size);
        if (condition == BodyCondition.Sound && detail.Length == 0) return;
        var now = await accounts.SendAsync(account, new ListOutbox(), run.Cancellation);
        if (now.Entries.All(other => other.Id != entry.Id)) return;
        var drop = condition == BodyCondition.Missing && run.Request is { DropLost: true, Repair: true };
        if (drop)
            await accounts.SendAsync(
                account, new SettleOutboxEntry(entry.Id, OutboxVerdict.Deleted, default, "the body is lost", []), run.Cancellation);
        var problem = condition switch
        {
            BodyCondition.Missing => "outbox-body-missing",
            BodyCondition.Corrupt => "outbox-body-corrupt",
            _ => "outbox-size-wrong",
        };
        var repair = drop ? "it will not be sent" : $"none: mailctl outbox delete -u {account} {entry.Id} gives it up";
        await run.ReportAsync(
            new FindingRow(problem, account.Value, "", 0, entry.Mail.Body.ToString(), $"to {entry.Mail.Recipient}: {detail}", repair), drop);
    }

    private async Task CheckFolderAsync(AccountId account, FolderName name, FolderIndex index)
    {
        for (var position = 0; position < index.Exists; position++)
        {
            run.Cancellation.ThrowIfCancellationRequested();
            var row = index.RowAt(position);
            run.Messages++;
            EmailIds.Add(row.EmailId.Value);
            var (condition, detail) = await LookAsync(row.Body, row.Size);
            if (condition == BodyCondition.Sound && detail.Length == 0) continue;
            if (!await IsStillThereAsync(account, name, row)) continue;
            var (repair, repaired) = await RepairAsync(account, index.Id, row, condition);
            var problem = condition switch { BodyCondition.Missing => "body-missing", BodyCondition.Corrupt => "body-corrupt", _ => "size-wrong" };
            await run.ReportAsync(
                new FindingRow(problem, account.Value, name.Value, row.Uid, row.Body.ToString(), detail, repair), repaired);
        }
    }

    private async ValueTask<(BodyCondition Condition, string Detail)> LookAsync(BodyRef body, uint size)
    {
        try
        {
            var length = await bodies.GetLengthAsync(body, run.Cancellation);
            if (run.Request.Verify && await check.VerifyAsync(body, run.Cancellation) is var condition and not BodyCondition.Sound)
                return (condition, condition == BodyCondition.Corrupt
                    ? "the stored octets fail their checksum"
                    : "the store has no such body");
            return (BodyCondition.Sound, length == size ? "" : $"the account says {size} octets, the body has {length}");
        }
        catch (BodyMissingException)
        {
            return (BodyCondition.Missing, "the store has no such body");
        }
        catch (BodyCorruptException error)
        {
            return (BodyCondition.Corrupt, error.Message);
        }
    }

    /// <summary>An expunge and the end of the body's grace may have come between the inspection and the look.</summary>
    private async ValueTask<bool> IsStillThereAsync(AccountId account, FolderName name, MessageRow row)
    {
        var now = await accounts.SendAsync(account, new InspectAccount(), run.Cancellation);
        foreach (var (folder, index) in now.Folders)
        {
            if (folder == name && index.TryGetRow(row.Uid, out var present)) return present.EmailId == row.EmailId;
        }
        return false;
    }

    private async ValueTask<(string Repair, bool Repaired)> RepairAsync(
        AccountId account, FolderId folder, MessageRow row, BodyCondition condition)
    {
        if (condition != BodyCondition.Missing) return ("none: save what can be read with mailctl fetch", false);
        if (!run.Request.DropLost || !run.Request.Repair)
            return ("none: restore the packs from a backup, or --repair --drop-lost removes the message", false);
        await accounts.SendAsync(account, new ExpungeMessages(folder, UidSet.Of(row.Uid), OnlyDeleted: false), run.Cancellation);
        return ("the message is removed", true);
    }
}
