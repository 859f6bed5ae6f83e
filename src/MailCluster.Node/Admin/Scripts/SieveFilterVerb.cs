using MailCluster.Bodies;
using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Node.Admin.Messages;
using MailCluster.Sieve;

namespace MailCluster.Node.Admin.Scripts;

/// <summary>
/// <c>sieve filter</c>: runs a script over the messages of a folder as if they came in now, with that folder in the place of INBOX. Without <c>execute</c> it only
/// tells what would be done. What the folder was when the run began is what is filtered: messages that the run itself files elsewhere are not seen again.
/// </summary>
internal sealed class SieveFilterVerb(
    AccountSelection accounts, MessageSelection selection, ScriptRunner runner, FilteredMail mail, IBodyStore bodies, MimeLimits limits, TimeProvider time)
    : AdminVerb<SieveFilterRequest>("sieve/filter", AdminJson.Default.SieveFilterRequest)
{
    protected override Task RunAsync(SieveFilterRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var discard = request.Discard switch
        {
            "keep" => DiscardMeans.Keep,
            "trash" => DiscardMeans.Trash,
            "delete" => DiscardMeans.Delete,
            var other => throw new AdminException(AdminExit.Usage, $"discard can mean keep, trash or delete, not {other}"),
        };
        var folder = AccountSelection.Folder(request.Mailbox);
        var keys = request.Query is { Length: > 0 } words ? words : ["ALL"];
        var query = QueryWords.Parse(keys, time.GetLocalNow());
        if (query.NamesFolders) throw new AdminException(AdminExit.Usage, "the folder to filter stands before the query, which must not name another");
        query = query with { Masks = [folder.Value] };
        ScriptsInOrder? scripts = null;
        AccountId? owner = null;
        return selection.ForEachAsync(request.User, query, rows, async found =>
        {
            if (owner != found.Account)
            {
                scripts = await LoadAsync(found.Account, request, cancellationToken);
                owner = found.Account;
            }

            var folders = await accounts.SendAsync(found.Account, new ListFolders(), cancellationToken);
            foreach (var run in found.Positions.Runs)
            {
                for (var position = run.Start; position < run.Start + run.Count; position++)
                {
                    var row = await FilterAsync(found, found.Index.RowAt(position), folders, scripts!, request, discard, cancellationToken);
                    await rows.WriteAsync(row, AdminJson.Default.SieveFilterRow, cancellationToken);
                }
            }
        }, cancellationToken);
    }

    private async ValueTask<ScriptsInOrder> LoadAsync(AccountId account, SieveFilterRequest request, CancellationToken cancellationToken)
    {
        var scripts = await runner.LoadAsync(account, request.Content, request.Name, request.Whole, cancellationToken);
        // A delivery has to go on with what there is; this can wait until somebody has looked at the script.
        return scripts.BrokenScript is null ? scripts : throw new AdminException(AdminExit.NotPossible, $"{scripts.BrokenScript}:{scripts.Problem}");
    }

    private async ValueTask<SieveFilterRow> FilterAsync(
        FolderMatches found, MessageRow row, FolderList folders, ScriptsInOrder scripts, SieveFilterRequest request, DiscardMeans discard, CancellationToken cancellationToken)
    {
        string[] actions = [];
        try
        {
            var message = SieveMessage.Create(await new MessageContent(bodies, limits, row).TextAsync(cancellationToken));
            var envelope = ScriptRunner.EnvelopeOf(message, null, found.Account.Value);
            var trial = new ScriptTrial(found.Account, message, envelope, found.Folder, IsStored: true) { RunsPrograms = request.RunPrograms };
            var outcome = await runner.Trials.RunAsync(scripts.Stages, trial, null, cancellationToken);
            actions = [.. outcome.Actions.Select(ActionText.Of)];
            var plan = FilterPlanner.Plan(found.Folder, folders, outcome, discard);
            if (request.Execute)
                await mail.ExecuteAsync(found, row, plan, cancellationToken);
            return new SieveFilterRow(found.Account.Value, found.Folder.Value, row.Uid, actions, request.Execute, plan.Text);
        }
        catch (Exception error) when (AdminException.From(error) is { Exit: not AdminExit.TemporaryFailure } expected)
        {
            // One message that cannot be read, or has no room in a folder, does not stop the others.
            return new SieveFilterRow(found.Account.Value, found.Folder.Value, row.Uid, actions, false, $"not done: {expected.Message}");
        }
    }
}

/// <summary>What becomes of a message that a script discards.</summary>
internal enum DiscardMeans
{
    /// <summary>It stays.</summary>
    Keep,

    /// <summary>It goes to the folder for what was thrown away.</summary>
    Trash,

    /// <summary>It is gone.</summary>
    Delete,
}
