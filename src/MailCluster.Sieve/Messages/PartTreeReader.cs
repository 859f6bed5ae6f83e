using System.Collections.Immutable;
using MailCluster.Mime;

namespace MailCluster.Sieve;

/// <summary>Makes the parts of a message from the events of one reading.</summary>
internal sealed class PartTreeReader : IMimeSink
{
    private readonly ReadOnlyMemory<byte> _message;
    private readonly int _lookedAtEnd;
    private readonly SieveMessageLimits _limits;
    private readonly FieldBudget _budget;
    private readonly Stack<Frame> _open = [];
    private MessagePart? _root;

    private PartTreeReader(ReadOnlyMemory<byte> message, int lookedAtEnd, SieveMessageLimits limits, FieldBudget budget)
    {
        _message = message;
        _lookedAtEnd = lookedAtEnd;
        _limits = limits;
        _budget = budget;
    }

    /// <summary>A part in the making.</summary>
    private sealed class Frame
    {
        public int Start;
        public MimePartPlace Place;
        public MimePartKind Kind;
        public int BodyStart;
        public int FirstDelimiter = -1;
        public int CloseEnd = -1;
        public int Covered;
        public readonly ImmutableArray<MessagePart>.Builder Parts = ImmutableArray.CreateBuilder<MessagePart>();
        public readonly ImmutableArray<ReadOnlyMemory<byte>>.Builder Between = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>();
    }

    /// <summary>Reads <paramref name="entity"/>: a header, a blank line, a body.</summary>
    /// <param name="lookedAtEnd">The offset behind the last octet that tests look at.</param>
    /// <param name="depth">How many parts it lies in.</param>
    public static MessagePart Read(
        ReadOnlyMemory<byte> entity, int lookedAtEnd, SieveMessageLimits limits, FieldBudget budget, int depth)
    {
        var reader = new PartTreeReader(entity, lookedAtEnd, limits, budget);
        MimeReader.Read(entity.Span, limits.ReaderLimits(depth), ref reader);
        return reader._root!;
    }

    public void PartBegin(in MimePartBegin part)
    {
        if (_open.TryPeek(out var parent))
            parent.Between.Add(_message[parent.Covered..part.Offset]);
        _open.Push(new Frame { Start = part.Offset, Place = part.Place });
    }

    public void Header(in HeaderField field)
    {
    }

    public void HeaderEnd(in MimeHeaderEnd header)
    {
        var frame = _open.Peek();
        frame.Kind = header.Kind;
        frame.BodyStart = frame.Covered = header.Header.End;
    }

    public void Boundary(in MimeBoundary boundary)
    {
        var frame = _open.Peek();
        if (frame.FirstDelimiter < 0)
            frame.FirstDelimiter = boundary.Line.Offset;
        if (boundary.IsClose)
            frame.CloseEnd = boundary.Line.End;
    }

    public void PartEnd(in MimePartEnd part)
    {
        var frame = _open.Pop();
        var header = new MessageHeader(_message[frame.Start..frame.BodyStart], _limits, _budget);
        var body = MakeBody(frame, header, part.Body);
        var made = new MessagePart(new object(), frame.Place, header, body, Math.Clamp(_lookedAtEnd - part.Body.Offset, 0, part.Body.Length));
        if (_open.TryPeek(out var parent))
        {
            parent.Parts.Add(made);
            parent.Covered = part.Body.End;
        }
        else
        {
            _root = made;
        }
    }

    private PartBody MakeBody(Frame frame, MessageHeader header, ByteRange range)
    {
        var bytes = _message.Slice(range.Offset, range.Length);
        // A message in an encoded part (RFC 2046 §5.2.1 forbids it) is one encoded run: its parts cannot be read or changed where they lie.
        if (frame.Kind == MimePartKind.Message && header.First("Content-Transfer-Encoding") is { } encoding && !TransferEncodings.IsIdentity(TransferEncodings.Parse(encoding.Raw.Span)))
            return PartBody.Leaf(bytes);
        if (frame.Kind == MimePartKind.Leaf)
            return PartBody.Leaf(bytes);

        frame.Between.Add(_message[frame.Covered..range.End]);
        var prologue = frame.Kind == MimePartKind.Multipart ? Prologue(frame, range) : default;
        var epilogue = frame.CloseEnd >= 0 ? _message[Math.Min(frame.CloseEnd, range.End)..range.End] : default;
        return PartBody.Container(frame.Kind, bytes, frame.Parts.ToImmutable(), frame.Between.ToImmutable(), Seen(prologue, range.Offset), Seen(epilogue, range.End - epilogue.Length));
    }

    /// <summary>RFC 2046 §5.1.1: the line end before a delimiter belongs to that.</summary>
    private ReadOnlyMemory<byte> Prologue(Frame frame, ByteRange range)
    {
        var end = frame.FirstDelimiter < 0 ? range.End : Math.Max(range.Offset, frame.FirstDelimiter);
        var text = _message[range.Offset..end];
        if (frame.FirstDelimiter < 0 || text.IsEmpty)
            return text;
        var span = text.Span;
        return span.EndsWith("\r\n"u8) ? text[..^2] : text[..^1];
    }

    private ReadOnlyMemory<byte> Seen(ReadOnlyMemory<byte> run, int offset) => run[..Math.Clamp(_lookedAtEnd - offset, 0, run.Length)];
}
