using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Node.Admin.Scripts;

/// <summary>
/// The world of a script that an operator tries out: the user's folders and other scripts as they are, and otherwise nothing that could be changed by looking. No
/// message was seen before, no list has members, no program is run.
/// </summary>
/// <param name="account">Whose; null: nobody's, without folders and scripts.</param>
internal sealed class AccountScriptHost(AccountId? account, AccountSelection accounts, SieveCompiler compiler) : FolderScriptHost
{
    private FolderList? _folders;

    public override async ValueTask<SieveProgram?> FindScriptAsync(SieveIncludeLocation location, string name, CancellationToken cancellationToken)
    {
        if (location != SieveIncludeLocation.Personal || account is not { } owner || !ScriptName.TryCreate(name, out var script, out _))
            return null;
        try
        {
            var text = await accounts.SendAsync(owner, new GetScript(script), cancellationToken);
            var compiled = compiler.Compile(text.Content.AsSpan(), SieveScope.Personal);
            return compiled.Program ?? throw new SieveScriptException(ScriptWords.Text(name, compiled.Diagnostics));
        }
        catch (MailboxRefusedException missing) when (missing.Reason == RefusalReason.NonExistent)
        {
            return null;
        }
    }

    public override ValueTask<bool> IsDuplicateAsync(string handle, string id, TimeSpan lifetime, bool last, CancellationToken cancellationToken) => new(false);

    // RFC 5183 §4: a run that is not a delivery is "post", in the message store.
    public override string? EnvironmentItem(string name) => name switch
    {
        "name" => "MailCluster",
        "version" => Hosting.NodeHost.Version,
        "location" => "MS",
        "phase" => "post",
        "vnd.dovecot.username" => account?.Value,
        "vnd.dovecot.default-mailbox" => FolderName.Inbox.Value,
        _ => null,
    };

    public override bool IsValidNotifyMethod(string uri) => uri.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase);

    public override async ValueTask<FolderList> FoldersAsync(CancellationToken cancellationToken)
    {
        if (account is not { } owner)
            return new FolderList([], []);
        try
        {
            return _folders ??= await accounts.SendAsync(owner, new ListFolders(), cancellationToken);
        }
        catch (MailboxRefusedException e)
        {
            throw new SieveHostUnavailableException(e.Message, e);
        }
    }
}
