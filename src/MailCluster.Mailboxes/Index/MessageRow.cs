using MailCluster.Bodies;

namespace MailCluster.Mailboxes;

/// <summary>One message of a folder as the index keeps it. A value: reading it out of the index copies some 70 bytes and allocates nothing.</summary>
/// <param name="Uid">RFC 9051 §2.3.1.1.</param>
/// <param name="Flags">The system flags.</param>
/// <param name="KeywordSet">Number of the set of keywords in the folder's <see cref="KeywordSets"/>; 0 is the empty set.</param>
/// <param name="ModSeq">The change that touched the message last.</param>
/// <param name="InternalDate">When it arrived, or what APPEND said.</param>
/// <param name="SaveDate">When it came into this folder, seconds since 1970 UTC (RFC 8514).</param>
/// <param name="Size">RFC822.SIZE in bytes.</param>
/// <param name="EmailId">The message's global id.</param>
/// <param name="Body">Where summary, text and body are.</param>
public readonly record struct MessageRow(
    uint Uid,
    SystemFlags Flags,
    int KeywordSet,
    ModSeq ModSeq,
    InternalDate InternalDate,
    uint SaveDate,
    uint Size,
    EmailId EmailId,
    BodyRef Body);
