namespace MailCluster.Mime;

/// <summary>What a part is to the reader, from its Content-Type and from what was found in it.</summary>
public enum MimePartKind : byte
{
    /// <summary>A body without parts: text, image, and all that is not below.</summary>
    Leaf = 0,

    /// <summary>multipart/*, with a boundary.</summary>
    Multipart = 1,

    /// <summary>message/rfc822 or message/global: holds one message.</summary>
    Message = 2,
}

/// <summary>Where a part stands.</summary>
public enum MimePartPlace : byte
{
    /// <summary>The message itself.</summary>
    Root = 0,

    /// <summary>Between the boundaries of a multipart.</summary>
    InMultipart = 1,

    /// <summary>Between the boundaries of a multipart/digest, where the default type is message/rfc822 (RFC 2046 §5.1.5).</summary>
    InDigest = 2,

    /// <summary>The message that a message/rfc822 or message/global part holds.</summary>
    Embedded = 3,
}

/// <summary>A part begins at <paramref name="Offset"/>; <paramref name="Depth"/> is 1 for the message itself.</summary>
public readonly record struct MimePartBegin(int Offset, int Depth, MimePartPlace Place);

/// <summary>A header block is over.</summary>
/// <param name="Header">The block with the blank line that ends it, if there is one.</param>
/// <param name="Lines">Line ends in the block.</param>
/// <param name="Kind">How the body will be read.</param>
/// <param name="NotSplit">True if the body was to be split by its type, but a limit or a missing boundary parameter forbids it.</param>
/// <param name="Cut">True if <see cref="MimeLimits.HeaderBytesMax"/> left fields unreported.</param>
public readonly record struct MimeHeaderEnd(ByteRange Header, int Lines, MimePartKind Kind, MimeNotSplit NotSplit, bool Cut);

/// <summary>Why a multipart or message body is read as a leaf.</summary>
public enum MimeNotSplit : byte
{
    None = 0,
    NoBoundary = 1,
    Limit = 2,
}

/// <summary>A delimiter line (RFC 2046 §5.1.1) of the multipart at <paramref name="Depth"/>, its line end included.</summary>
public readonly record struct MimeBoundary(ByteRange Line, int Depth, bool IsClose);

/// <summary>A part is over.</summary>
/// <param name="Body">All behind the header, without the line end that belongs to the delimiter behind it.</param>
/// <param name="Lines">Line ends in the body.</param>
/// <param name="Parts">Parts directly below this one.</param>
/// <param name="Delimiters">Delimiter lines of this multipart, a closing one included.</param>
public readonly record struct MimePartEnd(ByteRange Body, int Lines, int Parts, int Delimiters);

/// <summary>
/// Takes the events of one reading. For each part, in this order: <see cref="PartBegin"/>, <see cref="Header"/> for each field,
/// <see cref="HeaderEnd"/>, then for a multipart <see cref="Boundary"/> and parts in turn, for a message the part it holds, then
/// <see cref="PartEnd"/>. Offsets only grow from event to event.
/// </summary>
public interface IMimeSink
{
    void PartBegin(in MimePartBegin part);

    void Header(in HeaderField field);

    void HeaderEnd(in MimeHeaderEnd header);

    void Boundary(in MimeBoundary boundary);

    void PartEnd(in MimePartEnd part);
}
