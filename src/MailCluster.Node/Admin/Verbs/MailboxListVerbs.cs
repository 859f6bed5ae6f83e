using MailCluster.Mailboxes;

namespace MailCluster.Node.Admin.Verbs;

/// <summary><c>mailbox list</c>.</summary>
internal sealed class MailboxListVerb(AccountSelection accounts) : AdminVerb<MailboxListRequest>(
    "mailbox/list", AdminJson.Default.MailboxListRequest)
{
    protected override Task RunAsync(MailboxListRequest request, RowStream rows, CancellationToken cancellationToken) =>
        accounts.ForEachAsync(
            request.User,
            rows,
            async account =>
            {
                var list = await accounts.SendAsync(account, new ListFolders(), cancellationToken);
                var subscribed = list.Subscriptions.ToHashSet();
                var names = request.Subscribed ? list.Subscriptions.AsEnumerable() : list.Folders.Select(folder => folder.Name);
                foreach (var name in names)
                {
                    if (!FolderMask.MatchesAny(request.Masks, name)) continue;
                    var folder = list.Find(name);
                    await rows.WriteAsync(
                        new MailboxRow(account.Value, name.Value, Use(folder), subscribed.Contains(name), folder is not null),
                        AdminJson.Default.MailboxRow,
                        cancellationToken);
                }
            },
            cancellationToken);

    private static string Use(FolderInfo? folder) => folder is null or { Use: SpecialUse.None } ? "" : $"\\{folder.Use}";
}

/// <summary><c>mailbox status</c>.</summary>
internal sealed class MailboxStatusVerb(AccountSelection accounts) : AdminVerb<MailboxStatusRequest>(
    "mailbox/status", AdminJson.Default.MailboxStatusRequest)
{
    protected override Task RunAsync(MailboxStatusRequest request, RowStream rows, CancellationToken cancellationToken) =>
        accounts.ForEachAsync(
            request.User,
            rows,
            async account =>
            {
                var list = await accounts.SendAsync(account, new ListFolders(), cancellationToken);
                var any = false;
                foreach (var folder in list.Folders)
                {
                    if (!FolderMask.MatchesAny(request.Masks, folder.Name)) continue;
                    any = true;
                    await rows.WriteAsync(ToRow(account, folder), AdminJson.Default.MailboxStatusRow, cancellationToken);
                }
                // A name is asked for: its absence is an error. A pattern may match nothing.
                if (!any && request.Masks is { Length: > 0 } masks && Array.Find(masks, mask => !FolderMask.HasWildcard(mask)) is { } missing)
                    throw new AdminException(AdminExit.NotFound, $"{account} has no mailbox {missing}");
            },
            cancellationToken);

    private static MailboxStatusRow ToRow(AccountId account, FolderInfo folder) => new(
        account.Value,
        folder.Name.Value,
        folder.Messages,
        folder.Recent,
        folder.Unseen,
        folder.Deleted,
        folder.UidNext,
        folder.UidValidity,
        folder.HighestModSeq.Value,
        folder.Size,
        folder.Id.ToString());
}
