using System.Collections.Immutable;
using MailCluster.Delivery.Programs;
using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Delivery.Filters;

/// <summary>The world of the scripts of one delivery. What it was told of the account's memory is kept: the delivery rests on it.</summary>
internal class FilterHost(Recipient recipient, DeliveryRequest request, FolderName keepFolder, FilterServices services) : FolderScriptHost
{
    private readonly List<MarkKey> _absent = [];
    private FolderList? _folders;

    /// <summary>Marks that were not there when the scripts asked.</summary>
    public IReadOnlyList<MarkKey> Absent => _absent;

    /// <summary>For whom programs run.</summary>
    public ProgramContext Context => new(
        recipient.Account, request.Sender, recipient.Address.ToString(), ProgramContext.AddressOf(recipient.OriginalRecipient), request.Session);

    public static MarkKey DuplicateKey(string handle, string id) => MarkKey.Of("sieve-duplicate", handle, id);

    public override async ValueTask<SieveProgram?> FindScriptAsync(SieveIncludeLocation location, string name, CancellationToken cancellationToken)
    {
        var script = location == SieveIncludeLocation.Global
            ? services.Scripts.Global(name)
            : await AskAsync(services.Scripts.PersonalAsync(recipient.Account, name, cancellationToken));
        if (script is null)
            return null;
        return script.Program ?? throw new SieveScriptException(script.Problem);
    }

    public async ValueTask<string?> FolderOfUseAsync(string specialUse, CancellationToken cancellationToken) =>
        (await FoldersAsync(cancellationToken)).Folders.FirstOrDefault(folder => Has(folder, specialUse))?.Name.Value;

    public override async ValueTask<bool> IsDuplicateAsync(string handle, string id, TimeSpan lifetime, bool last, CancellationToken cancellationToken) =>
        await IsMarkedAsync(DuplicateKey(handle, id), cancellationToken);

    // RFC 5183 §4.1: a delivery agent (MDA), while the message is on its way.
    public override string? EnvironmentItem(string name) => request.Event?.EnvironmentItem(name, recipient) ?? name switch
    {
        "name" => "MailCluster",
        "version" => typeof(FilterHost).Assembly.GetName().Version?.ToString(3),
        "domain" => services.Options.HostName.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? services.Options.HostName[(dot + 1)..] : "",
        "host" => services.Options.HostName,
        "location" => "MDA",
        "phase" => "during",
        "remote-ip" => request.ClientAddress,
        "vnd.dovecot.username" => recipient.Account.Value,
        "vnd.dovecot.default-mailbox" => keepFolder.Value,
        _ => null,
    };

    public override ValueTask<bool?> ListContainsAsync(string list, string value, CancellationToken cancellationToken) =>
        services.Lists.ContainsAsync(recipient.Account, list, value, cancellationToken);

    public override async ValueTask<SieveProgramResult> ExecuteAsync(
        SieveProgramKind kind, string program, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        var result = await services.Programs.RunAsync(kind, program, arguments, input, Context, cancellationToken);
        return new SieveProgramResult(result.ExitCode, result.Output);
    }

    public override bool IsValidNotifyMethod(string uri) => FilterRun.TryTarget(uri, out _);

    /// <summary>Whether the account remembers this; if it does not, the delivery rests on that.</summary>
    /// <exception cref="SieveHostUnavailableException">The account cannot be asked now.</exception>
    public async ValueTask<bool> IsMarkedAsync(MarkKey key, CancellationToken cancellationToken)
    {
        if (_absent.Contains(key))
            return false;
        var found = await AskAsync(services.Mailboxes.SendAsync(recipient.Account, new FindMarks([key]), CommandContext.None, cancellationToken));
        if (!found.Keys.IsEmpty)
            return true;
        _absent.Add(key);
        return false;
    }

    public override async ValueTask<FolderList> FoldersAsync(CancellationToken cancellationToken) =>
        _folders ??= await AskAsync(services.Mailboxes.SendAsync(recipient.Account, new ListFolders(), CommandContext.None, cancellationToken));

    // RFC 5490 §3.3: with the rights of the user whose script it is; the account is theirs.
    protected override async ValueTask<ImmutableArray<byte>?> AnnotationAsync(FolderName? folder, AnnotationName entry, CancellationToken cancellationToken)
    {
        try
        {
            var query = new GetAnnotations(folder, [AnnotationPath.Of(entry)]);
            var list = await services.Mailboxes.SendAsync(recipient.Account, query, CommandContext.None, cancellationToken);
            return list.Annotations.IsEmpty ? null : list.Annotations[0].Value;
        }
        catch (MailboxRefusedException e) when (e.Reason == RefusalReason.NonExistent)
        {
            return null;
        }
        catch (MailboxRefusedException e)
        {
            throw new SieveHostUnavailableException(e.Message, e);
        }
    }

    private static async ValueTask<T> AskAsync<T>(ValueTask<T> asked)
    {
        try
        {
            return await asked;
        }
        catch (MailboxRefusedException e)
        {
            throw new SieveHostUnavailableException(e.Message, e);
        }
    }
}
