using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

// Annotations of folders and of the server as a whole (RFC 5464). An account is one user's, so that /private and /shared differ by name only, and what is
// the server's is the account's: but for what configuration says of the server to everyone (AnnotationOptions).

/// <summary>
/// Sets and removes annotations, all or none. Refused: <see cref="RefusalReason.NonExistent"/> (no such folder), <see cref="RefusalReason.Cannot"/> (read-only),
/// <see cref="RefusalReason.TooLarge"/> (a value), <see cref="RefusalReason.TooMany"/> (of the folder), <see cref="RefusalReason.OverQuota"/> (all of the
/// account together).
/// </summary>
/// <param name="Folder">Whose; null: the server's.</param>
/// <param name="Changes">In order; of two of the same name the later counts.</param>
public sealed record SetAnnotations(FolderName? Folder, ImmutableArray<AnnotationChange> Changes) : MailboxCommand<Done>;

/// <param name="Entry">Which annotation.</param>
/// <param name="Value">Any bytes, none among them; null: the annotation is to be no more (NIL).</param>
public sealed record AnnotationChange(AnnotationName Entry, ImmutableArray<byte>? Value);

/// <summary>Annotations of one folder or the server. Refused with <see cref="RefusalReason.NonExistent"/>.</summary>
/// <param name="Folder">Whose; null: the server's.</param>
/// <param name="Paths">Where to look; what two have is answered once.</param>
/// <param name="Depth">How far below.</param>
/// <param name="SizeMax">Larger values are left out, and told of; null: none is. In bytes.</param>
public sealed record GetAnnotations(
    FolderName? Folder, ImmutableArray<AnnotationPath> Paths, AnnotationDepth Depth = AnnotationDepth.Here, int? SizeMax = null)
    : MailboxQuery<AnnotationList>;

/// <summary>As <see cref="GetAnnotations"/>, of every folder; those that have none of them are not in the answer.</summary>
public sealed record ListAnnotations(
    ImmutableArray<AnnotationPath> Paths, AnnotationDepth Depth = AnnotationDepth.Here, int? SizeMax = null) : MailboxQuery<AnnotatedFolders>;

/// <param name="Entry">Its name.</param>
/// <param name="Value">Any bytes.</param>
public readonly record struct Annotation(AnnotationName Entry, ImmutableArray<byte> Value);

/// <param name="Annotations">In the order of <see cref="AnnotationName.CompareTo"/>.</param>
/// <param name="LargestLeftOut">The size in bytes of the largest value that was left out; 0: none was.</param>
/// <param name="LeftOut">The names of those that were, in the same order.</param>
public sealed record AnnotationList(ImmutableArray<Annotation> Annotations, int LargestLeftOut, ImmutableArray<string> LeftOut);

/// <param name="Folders">In the order of <see cref="FolderName.CompareTo"/>.</param>
public sealed record AnnotatedFolders(ImmutableArray<AnnotatedFolder> Folders);

public sealed record AnnotatedFolder(FolderName Name, AnnotationList List);
