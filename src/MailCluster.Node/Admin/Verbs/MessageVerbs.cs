using MailCluster.Bodies;
using MailCluster.Mailboxes;
using MailCluster.Mime;
using MailCluster.Node.Admin.Messages;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Admin.Verbs;

/// <summary><c>search</c>.</summary>
internal sealed class SearchVerb(MessageSelection selection, TimeProvider time)
    : AdminVerb<SearchRequest>("search", AdminJson.Default.SearchRequest)
{
    protected override Task RunAsync(SearchRequest request, RowStream rows, CancellationToken cancellationToken) =>
        selection.ForEachAsync(
            request.User,
            QueryWords.Parse(request.Query, time.GetLocalNow()),
            rows,
            async found =>
            {
                var guid = found.Index.Id.ToString();
                foreach (var run in found.Positions.Runs)
                {
                    for (var position = run.Start; position < run.Start + run.Count; position++)
                    {
                        var row = new SearchRow(found.Account.Value, found.Folder.Value, guid, found.Index.UidAt(position));
                        await rows.WriteAsync(row, AdminJson.Default.SearchRow, cancellationToken);
                    }
                }
            },
            cancellationToken);
}

/// <summary><c>fetch</c>. A message that cannot be read becomes an error line; the others follow.</summary>
internal sealed class FetchVerb(MessageSelection selection, IBodyStore bodies, MimeLimits limits, TimeProvider time)
    : AdminVerb<FetchRequest>("fetch", AdminJson.Default.FetchRequest)
{
    protected override Task RunAsync(FetchRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        if (request.Fields.Length == 0) throw new AdminException(AdminExit.Usage, "no field is named");
        string[] names = [.. request.Fields.Select(name => name.ToLowerInvariant()).Distinct(StringComparer.Ordinal)];
        FetchField[] fields = [.. names.Select(FetchFields.Find)];
        return selection.ForEachAsync(
            request.User,
            QueryWords.Parse(request.Query, time.GetLocalNow()),
            rows,
            async found =>
            {
                foreach (var run in found.Positions.Runs)
                {
                    for (var position = run.Start; position < run.Start + run.Count; position++) await FetchAsync(
                        found, position, names, fields, rows, cancellationToken);
                }
            },
            cancellationToken);
    }

    private async Task FetchAsync(
        FolderMatches found, int position, string[] names, FetchField[] fields, RowStream rows, CancellationToken cancellationToken)
    {
        var row = found.Index.RowAt(position);
        var message = new FoundMessage(
            found.Account, found.Folder, found.Index, position + 1, row, new MessageContent(bodies, limits, row));
        var values = new FieldValue[fields.Length];
        try
        {
            for (var i = 0; i < fields.Length; i++) values[i] = await fields[i](message, cancellationToken);
        }
        catch (Exception error) when (error is BodyMissingException or BodyCorruptException)
        {
            var unreadable = new AdminException(
                AdminExit.NotPossible, $"{found.Folder} UID {row.Uid} cannot be read: {error.Message}", error);
            await rows.WriteErrorAsync(unreadable, found.Account.Value, cancellationToken);
            return;
        }
        await rows.WriteAsync(
            (names, values),
            static (writer, state) =>
            {
                writer.WriteStartObject();
                for (var i = 0; i < state.names.Length; i++)
                {
                    writer.WritePropertyName(state.names[i]);
                    state.values[i].Write(writer);
                }
                writer.WriteEndObject();
            },
            cancellationToken);
    }
}

/// <summary>
/// <c>expunge</c>: what matches is removed, \Deleted or not. The query must name a mailbox, so that a forgotten word does not empty an
/// account.
/// </summary>
internal sealed class ExpungeVerb(MessageSelection selection, AccountSelection accounts, TimeProvider time, ILogger<ExpungeVerb> log)
    : AdminVerb<ExpungeRequest>("expunge", AdminJson.Default.ExpungeRequest)
{
    protected override Task RunAsync(ExpungeRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var query = QueryWords.Parse(request.Query, time.GetLocalNow());
        if (!query.NamesFolders) throw new AdminException(
            AdminExit.Usage, "the query of expunge must name a mailbox: mailbox Trash, or mailbox '*'");
        return selection.ForEachAsync(
            request.User,
            query,
            rows,
            async found =>
            {
                var uids = found.Positions.ToUids(found.Index);
                var result = await accounts.SendAsync(
                    found.Account, new ExpungeMessages(found.Index.Id, uids, OnlyDeleted: false), cancellationToken);
                AdminLog.Expunged(log, found.Account.Value, found.Folder.Value, result.Uids.UidCount);
                await rows.WriteAsync(
                    new ExpungeRow(
                        found.Account.Value, found.Folder.Value, result.Uids.UidCount), AdminJson.Default.ExpungeRow, cancellationToken);
            },
            cancellationToken);
    }
}
