// How a message is read.
//
// A message is bytes; mail as it really comes breaks every rule that RFC 5322 and RFC 2046 give for them. So the reader never fails: it
// tells where the parts, headers, fields and delimiters are, as offsets, in one pass from the first byte to the last, and what does not fit
// the grammar becomes body. It makes no tree and no copy. Whoever listens (IMimeSink) gets the events in the order of the bytes.
//
// The choices, where the RFCs leave mail unreadable:
// - Lines end with LF; a CR before it belongs to the end. Where a message has no LF at all, CR ends lines.
// - A header ends at the blank line, at a delimiter of an enclosing multipart, or before the first line that can be neither a field nor a
//   folded line (a missing blank line: that line is body).
// - A delimiter is a line of "--", the boundary, at most "--", and white space; nothing else may follow, so that a boundary that is the
//   beginning of another does not match its lines. All open multiparts are asked, the innermost first, so that an outer delimiter ends the
//   parts that were never closed, and a boundary used twice belongs to the inner multipart while that is open.
// - The line end before a delimiter belongs to the delimiter (RFC 2046 §5.1.1), so it is in neither body nor lines of the part before.
// - Preamble and epilogue are part of the multipart's body and of nothing else.
//
// Lines are counted once: one running count, moved forward to each offset of interest, so nesting costs nothing.

namespace MailCluster.Mime;

/// <summary>Reads a whole message in one pass and reports what it is made of. Allocates nothing for ordinary messages.</summary>
public static class MimeReader
{
    /// <summary>Reads <paramref name="message"/> to its end. Never throws for what the bytes are.</summary>
    public static void Read<TSink>(ReadOnlySpan<byte> message, MimeLimits limits, ref TSink sink)
        where TSink : IMimeSink, allows ref struct
    {
        ArgumentNullException.ThrowIfNull(limits);
        var scan = new MimeScan(message, limits);
        scan.Read(ref sink);
    }

    /// <summary>
    /// The length of the mbox separator line (<c>From sender date</c>) at the start of a message, 0 if there is none. It is no header field;
    /// who takes messages in may cut it off.
    /// </summary>
    public static int EnvelopeLineLength(ReadOnlySpan<byte> message)
    {
        if (!message.StartsWith("From "u8) && !message.StartsWith(">From "u8))
            return 0;
        var line = HeaderLine.Read(message, 0, HeaderLine.LineEndOf(message));
        return line.Kind == HeaderLineKind.Envelope ? line.Next : 0;
    }
}
