namespace MailCluster.Imap.Wire;

/// <summary>Why the reader refused a command.</summary>
internal enum RejectionKind
{
    /// <summary>Not the grammar: BAD.</summary>
    Syntax,

    /// <summary>
    /// No such command: BAD; before login the connection is closed, since it may be another protocol's client that was tricked into
    /// speaking to us.
    /// </summary>
    UnknownCommand,

    /// <summary>
    /// A limit of <see cref="ImapLimits"/> on lines, commands, literals, lists or nesting: BAD [LIMIT] is not defined, so NO [LIMIT] (RFC
    /// 5530 §3).
    /// </summary>
    Limit,

    /// <summary>A literal is longer than allowed: NO [TOOBIG] (RFC 7888 §4 names it; RFC 4469 §5 defines it).</summary>
    LiteralTooBig,

    /// <summary>As <see cref="LiteralTooBig"/>, of SETMETADATA: NO [METADATA MAXSIZE …] (RFC 5464 §4.3).</summary>
    AnnotationTooBig,

    /// <summary>SEARCH names a charset that is not known: NO [BADCHARSET] (RFC 9051 §7.1).</summary>
    BadCharset,

    /// <summary>A mailbox name is neither modified UTF-7 nor UTF-8: NO [CANNOT].</summary>
    BadMailboxName,

    /// <summary>CREATE asks for a use that is not known: NO [USEATTR] (RFC 6154 §3).</summary>
    BadSpecialUse,
}

/// <summary>A refused command.</summary>
/// <param name="Tag">The tag, or null when not even that could be read; the answer is then untagged.</param>
/// <param name="Text">What was wrong, for people. Constant text: nothing of the input is repeated.</param>
/// <param name="Fatal">The end of the command cannot be found: say BYE and close.</param>
internal readonly record struct Rejection(RejectionKind Kind, string? Tag, string Text, bool Fatal = false)
{
    /// <summary>BAD, as opposed to NO.</summary>
    public bool IsBad => Kind is RejectionKind.Syntax or RejectionKind.UnknownCommand;
}
