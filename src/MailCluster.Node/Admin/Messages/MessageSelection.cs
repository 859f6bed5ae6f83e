using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Search;

namespace MailCluster.Node.Admin.Messages;

/// <summary>What a query found in one folder: positions in one immutable version of its index.</summary>
internal sealed record FolderMatches(AccountId Account, FolderName Folder, FolderIndex Index, PositionSet Positions);

/// <summary>Runs a query over the folders of accounts, folder by folder, each over one version of its index.</summary>
internal sealed class MessageSelection(AccountSelection accounts, IMailboxClient mailboxes, SearchEngine search)
{
    /// <summary>Calls the work for each folder of each account in which something matches.</summary>
    /// <exception cref="AdminException">
    /// A folder that the query names without wildcard is missing, or something that matches cannot be read.
    /// </exception>
    public Task ForEachAsync(
        string user, MessageQuery query, RowStream rows, Func<FolderMatches, Task> work, CancellationToken cancellationToken) =>
        accounts.ForEachAsync(user, rows, account => SearchAsync(account, query, work, cancellationToken), cancellationToken);

    private async Task SearchAsync(
        AccountId account, MessageQuery query, Func<FolderMatches, Task> work, CancellationToken cancellationToken)
    {
        var list = await accounts.SendAsync(account, new ListFolders(), cancellationToken);
        var unreadable = 0;
        var any = false;
        foreach (var folder in list.Folders)
        {
            if (!IsWanted(folder, query)) continue;
            any = true;
            using var opened = await mailboxes.OpenFolderAsync(account, folder.Name, takeRecent: false, cancellationToken);
            var index = opened.Index;
            var found = await search.SearchAsync(index, query.Key, new SearchContext(UidSet.Empty, opened.Recent), cancellationToken);
            unreadable += found.Unreadable;
            if (!found.Positions.IsEmpty) await work(new FolderMatches(account, folder.Name, index, found.Positions));
        }
        if (!any && query.Masks.FirstOrDefault(mask => !FolderMask.HasWildcard(mask)) is { } missing)
            throw new AdminException(AdminExit.NotFound, $"{account} has no mailbox {missing}");
        if (unreadable > 0)
            throw new AdminException(
                AdminExit.NotPossible, $"{unreadable} messages of {account} could not be read and were passed over; run mailctl fsck");
    }

    private static bool IsWanted(FolderInfo folder, MessageQuery query) =>
        !query.NamesFolders
        || (query.Masks.Count > 0 && FolderMask.MatchesAny(query.Masks, folder.Name))
        || query.Guids.Contains(folder.Id.ToString(), StringComparer.OrdinalIgnoreCase);
}
