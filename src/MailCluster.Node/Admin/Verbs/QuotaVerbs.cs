using System.Globalization;
using MailCluster.Mailboxes;

namespace MailCluster.Node.Admin.Verbs;

/// <summary><c>quota get</c>.</summary>
internal sealed class QuotaGetVerb(AccountSelection accounts) : AdminVerb<QuotaGetRequest>("quota/get", AdminJson.Default.QuotaGetRequest)
{
    protected override Task RunAsync(QuotaGetRequest request, RowStream rows, CancellationToken cancellationToken) =>
        QuotaRows.ForEachAsync(accounts, request.User, rows, new DescribeQuota(), cancellationToken);
}

/// <summary><c>quota recalc</c>: counts each message anew, and has the user database asked again.</summary>
internal sealed class QuotaRecalcVerb(AccountSelection accounts) : AdminVerb<QuotaGetRequest>("quota/recalc", AdminJson.Default.QuotaGetRequest)
{
    protected override Task RunAsync(QuotaGetRequest request, RowStream rows, CancellationToken cancellationToken) =>
        QuotaRows.ForEachAsync(accounts, request.User, rows, new DescribeQuota(Recount: true), cancellationToken);
}

/// <summary><c>quota set</c>.</summary>
internal sealed class QuotaSetVerb(AccountSelection accounts) : AdminVerb<QuotaSetRequest>("quota/set", AdminJson.Default.QuotaSetRequest)
{
    protected override Task RunAsync(QuotaSetRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        if (request.Storage is null && request.Messages is null)
            throw new AdminException(AdminExit.Usage, "nothing is to be set: say storage or messages");
        var set = new SetQuota(
            Limit(request.Storage, TryReadSize, "a size such as 1G, 500M, unlimited or default"),
            Limit(request.Messages, TryReadCount, "a number, unlimited or default"));
        return accounts.ForEachAsync(
            request.User,
            rows,
            async account =>
            {
                await accounts.SendAsync(account, set, cancellationToken);
                await QuotaRows.WriteAsync(accounts, account, rows, new DescribeQuota(), cancellationToken);
            },
            cancellationToken);
    }

    private static long? Limit(string? text, Func<string, long?> read, string expected) => text switch
    {
        null => null,
        "default" => SetQuota.Inherit,
        "unlimited" => 0,
        _ => read(text) ?? throw new AdminException(AdminExit.Usage, $"{text} is not {expected}"),
    };

    private static long? TryReadSize(string text) => QuotaFields.TryReadSize(text, 1, out var bytes) ? bytes : null;

    private static long? TryReadCount(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;
}

/// <summary>Quotas as rows: one for each resource.</summary>
internal static class QuotaRows
{
    public static Task ForEachAsync(
        AccountSelection accounts, string user, RowStream rows, DescribeQuota query, CancellationToken cancellationToken) =>
        accounts.ForEachAsync(user, rows, account => WriteAsync(accounts, account, rows, query, cancellationToken), cancellationToken);

    public static async Task WriteAsync(
        AccountSelection accounts, AccountId account, RowStream rows, DescribeQuota query, CancellationToken cancellationToken)
    {
        var quota = await accounts.SendAsync(account, query, cancellationToken);
        await WriteAsync("storage", quota.Storage, quota.StorageLimit, quota.StorageSource);
        await WriteAsync("messages", quota.Messages, quota.MessagesLimit, quota.MessagesSource);

        async Task WriteAsync(string resource, long used, long? limit, QuotaSource source) => await rows.WriteAsync(
            new QuotaRow(account.Value, resource, used, Text(limit), limit is > 0 ? (long)((Int128)used * 100 / limit.Value) : 0, Word(source)),
            AdminJson.Default.QuotaRow,
            cancellationToken);
    }

    private static string Text(long? limit) => limit?.ToString(CultureInfo.InvariantCulture) ?? "unlimited";

    private static string Word(QuotaSource source) => source switch
    {
        QuotaSource.Set => "set",
        QuotaSource.UserDatabase => "user-database",
        QuotaSource.Configuration => "configuration",
        _ => "",
    };
}
