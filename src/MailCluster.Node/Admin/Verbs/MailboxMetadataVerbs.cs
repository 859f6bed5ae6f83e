using System.Collections.Immutable;
using System.Text;
using System.Text.Unicode;
using MailCluster.Mailboxes;

namespace MailCluster.Node.Admin.Verbs;

/// <summary><c>mailbox metadata list</c>: the annotations of a mailbox, or of the server as the account sees it.</summary>
internal sealed class MailboxMetadataListVerb(AccountSelection accounts) : AdminVerb<MailboxMetadataListRequest>(
    "mailbox/metadata/list", AdminJson.Default.MailboxMetadataListRequest)
{
    protected override Task RunAsync(MailboxMetadataListRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var path = AnnotationPath.TryCreate(request.Below ?? "", out var given, out var problem) ? given : throw new AdminException(AdminExit.Usage, problem);
        var query = new GetAnnotations(MailboxMetadata.Folder(request.Mailbox), [path], AnnotationDepth.All);
        return accounts.ForEachAsync(request.User, rows, account => MailboxMetadata.WriteAsync(accounts, account, query, request.Mailbox, rows, cancellationToken), cancellationToken);
    }
}

/// <summary><c>mailbox metadata get</c>: one annotation.</summary>
internal sealed class MailboxMetadataGetVerb(AccountSelection accounts) : AdminVerb<MailboxMetadataRequest>(
    "mailbox/metadata/get", AdminJson.Default.MailboxMetadataRequest)
{
    protected override Task RunAsync(MailboxMetadataRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var entry = MailboxMetadata.Entry(request.Entry);
        var query = new GetAnnotations(MailboxMetadata.Folder(request.Mailbox), [AnnotationPath.Of(entry)]);
        return accounts.ForEachAsync(
            request.User,
            rows,
            async account =>
            {
                if (await MailboxMetadata.WriteAsync(accounts, account, query, request.Mailbox, rows, cancellationToken) == 0)
                    throw new AdminException(AdminExit.NotFound, $"{account}: there is no {entry}");
            },
            cancellationToken);
    }
}

/// <summary><c>mailbox metadata set</c> and <c>unset</c>.</summary>
internal sealed class MailboxMetadataSetVerb(AccountSelection accounts) : AdminVerb<MailboxMetadataSetRequest>(
    "mailbox/metadata/set", AdminJson.Default.MailboxMetadataSetRequest)
{
    protected override Task RunAsync(MailboxMetadataSetRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var value = request.Value is { } text ? (ImmutableArray<byte>?)[.. Encoding.UTF8.GetBytes(text)] : null;
        var command = new SetAnnotations(MailboxMetadata.Folder(request.Mailbox), [new AnnotationChange(MailboxMetadata.Entry(request.Entry), value)]);
        return accounts.ForEachAsync(
            request.User,
            rows,
            async account =>
            {
                await accounts.SendAsync(account, command, cancellationToken);
                await rows.WriteAsync(
                    new MailboxChangeRow(account.Value, request.Mailbox, value is null ? "unset" : "set"), AdminJson.Default.MailboxChangeRow, cancellationToken);
            },
            cancellationToken);
    }
}

/// <summary>What the verbs about annotations share.</summary>
internal static class MailboxMetadata
{
    /// <summary>Null for the empty name: the server.</summary>
    public static FolderName? Folder(string mailbox) => mailbox.Length == 0 ? null : AccountSelection.Folder(mailbox);

    /// <exception cref="AdminException">It cannot be one.</exception>
    public static AnnotationName Entry(string entry) =>
        AnnotationName.TryCreate(entry, out var name, out var problem) ? name : throw new AdminException(AdminExit.Usage, $"{entry}: {problem}");

    /// <summary>Writes a row for each; answers how many. What is no text is shown in base64.</summary>
    public static async Task<int> WriteAsync(
        AccountSelection accounts, AccountId account, GetAnnotations query, string mailbox, RowStream rows, CancellationToken cancellationToken)
    {
        var list = await accounts.SendAsync(account, query, cancellationToken);
        foreach (var (entry, value) in list.Annotations)
        {
            var isText = Utf8.IsValid(value.AsSpan()) && !value.Contains((byte)0);
            var text = isText ? Encoding.UTF8.GetString(value.AsSpan()) : Convert.ToBase64String(value.AsSpan());
            await rows.WriteAsync(
                new MailboxMetadataRow(account.Value, mailbox, entry.Value, text, isText ? "text" : "base64"), AdminJson.Default.MailboxMetadataRow, cancellationToken);
        }

        return list.Annotations.Length;
    }
}
