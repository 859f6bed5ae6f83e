using MailCluster.Mailboxes;
using MailCluster.Persistence;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Admin.Verbs;

/// <summary><c>outbox list</c>: mail that waits to be sent, oldest first for each account.</summary>
internal sealed class OutboxListVerb(AccountSelection accounts, IOutboxIndex index) : AdminVerb<OutboxListRequest>("outbox/list", AdminJson.Default.OutboxListRequest)
{
    protected override async Task RunAsync(OutboxListRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        if (request.User != "*")
        {
            await accounts.ForEachAsync(request.User, rows, account => WriteAsync(account, rows, cancellationToken), cancellationToken);
            return;
        }

        // Those that have something, and not each account that there is.
        await foreach (var actor in index.ListAsync(cancellationToken))
            await WriteAsync(AccountId.Create(actor.Value), rows, cancellationToken);
    }

    private async Task WriteAsync(AccountId account, RowStream rows, CancellationToken cancellationToken)
    {
        foreach (var entry in (await accounts.SendAsync(account, new ListOutbox(), cancellationToken)).Entries)
        {
            await rows.WriteAsync(
                new OutboxRow(
                    account.Value,
                    entry.Id.ToString(),
                    OutboxWords.Of(entry.Mail.Kind),
                    entry.Mail.Recipient,
                    entry.Mail.Size,
                    AdminTime.Show(entry.QueuedAt),
                    entry.Attempts,
                    AdminTime.Show(entry.NextAttempt),
                    entry.IsUnderWay ? "(being sent)" : entry.Response),
                AdminJson.Default.OutboxRow,
                cancellationToken);
        }
    }
}

/// <summary><c>outbox retry</c>: now, and not when it would be due.</summary>
internal sealed class OutboxRetryVerb(AccountSelection accounts, TimeProvider time, ILogger<OutboxRetryVerb> log)
    : AdminVerb<OutboxChangeRequest>("outbox/retry", AdminJson.Default.OutboxChangeRequest)
{
    protected override Task RunAsync(OutboxChangeRequest request, RowStream rows, CancellationToken cancellationToken) => OutboxWords.ChangeAsync(
        accounts, request, rows, id => new SettleOutboxEntry(id, OutboxVerdict.Rescheduled, time.GetUtcNow(), "", []), "is tried now", log, cancellationToken);
}

/// <summary><c>outbox delete</c>: it is not sent any more. An attempt that is under way may still succeed.</summary>
internal sealed class OutboxDeleteVerb(AccountSelection accounts, ILogger<OutboxDeleteVerb> log)
    : AdminVerb<OutboxChangeRequest>("outbox/delete", AdminJson.Default.OutboxChangeRequest)
{
    protected override Task RunAsync(OutboxChangeRequest request, RowStream rows, CancellationToken cancellationToken) => OutboxWords.ChangeAsync(
        accounts, request, rows, id => new SettleOutboxEntry(id, OutboxVerdict.Deleted, default, "by an administrator", []), "deleted", log, cancellationToken);
}

/// <summary>What the verbs about outboxes share.</summary>
internal static class OutboxWords
{
    public static string Of(OutgoingKind kind) => kind switch
    {
        OutgoingKind.Redirect => "redirect",
        OutgoingKind.Reply => "reply",
        OutgoingKind.Notification => "notification",
        _ => "bounce",
    };

    public static async Task ChangeAsync(
        AccountSelection accounts,
        OutboxChangeRequest request,
        RowStream rows,
        Func<OutboxId, SettleOutboxEntry> change,
        string done,
        ILogger log,
        CancellationToken cancellationToken)
    {
        OutboxId? only = request.Id is null
            ? null
            : Guid.TryParseExact(request.Id, "N", out var id)
                ? new OutboxId(id)
                : throw new AdminException(AdminExit.Usage, $"{request.Id} is not the id of a message in an outbox; mailctl outbox list shows them");
        var found = false;
        await accounts.ForEachAsync(
            request.User,
            rows,
            async account =>
            {
                foreach (var entry in (await accounts.SendAsync(account, new ListOutbox(), cancellationToken)).Entries)
                {
                    if (only is { } one && entry.Id != one)
                        continue;
                    found = true;
                    var result = (await accounts.SendAsync(account, change(entry.Id), cancellationToken)).IsChanged ? done : "is being sent, or was sent";
                    AdminLog.OutboxChanged(log, account.Value, entry.Id.ToString(), result);
                    await rows.WriteAsync(new OutboxChangeRow(account.Value, entry.Id.ToString(), result), AdminJson.Default.OutboxChangeRow, cancellationToken);
                }
            },
            cancellationToken);
        if (!found && only is not null)
            throw new AdminException(AdminExit.NotFound, $"no outbox of {request.User} has {request.Id}");
    }
}
