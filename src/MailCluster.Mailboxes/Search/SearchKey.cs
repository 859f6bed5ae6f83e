using System.Collections.Immutable;

namespace MailCluster.Mailboxes.Search;

/// <summary>
/// A condition on one message (RFC 9051 §6.4.4, RFC 3501 §6.4.4 and extensions), as a tree of immutable nodes. Text is Unicode, dates are
/// days without zone; what a key needs to be answered (index row, summary, text, body) is the engine's knowledge, not the key's.
/// </summary>
public abstract record SearchKey
{
    private SearchKey()
    {
    }

    public sealed record All : SearchKey
    {
        public static All Instance { get; } = new();
    }

    /// <summary>All of the keys; no keys hold always.</summary>
    public sealed record And(ImmutableArray<SearchKey> Keys) : SearchKey;

    public sealed record Or(SearchKey Left, SearchKey Right) : SearchKey;

    public sealed record Not(SearchKey Key) : SearchKey;

    /// <summary>
    /// The system flag is set: ANSWERED, DELETED, DRAFT, FLAGGED, SEEN; their UN- forms are wrapped in <see cref="Not"/>.
    /// </summary>
    public sealed record Flag(SystemFlags Value) : SearchKey;

    /// <summary>KEYWORD; compared without regard to case (RFC 9051 §2.3.2).</summary>
    public sealed record Keyword(string Value) : SearchKey;

    /// <summary>RECENT; what is recent only a session knows (RFC 3501 §2.3.2).</summary>
    public sealed record Recent : SearchKey
    {
        public static Recent Instance { get; } = new();
    }

    /// <summary>A sequence set, or UID and a set of UIDs.</summary>
    public sealed record Messages(SequenceSet Set, bool Uid) : SearchKey;

    /// <summary>LARGER: RFC822.SIZE is greater than <paramref name="Bytes"/>.</summary>
    public sealed record Larger(long Bytes) : SearchKey;

    /// <summary>SMALLER: RFC822.SIZE is less than <paramref name="Bytes"/>.</summary>
    public sealed record Smaller(long Bytes) : SearchKey;

    /// <summary>BEFORE, ON, SINCE and their SENT… and SAVED… forms.</summary>
    public sealed record Date(DateSource Source, DateRelation Relation, DateOnly Day) : SearchKey;

    /// <summary>OLDER and YOUNGER: the internal date against now (RFC 5032).</summary>
    public sealed record Within(bool Younger, long Seconds) : SearchKey;

    /// <summary>SAVEDATESUPPORTED: holds always here (RFC 8514 §4.3).</summary>
    public sealed record SaveDateSupported : SearchKey
    {
        public static SaveDateSupported Instance { get; } = new();
    }

    /// <summary>
    /// HEADER, and BCC, CC, FROM, SUBJECT, TO which are short for it: the decoded field contains the text. An empty text asks for the field
    /// alone.
    /// </summary>
    public sealed record Header(string Name, string Value) : SearchKey;

    /// <summary>BODY: the decoded text of the parts contains it.</summary>
    public sealed record Body(string Value) : SearchKey;

    /// <summary>TEXT: the decoded header or the decoded text of the parts contains it.</summary>
    public sealed record Text(string Value) : SearchKey;

    /// <summary>
    /// MODSEQ: the change counter of the message is at least <paramref name="Value"/>. The optional entry name and type of RFC 7162 §3.1.5
    /// narrow nothing here: one counter covers all metadata of a message, which the RFC allows.
    /// </summary>
    public sealed record ModSeqSince(long Value) : SearchKey;

    /// <summary>EMAILID (RFC 8474 §6). Ids are case-sensitive.</summary>
    public sealed record EmailIdIs(string Value) : SearchKey;

    /// <summary>THREADID (RFC 8474 §6). No message has one here, so it never holds.</summary>
    public sealed record ThreadIdIs(string Value) : SearchKey;
}

/// <summary>Which date of a message is compared.</summary>
public enum DateSource
{
    /// <summary>INTERNALDATE, as written, without its zone (RFC 9051 §6.4.4: "disregarding time and timezone").</summary>
    Internal,

    /// <summary>The Date: field, as written, without its zone.</summary>
    Sent,

    /// <summary>When the message came into the folder (RFC 8514), in UTC.</summary>
    Saved,
}

/// <summary>How a message's date relates to the day.</summary>
public enum DateRelation
{
    Before,
    On,

    /// <summary>On the day or later.</summary>
    Since,
}
