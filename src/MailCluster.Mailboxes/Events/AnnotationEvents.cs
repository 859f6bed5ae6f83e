using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>Annotations of a folder, or of the server (null), have other values, or are no more.</summary>
/// <param name="Folder">Whose.</param>
/// <param name="Changes">No two of the same name.</param>
internal sealed record AnnotationsChanged(FolderId? Folder, ImmutableArray<AnnotationChange> Changes) : MailboxEvent;
