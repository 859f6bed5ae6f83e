using System.Text;

namespace MailCluster.Sieve.Tests;

/// <summary>The world of a script, in dictionaries: complete, and without anything outside.</summary>
internal sealed class InMemorySieveHost : ISieveHost
{
    private readonly SieveCompiler _compiler = Scripts.AllowAll;

    internal Dictionary<(SieveIncludeLocation Location, string Name), string> Included { get; } = [];

    internal HashSet<string> Folders { get; } = new(StringComparer.Ordinal) { "INBOX" };

    internal Dictionary<string, string> FolderIds { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, string> FolderUses { get; } = new(StringComparer.OrdinalIgnoreCase);

    internal Dictionary<(string? Folder, string Entry), string> Metadata { get; } = [];

    internal HashSet<(string Handle, string Id)> Seen { get; } = [];

    internal Dictionary<string, HashSet<string>> Lists { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, string> Items { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, Func<IReadOnlyList<string>, string, (int ExitCode, string Output)>> Programs { get; } = new(StringComparer.Ordinal);

    /// <summary>True: the host cannot answer now.</summary>
    internal bool IsDown { get; set; }

    public ValueTask<SieveProgram?> FindScriptAsync(SieveIncludeLocation location, string name, CancellationToken cancellationToken)
    {
        if (!Included.TryGetValue((location, name), out var text))
            return Answer<SieveProgram?>(null);
        var compiled = _compiler.Compile(Encoding.UTF8.GetBytes(text), SieveScope.Personal);
        return ValueTask.FromResult<SieveProgram?>(compiled.Program ?? throw new SieveScriptException($"{name}: {compiled.Diagnostics[0]}"));
    }

    public ValueTask<bool> FolderExistsAsync(string folder, CancellationToken cancellationToken) => Answer(Folders.Contains(folder));

    public ValueTask<string?> FolderOfIdAsync(string mailboxId, CancellationToken cancellationToken) => Answer(FolderIds.GetValueOrDefault(mailboxId));

    public ValueTask<bool> HasSpecialUseAsync(string? folder, string specialUse, CancellationToken cancellationToken) =>
        Answer(FolderUses.Any(entry => (folder is null || entry.Key == folder) && entry.Value.Equals(specialUse, StringComparison.OrdinalIgnoreCase)));

    public ValueTask<string?> GetMetadataAsync(string? folder, string entry, CancellationToken cancellationToken) => Answer(Metadata.GetValueOrDefault((folder, entry)));

    public ValueTask<bool> IsDuplicateAsync(string handle, string id, TimeSpan lifetime, bool last, CancellationToken cancellationToken) => Answer(Seen.Contains((handle, id)));

    public ValueTask<bool?> ListContainsAsync(string list, string value, CancellationToken cancellationToken) =>
        Answer<bool?>(Lists.TryGetValue(list, out var values) ? values.Contains(value) : null);

    public ValueTask<SieveProgramResult> ExecuteAsync(
        SieveProgramKind kind, string program, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        var (exitCode, output) = Programs.TryGetValue(program, out var run) ? run(arguments, Encoding.UTF8.GetString(input.Span)) : (127, "");
        return Answer(new SieveProgramResult(exitCode, Encoding.UTF8.GetBytes(output)));
    }

    public string? EnvironmentItem(string name) => Items.GetValueOrDefault(name);

    public bool IsValidNotifyMethod(string uri) => MailtoUri.TryParse(uri, out _);

    public string? NotifyCapability(string uri, string capability) => capability == "online" ? "maybe" : null;

    private ValueTask<T> Answer<T>(T value) => IsDown ? throw new SieveHostUnavailableException("the host is away") : ValueTask.FromResult(value);
}
