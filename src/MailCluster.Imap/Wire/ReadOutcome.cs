namespace MailCluster.Imap.Wire;

/// <summary>What one call of the reader came to.</summary>
internal enum ReadOutcome
{
    /// <summary>
    /// Nothing yet: read more from the connection. What was consumed is gone from the input, the rest must be shown again.
    /// </summary>
    NeedMore,

    /// <summary>A command is in <see cref="ImapCommandReader.Command"/>.</summary>
    Command,

    /// <summary>The client waits: send a continuation (<c>+ OK</c>), flush, and read on.</summary>
    Continuation,

    /// <summary>
    /// The prefix of an APPEND's message is in <see cref="ImapCommandReader.AppendMessage"/> (the command itself in
    /// <see cref="ImapCommandReader.Append"/>), and the input stands before the first byte of the literal. The session sends the
    /// continuation if the literal is synchronising, takes exactly its bytes from the input, and calls the reader again: it then answers
    /// with the next message, or with <see cref="AppendEnd"/>, or with <see cref="Rejected"/>.
    /// </summary>
    AppendMessage,

    /// <summary>The APPEND in progress is complete.</summary>
    AppendEnd,

    /// <summary>A command was refused; <see cref="ImapCommandReader.Rejection"/> says why. The input stands behind it.</summary>
    Rejected,
}
