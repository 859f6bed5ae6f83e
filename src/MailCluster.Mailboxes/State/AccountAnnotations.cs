using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>All annotations of an account, immutable; a folder without any takes no room here.</summary>
internal sealed class AccountAnnotations
{
    private AccountAnnotations(AnnotationSet server, ImmutableDictionary<FolderId, AnnotationSet> folders, long size, long memoryBytes)
    {
        Server = server;
        Folders = folders;
        Size = size;
        MemoryBytes = memoryBytes;
    }

    public static AccountAnnotations Empty { get; } = new(AnnotationSet.Empty, ImmutableDictionary<FolderId, AnnotationSet>.Empty, 0, 0);

    /// <summary>Those of the server, as this account sees it.</summary>
    public AnnotationSet Server { get; }

    /// <summary>Folders that have any.</summary>
    public ImmutableDictionary<FolderId, AnnotationSet> Folders { get; }

    /// <summary>Bytes of all names and values.</summary>
    public long Size { get; }

    /// <summary>Rough size in memory, in bytes.</summary>
    public long MemoryBytes { get; }

    /// <param name="folder">Null: the server.</param>
    public AnnotationSet Of(FolderId? folder) => folder is { } id ? Folders.GetValueOrDefault(id, AnnotationSet.Empty) : Server;

    /// <param name="folder">Null: the server.</param>
    /// <param name="set">What it has now.</param>
    public AccountAnnotations With(FolderId? folder, AnnotationSet set)
    {
        var before = Of(folder);
        if (ReferenceEquals(before, set))
            return this;
        var folders = folder is not { } id ? Folders : set.Entries.IsEmpty ? Folders.Remove(id) : Folders.SetItem(id, set);
        return new AccountAnnotations(
            folder is null ? set : Server, folders, Size + set.Size - before.Size, MemoryBytes + MemoryOf(folder, set) - MemoryOf(folder, before));
    }

    /// <summary>With the folder, a node of the dictionary.</summary>
    private static long MemoryOf(FolderId? folder, AnnotationSet set) =>
        set.Entries.IsEmpty ? 0 : set.MemoryBytes + (folder is null ? 0 : 128);
}
