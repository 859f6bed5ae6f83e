using System.Collections.Immutable;

namespace MailCluster.Imap.Commands;

/// <summary>One item of FETCH that gives bytes of a message (RFC 9051 §6.4.5.1).</summary>
/// <param name="Form">Which item it is, and so how it is named in the answer.</param>
/// <param name="Part">Part numbers from the outside in; empty for the message itself.</param>
/// <param name="Text">What of the part.</param>
/// <param name="Fields">Names of header fields for the HEADER.FIELDS forms, as the client wrote them; otherwise empty.</param>
/// <param name="Partial">The range of bytes asked for, or null for all.</param>
internal sealed record FetchSection(
    SectionForm Form,
    ImmutableArray<int> Part,
    SectionText Text,
    ImmutableArray<string> Fields,
    PartialRange? Partial)
{
    public static FetchSection Rfc822 { get; } = new(SectionForm.Rfc822, [], SectionText.All, [], null);

    public static FetchSection Rfc822Header { get; } = new(SectionForm.Rfc822Header, [], SectionText.Header, [], null);

    public static FetchSection Rfc822Text { get; } = new(SectionForm.Rfc822Text, [], SectionText.Text, [], null);

    /// <summary>Whether reading it sets \Seen (RFC 9051 §6.4.5, RFC 3501 §6.4.5).</summary>
    public bool SetsSeen => Form is SectionForm.Body or SectionForm.Binary or SectionForm.Rfc822 or SectionForm.Rfc822Text;

    public bool Equals(FetchSection? other) =>
        other is not null
        && Form == other.Form
        && Text == other.Text
        && Partial == other.Partial
        && Part.AsSpan().SequenceEqual(other.Part.AsSpan())
        && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Form, Text, Partial, Part.Length, Fields.Length);
}

/// <summary>The FETCH item that asked.</summary>
internal enum SectionForm
{
    Body,
    BodyPeek,

    /// <summary>BINARY[…]: with the transfer encoding removed (RFC 3516).</summary>
    Binary,
    BinaryPeek,

    /// <summary>BINARY.SIZE[…]: only its size.</summary>
    BinarySize,

    /// <summary>RFC822, which is BODY[] by an older name (RFC 3501 §6.4.5).</summary>
    Rfc822,

    /// <summary>RFC822.HEADER, which is BODY.PEEK[HEADER].</summary>
    Rfc822Header,

    /// <summary>RFC822.TEXT, which is BODY[TEXT].</summary>
    Rfc822Text,
}

/// <summary>What of a part (RFC 9051 §9, section-text).</summary>
internal enum SectionText
{
    /// <summary>The whole content of the part; for the message itself, header and body.</summary>
    All,

    /// <summary>The RFC 5322 header of the message or of a message/rfc822 part.</summary>
    Header,
    HeaderFields,
    HeaderFieldsNot,

    /// <summary>The body of the message or of a message/rfc822 part.</summary>
    Text,

    /// <summary>The MIME header of the part.</summary>
    Mime,
}

/// <summary>A range of bytes: <c>&lt;Offset.Count&gt;</c>. Count is at least 1.</summary>
internal readonly record struct PartialRange(long Offset, long Count);
