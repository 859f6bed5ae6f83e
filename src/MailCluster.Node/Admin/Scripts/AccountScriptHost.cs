using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Node.Admin.Scripts;

/// <summary>
/// The world of a script that an operator tries out: the user's folders and other scripts as they are, and otherwise nothing that could be changed by looking. No
/// message was seen before, no list has members, no program is run.
/// </summary>
/// <param name="account">Whose; null: nobody's, without folders and scripts.</param>
internal sealed class AccountScriptHost(AccountId? account, AccountSelection accounts, SieveCompiler compiler) : ISieveHost
{
    private FolderList? _folders;

    public async ValueTask<SieveProgram?> FindScriptAsync(SieveIncludeLocation location, string name, CancellationToken cancellationToken)
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

    public async ValueTask<bool> FolderExistsAsync(string folder, CancellationToken cancellationToken) =>
        FolderName.TryCreate(folder, out var name, out _) && (await FoldersAsync(cancellationToken)).Find(name) is not null;

    public async ValueTask<string?> FolderOfIdAsync(string mailboxId, CancellationToken cancellationToken) =>
        (await FoldersAsync(cancellationToken)).Folders.FirstOrDefault(folder => folder.Id.ToString() == mailboxId)?.Name.Value;

    public async ValueTask<bool> HasSpecialUseAsync(string? folder, string specialUse, CancellationToken cancellationToken) =>
        (await FoldersAsync(cancellationToken)).Folders.Any(one => (folder is null || one.Name.Value == folder) && Has(one, specialUse));

    public ValueTask<string?> GetMetadataAsync(string? folder, string entry, CancellationToken cancellationToken) => new((string?)null);

    public ValueTask<bool> IsDuplicateAsync(string handle, string id, TimeSpan lifetime, bool last, CancellationToken cancellationToken) => new(false);

    public ValueTask<bool?> ListContainsAsync(string list, string value, CancellationToken cancellationToken) => new((bool?)null);

    /// <summary>Fails as a program does that is not there.</summary>
    public ValueTask<SieveProgramResult> ExecuteAsync(
        SieveProgramKind kind, string program, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken) =>
        new(new SieveProgramResult(ProgramNotFound, ReadOnlyMemory<byte>.Empty));

    // RFC 5183 §4: a run that is not a delivery is "post", in the message store.
    public string? EnvironmentItem(string name) => name switch
    {
        "name" => "MailCluster",
        "version" => Hosting.NodeHost.Version,
        "location" => "MS",
        "phase" => "post",
        "vnd.dovecot.username" => account?.Value,
        "vnd.dovecot.default-mailbox" => FolderName.Inbox.Value,
        _ => null,
    };

    public bool IsValidNotifyMethod(string uri) => uri.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase);

    // RFC 5436 §2.3: nobody knows whether somebody reads mail.
    public string? NotifyCapability(string uri, string capability) =>
        IsValidNotifyMethod(uri) && capability.Equals("online", StringComparison.OrdinalIgnoreCase) ? "maybe" : null;

    /// <summary>What a shell says of a program that it does not find.</summary>
    private const int ProgramNotFound = 127;

    private static bool Has(FolderInfo folder, string specialUse) =>
        folder.Use != SpecialUse.None && specialUse.TrimStart('\\').Equals(folder.Use.ToString(), StringComparison.OrdinalIgnoreCase);

    private async ValueTask<FolderList> FoldersAsync(CancellationToken cancellationToken)
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
