using System.Collections.Immutable;
using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Delivery.Filters;

/// <summary>The world of a delivery for scripts that are tried out: what it shows is the same, and nothing that a script does is felt in it.</summary>
internal sealed class TrialHost(ScriptTrial trial, FilterServices services) : FilterHost(RecipientOf(trial), RequestOf(trial), trial.KeepFolder, services)
{
    public override async ValueTask<SieveProgram?> FindScriptAsync(SieveIncludeLocation location, string name, CancellationToken cancellationToken) =>
        location == SieveIncludeLocation.Personal && trial.Account is null ? null : await base.FindScriptAsync(location, name, cancellationToken);

    public override async ValueTask<bool> IsDuplicateAsync(string handle, string id, TimeSpan lifetime, bool last, CancellationToken cancellationToken) =>
        !trial.IsStored && trial.Account is not null && await base.IsDuplicateAsync(handle, id, lifetime, last, cancellationToken);

    public override async ValueTask<FolderList> FoldersAsync(CancellationToken cancellationToken) =>
        trial.Account is null ? new FolderList([], []) : await base.FoldersAsync(cancellationToken);

    protected override async ValueTask<ImmutableArray<byte>?> AnnotationAsync(FolderName? folder, AnnotationName entry, CancellationToken cancellationToken) =>
        trial.Account is null ? null : await base.AnnotationAsync(folder, entry, cancellationToken);

    public override async ValueTask<SieveProgramResult> ExecuteAsync(
        SieveProgramKind kind, string program, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        if (trial.RunsPrograms)
            return await base.ExecuteAsync(kind, program, arguments, input, cancellationToken);
        trial.NotRun?.Invoke(kind, program, arguments);
        return NotRun;
    }

    // RFC 5183 §4: a run over what lies in a folder is "post", in the message store.
    public override string? EnvironmentItem(string name) => name switch
    {
        "location" when trial.IsStored => "MS",
        "phase" when trial.IsStored => "post",
        "vnd.dovecot.username" => trial.Account?.Value,
        _ => base.EnvironmentItem(name),
    };

    private static Recipient RecipientOf(ScriptTrial trial) => new(RecipientAddress.Parse(trial.Envelope.To), trial.Account.GetValueOrDefault(), "");

    private static DeliveryRequest RequestOf(ScriptTrial trial) => new(trial.Envelope.From, [], default, default, "", "", "");
}
