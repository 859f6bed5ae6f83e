namespace MailCluster.Sieve.Tests.Pigeonhole;

/// <summary>The world as <c>sieve-test</c> has it: no folders but what scripts make, nothing seen before, notifications by mail.</summary>
internal sealed class QuietHost : ISieveHost
{
    public ValueTask<SieveProgram?> FindScriptAsync(SieveIncludeLocation location, string name, CancellationToken cancellationToken) => new((SieveProgram?)null);

    public ValueTask<bool> FolderExistsAsync(string folder, CancellationToken cancellationToken) => new(true);

    public ValueTask<string?> FolderOfIdAsync(string mailboxId, CancellationToken cancellationToken) => new((string?)null);

    public ValueTask<bool> HasSpecialUseAsync(string? folder, string specialUse, CancellationToken cancellationToken) => new(false);

    public ValueTask<string?> GetMetadataAsync(string? folder, string entry, CancellationToken cancellationToken) => new((string?)null);

    public ValueTask<bool> IsDuplicateAsync(string handle, string id, TimeSpan lifetime, bool last, CancellationToken cancellationToken) => new(false);

    public ValueTask<bool?> ListContainsAsync(string list, string value, CancellationToken cancellationToken) => new((bool?)null);

    public ValueTask<SieveProgramResult> ExecuteAsync(
        SieveProgramKind kind, string program, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("no program is configured");

    public string? EnvironmentItem(string name) => name switch
    {
        "location" => "MS",
        "phase" => "post",
        _ => null,
    };

    public string? EnvironmentVariable(string name) => null;

    public bool IsValidNotifyMethod(string uri) => uri.StartsWith("mailto:", StringComparison.OrdinalIgnoreCase);

    public string? NotifyCapability(string uri, string capability) => capability.Equals("online", StringComparison.OrdinalIgnoreCase) ? "maybe" : null;
}
