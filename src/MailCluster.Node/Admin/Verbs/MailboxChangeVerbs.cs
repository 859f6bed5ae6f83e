using MailCluster.Mailboxes;

namespace MailCluster.Node.Admin.Verbs;

/// <summary><c>mailbox create</c>.</summary>
internal sealed class MailboxCreateVerb(AccountSelection accounts) : AdminVerb<MailboxCreateRequest>(
    "mailbox/create", AdminJson.Default.MailboxCreateRequest)
{
    protected override Task RunAsync(MailboxCreateRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var use = SpecialUse.None;
        if (request.Use is { } word && (!Enum.TryParse(word.TrimStart('\\'), ignoreCase: true, out use) || !Enum.IsDefined(use) || char.IsAsciiDigit(word[^1])))
            throw new AdminException(
                AdminExit.Usage, $"{word} is no special use; there are {string.Join(", ", Enum.GetNames<SpecialUse>().Skip(1))}");
        return MailboxWords.ForEachAsync(accounts, request.User, request.Mailboxes, rows, "created", async (account, folder) =>
        {
            await accounts.SendAsync(account, new CreateFolder(folder, use), cancellationToken);
            if (request.Subscribe) await accounts.SendAsync(account, new SetSubscription(folder, Subscribed: true), cancellationToken);
        }, cancellationToken);
    }
}

/// <summary><c>mailbox delete</c>.</summary>
internal sealed class MailboxDeleteVerb(AccountSelection accounts) : AdminVerb<MailboxDeleteRequest>(
    "mailbox/delete", AdminJson.Default.MailboxDeleteRequest)
{
    protected override Task RunAsync(MailboxDeleteRequest request, RowStream rows, CancellationToken cancellationToken) =>
        MailboxWords.ForEachAsync(accounts, request.User, request.Mailboxes, rows, "deleted", async (account, folder) =>
        {
            var list = await accounts.SendAsync(account, new ListFolders(), cancellationToken);
            // The deepest first: at no moment is there a folder whose parent was deleted by us and not yet itself.
            var doomed = request.Recursive ? list.Folders.Where(f => f.Name.IsUnder(folder)).Select(f => f.Name).Reverse().ToList() : [];
            if (list.Find(folder) is not null || doomed.Count == 0) doomed.Add(folder);
            foreach (var name in doomed)
            {
                await accounts.SendAsync(account, new DeleteFolder(name), cancellationToken);
                if (request.Unsubscribe && list.Subscriptions.Contains(name))
                    await accounts.SendAsync(account, new SetSubscription(name, Subscribed: false), cancellationToken);
            }
        }, cancellationToken);
}

/// <summary><c>mailbox rename</c>.</summary>
internal sealed class MailboxRenameVerb(AccountSelection accounts) : AdminVerb<MailboxRenameRequest>(
    "mailbox/rename", AdminJson.Default.MailboxRenameRequest)
{
    protected override Task RunAsync(MailboxRenameRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var to = AccountSelection.Folder(request.To);
        return MailboxWords.ForEachAsync(accounts, request.User, [request.From], rows, $"renamed to {to}", async (account, from) =>
        {
            var subscriptions = request.Subscribe
                ? (await accounts.SendAsync(account, new ListFolders(), cancellationToken)).Subscriptions
                : [];
            await accounts.SendAsync(account, new RenameFolder(from, to), cancellationToken);
            // IMAP leaves subscriptions with the old names; an operator mostly wants them to follow.
            foreach (var name in subscriptions.Where(name => name == from || name.IsUnder(from)))
            {
                await accounts.SendAsync(account, new SetSubscription(name.Rebase(from, to), Subscribed: true), cancellationToken);
                if (!from.IsInbox) await accounts.SendAsync(account, new SetSubscription(name, Subscribed: false), cancellationToken);
            }
        }, cancellationToken);
    }
}

/// <summary><c>mailbox subscribe</c> and <c>unsubscribe</c>.</summary>
internal sealed class MailboxSubscribeVerb(AccountSelection accounts) : AdminVerb<MailboxSubscribeRequest>(
    "mailbox/subscribe", AdminJson.Default.MailboxSubscribeRequest)
{
    protected override Task RunAsync(MailboxSubscribeRequest request, RowStream rows, CancellationToken cancellationToken) =>
        MailboxWords.ForEachAsync(
            accounts,
            request.User,
            request.Mailboxes,
            rows,
            request.Subscribed ? "subscribed" : "unsubscribed",
            async (account, folder) => await accounts.SendAsync(
                account, new SetSubscription(folder, request.Subscribed), cancellationToken),
            cancellationToken);
}

/// <summary>Doing one thing to some folders of some accounts.</summary>
internal static class MailboxWords
{
    public static Task ForEachAsync(
        AccountSelection accounts,
        string user,
        IReadOnlyList<string> mailboxes,
        RowStream rows,
        string result,
        Func<AccountId, FolderName, Task> work,
        CancellationToken cancellationToken)
    {
        if (mailboxes.Count == 0) throw new AdminException(AdminExit.Usage, "no mailbox is named");
        FolderName[] folders = [.. mailboxes.Select(AccountSelection.Folder)];
        return accounts.ForEachAsync(
            user,
            rows,
            async account =>
            {
                foreach (var folder in folders)
                {
                    await work(account, folder);
                    await rows.WriteAsync(
                        new MailboxChangeRow(account.Value, folder.Value, result), AdminJson.Default.MailboxChangeRow, cancellationToken);
                }
            },
            cancellationToken);
    }
}
