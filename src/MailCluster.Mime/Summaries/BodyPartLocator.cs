using System.Buffers.Text;

namespace MailCluster.Mime;

/// <summary>What of a part a section asks for (RFC 9051 §6.4.5.1).</summary>
public enum BodySection : byte
{
    /// <summary>BODY[] or BODY[n]: the message, or the part's body.</summary>
    All = 0,

    /// <summary>HEADER, also for HEADER.FIELDS and HEADER.FIELDS.NOT, which are picked out of it.</summary>
    Header = 1,

    Text = 2,

    Mime = 3,
}

/// <summary>Finds the bytes that an IMAP section names, from the summary alone.</summary>
public static class BodyPartLocator
{
    /// <summary>
    /// Finds the part that <paramref name="path"/> names (RFC 9051 §6.4.5.1). An empty path is the message. False if there is no such part.
    /// </summary>
    /// <exception cref="SummaryFormatException">The summary is damaged.</exception>
    public static bool TryFind(in MessageSummary summary, ReadOnlySpan<int> path, out BodyPart part)
    {
        part = summary.Root;
        for (var i = 0; i < path.Length; i++)
        {
            // A message that is no multipart has one part, number 1: its own body.
            var container = part;
            if (i > 0)
            {
                if (part.Kind == MimePartKind.Leaf)
                    return false;
                if (part.Kind == MimePartKind.Message)
                    container = part.Embedded;
            }

            if (container.Kind != MimePartKind.Multipart)
            {
                if (path[i] != 1)
                    return false;
                part = container;
                continue;
            }

            if (!TryChild(container, path[i], out part))
                return false;
        }

        return true;
    }

    /// <summary>
    /// The bytes of a section; false if there are none: no such part, HEADER or TEXT of what is not a message, MIME without a part number.
    /// </summary>
    /// <exception cref="SummaryFormatException">The summary is damaged.</exception>
    public static bool TryLocate(in MessageSummary summary, ReadOnlySpan<int> path, BodySection section, out ByteRange range)
    {
        range = default;
        if (!TryFind(summary, path, out var part))
            return false;

        if (path.IsEmpty)
        {
            range = section switch
            {
                BodySection.All => new ByteRange(0, summary.Size),
                BodySection.Header => part.Header,
                _ => part.Body,
            };
            return section != BodySection.Mime;
        }

        switch (section)
        {
            case BodySection.All:
                range = part.Body;
                return true;
            case BodySection.Mime:
                range = part.Header;
                return true;
            default:
                if (part.Kind != MimePartKind.Message)
                    return false;
                var message = part.Embedded;
                range = section == BodySection.Header ? message.Header : message.Body;
                return true;
        }
    }

    /// <summary>As above for a section in its written form: empty, <c>2.1</c>, <c>2.MIME</c>, <c>HEADER</c>, <c>3.HEADER</c>, <c>TEXT</c>.</summary>
    public static bool TryLocate(in MessageSummary summary, ReadOnlySpan<byte> section, out ByteRange range)
    {
        range = default;
        Span<int> path = stackalloc int[256];
        return TryParse(section, path, out var depth, out var what) && TryLocate(summary, path[..depth], what, out range);
    }

    /// <summary>Parses a written section into part numbers and what is asked of them. False if it is none, or longer than <paramref name="path"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> section, Span<int> path, out int depth, out BodySection what)
    {
        depth = 0;
        what = BodySection.All;
        while (!section.IsEmpty)
        {
            var dot = section.IndexOf((byte)'.');
            var word = dot < 0 ? section : section[..dot];
            section = dot < 0 ? default : section[(dot + 1)..];
            if (dot >= 0 && section.IsEmpty)
                return false;
            if (!word.IsEmpty && Ascii.IsDigit(word[0]))
            {
                if (depth == path.Length || !Utf8Parser.TryParse(word, out int number, out var used) || used != word.Length || number < 1)
                    return false;
                path[depth++] = number;
                continue;
            }

            if (Ascii.EqualsIgnoreCase(word, "HEADER"u8))
                what = BodySection.Header;
            else if (Ascii.EqualsIgnoreCase(word, "TEXT"u8))
                what = BodySection.Text;
            else if (Ascii.EqualsIgnoreCase(word, "MIME"u8) && depth > 0)
                what = BodySection.Mime;
            else
                return false;
            return section.IsEmpty;
        }

        return true;
    }

    private static bool TryChild(BodyPart container, int number, out BodyPart child)
    {
        foreach (var candidate in container.Children)
        {
            if (--number == 0)
            {
                child = candidate;
                return true;
            }
        }

        child = default;
        return false;
    }
}
