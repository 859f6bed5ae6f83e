using MailCluster.Mailboxes;

namespace MailCluster.Imap.Commands;

/// <summary>
/// APPEND (RFC 9051 §6.3.12), with MULTIAPPEND (RFC 3502) and BINARY (RFC 3516). The messages are no part of the command: the reader hands
/// over an <see cref="AppendMessage"/> for each, and the session takes the literal that follows from the connection itself.
/// </summary>
internal sealed record AppendCommand(string Tag, string Mailbox) : ImapCommand(Tag)
{
    public override CommandName Name => CommandName.Append;
}

/// <summary>What stands before one message literal.</summary>
/// <param name="Date">What INTERNALDATE is to be, or null for now.</param>
/// <param name="Literal">The literal that follows in the input.</param>
internal readonly record struct AppendMessage(FlagList Flags, InternalDate? Date, LiteralHeader Literal);

/// <summary>The announcement of a literal (RFC 9051 §4.3).</summary>
/// <param name="Length">In bytes.</param>
/// <param name="Synchronising">The client waits for a continuation before it sends the bytes.</param>
/// <param name="Binary">A literal8, which may hold NUL (RFC 9051 §4.3, <c>~{n}</c>).</param>
internal readonly record struct LiteralHeader(long Length, bool Synchronising, bool Binary);
