using System.Collections.Immutable;

namespace MailCluster.Imap.Commands;

/// <summary>ENABLE (RFC 9051 §6.3.1).</summary>
/// <param name="Capabilities">In upper case; unknown ones are kept, to be ignored by the handler.</param>
internal sealed record EnableCommand(string Tag, ImmutableArray<string> Capabilities) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Enable;
}
