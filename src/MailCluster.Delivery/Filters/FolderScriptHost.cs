using System.Collections.Immutable;
using System.Text;
using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Delivery.Filters;

/// <summary>What scripts find whatever they run for: the folders of an account and their annotations as they are; unless a host has them no lists and no programs.</summary>
public abstract class FolderScriptHost : ISieveHost
{
    /// <summary>What a shell says of a program that it does not find.</summary>
    private const int ProgramNotFound = 127;

    public abstract ValueTask<SieveProgram?> FindScriptAsync(SieveIncludeLocation location, string name, CancellationToken cancellationToken);

    public abstract ValueTask<bool> IsDuplicateAsync(string handle, string id, TimeSpan lifetime, bool last, CancellationToken cancellationToken);

    public abstract string? EnvironmentItem(string name);

    public abstract bool IsValidNotifyMethod(string uri);

    /// <summary>The account's folders; asked for once in a run.</summary>
    /// <exception cref="SieveHostUnavailableException">The account cannot be asked now.</exception>
    public abstract ValueTask<FolderList> FoldersAsync(CancellationToken cancellationToken);

    public async ValueTask<bool> FolderExistsAsync(string folder, CancellationToken cancellationToken) =>
        FolderName.TryCreate(folder, out var name, out _) && (await FoldersAsync(cancellationToken)).Find(name) is not null;

    public async ValueTask<string?> FolderOfIdAsync(string mailboxId, CancellationToken cancellationToken) =>
        (await FoldersAsync(cancellationToken)).Folders.FirstOrDefault(folder => folder.Id.ToString() == mailboxId)?.Name.Value;

    public async ValueTask<bool> HasSpecialUseAsync(string? folder, string specialUse, CancellationToken cancellationToken) =>
        (await FoldersAsync(cancellationToken)).Folders.Any(one => (folder is null || one.Name.Value == folder) && Has(one, specialUse));

    /// <summary>An annotation of a folder, or with null of the server; null if there is none, or no such folder.</summary>
    /// <exception cref="SieveHostUnavailableException">The account cannot be asked now.</exception>
    protected abstract ValueTask<ImmutableArray<byte>?> AnnotationAsync(FolderName? folder, AnnotationName entry, CancellationToken cancellationToken);

    /// <summary>What is no name of a folder or of an annotation has no value. Bytes that are no UTF-8 become U+FFFD: scripts know only text.</summary>
    public async ValueTask<string?> GetMetadataAsync(string? folder, string entry, CancellationToken cancellationToken)
    {
        FolderName? of = null;
        if (folder is not null)
        {
            if (!FolderName.TryCreate(folder, out var name, out _))
                return null;
            of = name;
        }

        return AnnotationName.TryCreate(entry, out var annotation, out _) && await AnnotationAsync(of, annotation, cancellationToken) is { } value
            ? Encoding.UTF8.GetString(value.AsSpan())
            : null;
    }

    /// <summary>There are none.</summary>
    public virtual ValueTask<bool?> ListContainsAsync(string list, string value, CancellationToken cancellationToken) => new((bool?)null);

    /// <summary>Fails as a program does that is not there.</summary>
    public virtual ValueTask<SieveProgramResult> ExecuteAsync(
        SieveProgramKind kind, string program, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken) => new(NotRun);

    /// <summary>The answer of a program that is not there.</summary>
    protected static SieveProgramResult NotRun { get; } = new(ProgramNotFound, ReadOnlyMemory<byte>.Empty);

    // RFC 5436 §2.3: nobody knows whether somebody reads mail.
    public string? NotifyCapability(string uri, string capability) =>
        IsValidNotifyMethod(uri) && capability.Equals("online", StringComparison.OrdinalIgnoreCase) ? "maybe" : null;

    /// <summary>Whether the folder has the use, written with or without its backslash.</summary>
    protected static bool Has(FolderInfo folder, string specialUse) =>
        folder.Use != SpecialUse.None && specialUse.TrimStart('\\').Equals(folder.Use.ToString(), StringComparison.OrdinalIgnoreCase);
}
