using System.Collections.Immutable;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Commands;

/// <summary>GETMETADATA (RFC 5464 §4.2).</summary>
/// <param name="Mailbox">Empty: the server.</param>
/// <param name="Paths">At least one.</param>
/// <param name="Depth">DEPTH.</param>
/// <param name="SizeMax">MAXSIZE, in bytes, or null.</param>
internal sealed record GetMetadataCommand(
    string Tag, string Mailbox, ImmutableArray<AnnotationPath> Paths, AnnotationDepth Depth, int? SizeMax) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.GetMetadata;
}

/// <summary>SETMETADATA (RFC 5464 §4.3).</summary>
/// <param name="Mailbox">Empty: the server.</param>
/// <param name="Changes">At least one.</param>
internal sealed record SetMetadataCommand(string Tag, string Mailbox, ImmutableArray<AnnotationChange> Changes) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.SetMetadata;
}
