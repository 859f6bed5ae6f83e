using System.Collections.Immutable;

namespace MailCluster.Imap.Commands;

/// <summary>ID (RFC 2971).</summary>
/// <param name="Fields">What the client says of itself, in its order; empty for <c>NIL</c>.</param>
internal sealed record IdCommand(string Tag, ImmutableArray<KeyValuePair<string, string?>> Fields) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Id;
}
