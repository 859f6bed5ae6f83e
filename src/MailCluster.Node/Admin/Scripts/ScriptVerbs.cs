using System.Globalization;
using System.Runtime.InteropServices;
using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Node.Admin.Scripts;

/// <summary><c>sieve list</c>.</summary>
internal sealed class SieveListVerb(AccountSelection accounts) : AdminVerb<SieveListRequest>("sieve/list", AdminJson.Default.SieveListRequest)
{
    protected override Task RunAsync(SieveListRequest request, RowStream rows, CancellationToken cancellationToken) =>
        accounts.ForEachAsync(request.User, rows, async account =>
        {
            var list = await accounts.SendAsync(account, new ListScripts(), cancellationToken);
            foreach (var script in list.Scripts)
            {
                var changed = DateTimeOffset.FromUnixTimeSeconds(script.ChangedAt).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
                await rows.WriteAsync(
                    new ScriptRow(account.Value, script.Name.Value, script.IsActive, script.Size, changed), AdminJson.Default.ScriptRow, cancellationToken);
            }
        }, cancellationToken);
}

/// <summary><c>sieve get</c>.</summary>
internal sealed class SieveGetVerb(AccountSelection accounts) : AdminVerb<SieveGetRequest>("sieve/get", AdminJson.Default.SieveGetRequest)
{
    protected override Task RunAsync(SieveGetRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var name = ScriptWords.Name(request.Name);
        return accounts.ForEachAsync(request.User, rows, async account =>
        {
            var script = await accounts.SendAsync(account, new GetScript(name), cancellationToken);
            await rows.WriteAsync(
                new ScriptContentRow(account.Value, name.Value, new SieveContent([.. script.Content])), AdminJson.Default.ScriptContentRow, cancellationToken);
        }, cancellationToken);
    }
}

/// <summary><c>sieve put</c>: what does not compile is not kept. With a pattern of users each gets the script.</summary>
internal sealed class SievePutVerb(AccountSelection accounts, SieveCompiler compiler) : AdminVerb<SievePutRequest>(
    "sieve/put", AdminJson.Default.SievePutRequest)
{
    protected override Task RunAsync(SievePutRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var name = ScriptWords.Name(request.Name);
        var found = compiler.Compile(request.Content, SieveScope.Personal);
        if (found.Program is null) throw new AdminException(AdminExit.NotPossible, ScriptWords.Text(name.Value, found.Diagnostics));
        var content = ImmutableCollectionsMarshal.AsImmutableArray(request.Content);
        var result = (request.Activate ? "put and activated" : "put")
            + (found.Diagnostics.IsEmpty ? "" : $", with {found.Diagnostics.Length} warnings; mailctl sieve check shows them");
        return ScriptWords.ChangeAsync(accounts, request.User, [name], rows, result, new PutScript(name, content, request.Activate), cancellationToken);
    }
}

/// <summary><c>sieve activate</c>.</summary>
internal sealed class SieveActivateVerb(AccountSelection accounts) : AdminVerb<SieveActivateRequest>(
    "sieve/activate", AdminJson.Default.SieveActivateRequest)
{
    protected override Task RunAsync(SieveActivateRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var name = ScriptWords.Name(request.Name);
        return ScriptWords.ChangeAsync(accounts, request.User, [name], rows, "activated", new SetActiveScript(name), cancellationToken);
    }
}

/// <summary><c>sieve deactivate</c>: no script is active any more.</summary>
internal sealed class SieveDeactivateVerb(AccountSelection accounts) : AdminVerb<SieveDeactivateRequest>(
    "sieve/deactivate", AdminJson.Default.SieveDeactivateRequest)
{
    protected override Task RunAsync(SieveDeactivateRequest request, RowStream rows, CancellationToken cancellationToken) =>
        accounts.ForEachAsync(request.User, rows, async account =>
        {
            var active = (await accounts.SendAsync(account, new GetActiveScript(), cancellationToken)).Script?.Name.Value ?? "";
            await accounts.SendAsync(account, new SetActiveScript(null), cancellationToken);
            await rows.WriteAsync(
                new ScriptChangeRow(account.Value, active, active.Length > 0 ? "deactivated" : "none was active"), AdminJson.Default.ScriptChangeRow, cancellationToken);
        }, cancellationToken);
}

/// <summary><c>sieve delete</c>.</summary>
internal sealed class SieveDeleteVerb(AccountSelection accounts) : AdminVerb<SieveDeleteRequest>("sieve/delete", AdminJson.Default.SieveDeleteRequest)
{
    protected override Task RunAsync(SieveDeleteRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        if (request.Names.Length == 0) throw new AdminException(AdminExit.Usage, "no script is named");
        ScriptName[] names = [.. request.Names.Select(ScriptWords.Name)];
        return accounts.ForEachAsync(request.User, rows, async account =>
        {
            foreach (var name in names)
            {
                if (request.Deactivate && (await accounts.SendAsync(account, new GetActiveScript(), cancellationToken)).Script?.Name == name)
                    await accounts.SendAsync(account, new SetActiveScript(null), cancellationToken);
                await accounts.SendAsync(account, new DeleteScript(name), cancellationToken);
                await rows.WriteAsync(new ScriptChangeRow(account.Value, name.Value, "deleted"), AdminJson.Default.ScriptChangeRow, cancellationToken);
            }
        }, cancellationToken);
    }
}

/// <summary><c>sieve rename</c>: an active script stays active.</summary>
internal sealed class SieveRenameVerb(AccountSelection accounts) : AdminVerb<SieveRenameRequest>("sieve/rename", AdminJson.Default.SieveRenameRequest)
{
    protected override Task RunAsync(SieveRenameRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var (from, to) = (ScriptWords.Name(request.From), ScriptWords.Name(request.To));
        return ScriptWords.ChangeAsync(accounts, request.User, [from], rows, $"renamed to {to}", new RenameScript(from, to), cancellationToken);
    }
}

/// <summary><c>sieve check</c>: what the compiler says, a row each. Errors are the rows' affair, not the verb's failure.</summary>
internal sealed class SieveCheckVerb(SieveCompiler compiler) : AdminVerb<SieveCheckRequest>("sieve/check", AdminJson.Default.SieveCheckRequest)
{
    protected override async Task RunAsync(SieveCheckRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var found = compiler.Compile(request.Content, request.Global ? SieveScope.Global : SieveScope.Personal);
        foreach (var one in found.Diagnostics)
        {
            var row = new DiagnosticRow(one.Severity.ToString().ToLowerInvariant(), one.Line, one.Column, one.Message, one.Fix ?? "");
            await rows.WriteAsync(row, AdminJson.Default.DiagnosticRow, cancellationToken);
        }
    }
}
