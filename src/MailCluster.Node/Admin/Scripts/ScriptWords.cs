using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Node.Admin.Scripts;

/// <summary>What the verbs about scripts share.</summary>
internal static class ScriptWords
{
    /// <exception cref="AdminException">It cannot be a name.</exception>
    public static ScriptName Name(string name) =>
        ScriptName.TryCreate(name, out var script, out var problem) ? script : throw new AdminException(AdminExit.Usage, problem);

    /// <summary>One command for each account, and a row for each script that it is about.</summary>
    public static Task ChangeAsync(
        AccountSelection accounts,
        string user,
        IReadOnlyList<ScriptName> names,
        RowStream rows,
        string result,
        MailboxCommand<Done> command,
        CancellationToken cancellationToken) =>
        accounts.ForEachAsync(user, rows, async account =>
        {
            await accounts.SendAsync(account, command, cancellationToken);
            foreach (var name in names)
                await rows.WriteAsync(new ScriptChangeRow(account.Value, name.Value, result), AdminJson.Default.ScriptChangeRow, cancellationToken);
        }, cancellationToken);

    /// <summary>Diagnostics, a line each, as compilers write them.</summary>
    public static string Text(string script, IEnumerable<SieveDiagnostic> diagnostics) =>
        string.Join('\n', diagnostics.Select(diagnostic => $"{script}:{diagnostic}"));
}
