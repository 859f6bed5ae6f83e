using System.Collections.Immutable;
using MailCluster.Mailboxes;
using MailCluster.Node.Admin.Messages;
using MailCluster.Node.Admin.Verbs;
using MailCluster.Sieve;

namespace MailCluster.Node.Admin.Scripts;

// Carrying out a plan for one message.
//
//   1. missing folders are made; copies go to all targets but, where the message does not stay, the last
//   2. the message moves to the last target, in one step; or it is given its flags; or its edited successor is there, and then it is removed
// A crash between the two leaves it in the folder and some copies elsewhere; run again, the script files it again. Nothing is ever only in neither place.

/// <summary>Does to messages in folders what a <see cref="FilterPlan"/> says.</summary>
internal sealed class FilteredMail(AccountSelection accounts, MessageIntake intake, TimeProvider time)
{
    public async ValueTask ExecuteAsync(FolderMatches found, MessageRow row, FilterPlan plan, CancellationToken cancellationToken)
    {
        var account = found.Account;
        var source = found.Index.Id;
        var uid = UidSet.Of(row.Uid);

        // Whether the message itself is where it is to be: it stays, or has moved. Otherwise it is removed in the end.
        var isSettled = plan.Stays && plan.Replacement is null;
        for (var i = 0; i < plan.Targets.Count; i++)
        {
            var target = plan.Targets[i];
            if (target.Create)
                await CreateAsync(account, target.Folder, cancellationToken);
            if (target.Message.IsEdited)
            {
                await AppendAsync(found, row, target.Folder, target.Message, target.Flags, cancellationToken);
                continue;
            }

            var moves = !plan.Stays && i == plan.Targets.Count - 1;
            var result = moves
                ? await accounts.SendAsync(account, new MoveMessages(source, uid, target.Folder), cancellationToken)
                : await accounts.SendAsync(account, new CopyMessages(source, uid, target.Folder), cancellationToken);
            isSettled |= moves;
            await FlagAsync(account, result.Target, result.TargetUids, target.Flags, cancellationToken);
        }

        if (plan.Replacement is { } replacement)
            await AppendAsync(found, row, found.Folder, replacement, plan.Flags, cancellationToken);
        else if (plan.Stays)
            await FlagAsync(account, source, uid, plan.Flags, cancellationToken);
        if (!isSettled)
            await accounts.SendAsync(account, new ExpungeMessages(source, uid, OnlyDeleted: false), cancellationToken);
    }

    private async ValueTask CreateAsync(AccountId account, FolderName folder, CancellationToken cancellationToken)
    {
        var list = await accounts.SendAsync(account, new ListFolders(), cancellationToken);
        if (list.Find(folder) is null)
            await accounts.SendAsync(account, new CreateFolder(folder), cancellationToken);
    }

    private async ValueTask FlagAsync(
        AccountId account, FolderId folder, UidSet uids, IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        if (words.Count == 0 || uids.IsEmpty)
            return;
        var (flags, keywords) = FlagWords.Parse(string.Join(' ', words));
        await accounts.SendAsync(account, new StoreFlags(folder, uids, FlagOperation.Add, flags, keywords), cancellationToken);
    }

    /// <summary>An edited message, as new as the one it was made of.</summary>
    private async ValueTask AppendAsync(
        FolderMatches found, MessageRow row, FolderName folder, SieveMessage message, IReadOnlyList<string> words, CancellationToken cancellationToken)
    {
        var (flags, keywords) = FlagWords.Parse(string.Join(' ', words));
        ImmutableArray<string> all = [.. found.Index.Keywords[row.KeywordSet].Union(keywords, StringComparer.OrdinalIgnoreCase)];
        using var prepared = intake.Prepare(message.ToBytes());
        var stored = await intake.StoreAsync(found.Account, prepared, row.InternalDate, row.Flags | flags, all, cancellationToken);
        try
        {
            await accounts.SendAsync(found.Account, new AppendMessages(folder, [stored]), cancellationToken);
        }
        catch (MailboxRefusedException refused) when (refused.Reason != RefusalReason.Unavailable)
        {
            await intake.DiscardAsync(new[] { stored }, time.GetUtcNow(), cancellationToken);
            throw;
        }
    }
}
