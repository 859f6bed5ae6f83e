using System.Collections.Immutable;
using MailCluster.Bodies;

namespace MailCluster.Mailboxes;

/// <summary>
/// Everything one account is, immutable: the result of applying its events in order. Made by <c>Apply</c> only.
/// </summary>
internal sealed partial record MailboxState
{
    public static MailboxState Empty { get; } = new();

    /// <summary>The account's id; empty before its first event.</summary>
    public string Account { get; init; } = "";

    public bool Exists => Account.Length > 0;

    /// <summary>The account's counter of changes (RFC 7162): greater than or equal to that of every message and folder.</summary>
    public ModSeq ModSeq { get; init; }

    /// <summary>The greatest UIDVALIDITY ever given.</summary>
    public uint LastUidValidity { get; init; }

    /// <summary>Changes applied; the origin sequence number of the last one.</summary>
    public long Changes { get; init; }

    public ImmutableDictionary<FolderId, FolderState> Folders { get; init; } = ImmutableDictionary<FolderId, FolderState>.Empty;

    public ImmutableSortedDictionary<FolderName, FolderId> Names { get; init; } = ImmutableSortedDictionary<FolderName, FolderId>.Empty;

    public ImmutableSortedSet<FolderName> Subscriptions { get; init; } = [];

    /// <summary>Names that configuration has made a folder of already.</summary>
    public ProvisionedNames Provisioned { get; init; } = ProvisionedNames.Empty;

    /// <summary>Bodies that more than one message of the account uses, and how many do. A body that is not here has one.</summary>
    public ImmutableDictionary<BodyRef, int> SharedBodies { get; init; } = ImmutableDictionary<BodyRef, int>.Empty;

    /// <summary>
    /// Bodies that no message uses any more, until the body store has been told (before each snapshot; after a crash the replay gathers
    /// them again, and telling twice is harmless).
    /// </summary>
    public ImmutableList<BodyRef> Released { get; init; } = [];

    public ScriptSet Scripts { get; init; } = ScriptSet.Empty;

    /// <summary>Of the folders, and of the server as this account sees it.</summary>
    public AccountAnnotations Annotations { get; init; } = AccountAnnotations.Empty;

    public RecentResults Recent { get; init; } = RecentResults.Empty;

    public AccountQuota Quota { get; init; } = AccountQuota.Empty;

    /// <summary>Messages in all folders.</summary>
    public long Messages { get; init; }

    /// <summary>Bytes of the messages in all folders; a body that two messages share counts twice, as quotas count.</summary>
    public long Size { get; init; }

    /// <summary>Rough size in memory, in bytes; quick to ask.</summary>
    public long MemoryBytes =>
        2048 + (Messages * 60) + (Folders.Count * 1536L) + (SharedBodies.Count * 64L) + (Released.Count * 48L) + (Recent.Count * 256L)
        + Scripts.MemoryBytes
        + Annotations.MemoryBytes
        + DeliveryMemoryBytes
        + ScriptTaskMemoryBytes;

    public FolderState? Find(FolderName name) => Names.TryGetValue(name, out var id) ? Folders[id] : null;

    /// <summary>The names of the folder and everything under it, in order.</summary>
    public IEnumerable<FolderName> Tree(FolderName root) => Names.Keys.Where(name => name == root || name.IsUnder(root));

    public bool HasChildren(FolderName name) => Names.Keys.Any(other => other.IsUnder(name));
}

/// <summary>One folder of an account.</summary>
internal sealed record FolderState(FolderName Name, SpecialUse Use, FolderIndex Index)
{
    public FolderId Id => Index.Id;
}
