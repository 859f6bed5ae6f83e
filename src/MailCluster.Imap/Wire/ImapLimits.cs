namespace MailCluster.Imap.Wire;

/// <summary>
/// What the reader takes from one client. Each limit is checked before the bytes are buffered or the structure is built, so that a hostile
/// client costs no more memory than <see cref="CommandBytesMax"/>.
/// </summary>
internal sealed record ImapLimits
{
    /// <summary>For a client that has logged in.</summary>
    public static ImapLimits Default { get; } = new();

    /// <summary>Before login: nothing there needs more than a long SASL response (a Kerberos or OAuth token).</summary>
    public static ImapLimits BeforeLogin { get; } = new()
    {
        LineBytesMax = 16 * 1024,
        LiteralBytesMax = 4 * 1024,
        CommandBytesMax = 24 * 1024,
        LiteralsMax = 4,
        DrainBytesMax = 64 * 1024,
    };

    /// <summary>
    /// Longest line, in bytes. RFC 9051 §4 asks servers for at least 8,000 octets; clients that fetch scattered UIDs send far longer sets,
    /// and 64 KiB is what they know from Dovecot.
    /// </summary>
    public int LineBytesMax { get; init; } = 64 * 1024;

    /// <summary>
    /// Longest literal that is not a message, in bytes: a mailbox name, a search text. LITERAL- clients never exceed 4,096 (RFC 7888 §5).
    /// </summary>
    public int LiteralBytesMax { get; init; } = 64 * 1024;

    /// <summary>Longest command with its literals, in bytes; messages of APPEND are not counted, as they are not buffered.</summary>
    public int CommandBytesMax { get; init; } = 256 * 1024;

    /// <summary>Most literals in one command. A search may name many texts; no client comes near.</summary>
    public int LiteralsMax { get; init; } = 128;

    /// <summary>
    /// Deepest nesting of search keys and lists. The parser and the engine recurse, so the depth is bounded; clients chain OR some tens
    /// deep.
    /// </summary>
    public int NestingMax { get; init; } = 200;

    /// <summary>Most search keys in one command: each costs a pass over a folder.</summary>
    public int SearchKeysMax { get; init; } = 1024;

    /// <summary>Most elements of one sequence set. More does not fit into a line of <see cref="LineBytesMax"/> anyway.</summary>
    public int SetRangesMax { get; init; } = 32 * 1024;

    /// <summary>Most items of one list: flags, header names, FETCH items, patterns.</summary>
    public int ListItemsMax { get; init; } = 1024;

    /// <summary>Longest flag keyword, in bytes; it goes into every FLAGS answer.</summary>
    public int KeywordBytesMax { get; init; } = 255;

    /// <summary>
    /// How many bytes of a refused command are read and thrown away to find its end; past it the connection is closed (RFC 7888 §4 allows
    /// both).
    /// </summary>
    public long DrainBytesMax { get; init; } = 64 * 1024 * 1024;
}
