using MailCluster.Mime;

namespace MailCluster.Imap.Session.Handlers;

/// <summary>Where the bytes of one section of one message are. Reused from message to message.</summary>
internal sealed class FetchContent
{
    private readonly List<ByteRange> _ranges = [];
    private ByteBuffer? _bytes;

    public IReadOnlyList<ByteRange> Ranges => _ranges;

    public FetchContentKind Kind { get; private set; }

    /// <summary>In bytes, as they are sent.</summary>
    public long Length { get; private set; }

    /// <summary>An empty line follows the ranges.</summary>
    public bool HasBlankLine { get; private set; }

    public TransferEncoding Encoding { get; private set; }

    public bool HasCrlfLines { get; private set; }

    /// <summary>The whole content, where it was found in the summary (<see cref="FetchContentKind.AtHand"/>).</summary>
    public ReadOnlySpan<byte> Bytes => _bytes!.Written;

    public void SetNothing() => Reset(FetchContentKind.Nothing);

    public void SetUnknownEncoding() => Reset(FetchContentKind.UnknownEncoding);

    /// <summary>The length of the decoded part alone is asked.</summary>
    public void SetSize(long size)
    {
        Reset(FetchContentKind.Size);
        Length = size;
    }

    public void SetRange(ByteRange range)
    {
        Reset(FetchContentKind.Ranges);
        Add(range);
    }

    /// <summary>The fields must be looked for in <paramref name="header"/>, the header of a message within the message.</summary>
    public void SetEmbeddedHeader(ByteRange header)
    {
        Reset(FetchContentKind.EmbeddedHeader);
        _ranges.Add(header);
    }

    public void SetDecoded(in BodyPart part)
    {
        Reset(FetchContentKind.Decoded);
        _ranges.Add(part.Body);
        Length = part.DecodedSize;
        Encoding = part.Encoding;
        HasCrlfLines = part.HasCrlfLines;
    }

    /// <summary>Fields of a header follow by <see cref="Add"/>, and at their end the empty line (RFC 9051 §6.4.5.1).</summary>
    public void SetFields()
    {
        Reset(FetchContentKind.Ranges);
        HasBlankLine = true;
        Length = 2;
    }

    /// <summary>As <see cref="SetFields"/>, but the bytes themselves are at hand: to be written into what is returned.</summary>
    public ByteBuffer SetAtHand()
    {
        Reset(FetchContentKind.AtHand);
        _bytes ??= new ByteBuffer();
        _bytes.Clear();
        return _bytes;
    }

    /// <summary>All has been written into what <see cref="SetAtHand"/> gave.</summary>
    public void CompleteAtHand()
    {
        _bytes!.Append("\r\n"u8);
        Length = _bytes.Length;
    }

    /// <summary>Adds a range; what touches the one before is joined to it.</summary>
    public void Add(ByteRange range)
    {
        Length += range.Length;
        if (_ranges.Count > 0 && _ranges[^1].End == range.Offset)
            _ranges[^1] = new ByteRange(_ranges[^1].Offset, _ranges[^1].Length + range.Length);
        else if (range.Length > 0)
            _ranges.Add(range);
    }

    private void Reset(FetchContentKind kind)
    {
        Kind = kind;
        Length = 0;
        HasBlankLine = false;
        _ranges.Clear();
    }
}

internal enum FetchContentKind
{
    /// <summary>There is no such part: NIL.</summary>
    Nothing,
    Ranges,

    /// <summary>The bytes were in the summary.</summary>
    AtHand,
    EmbeddedHeader,
    Decoded,
    Size,
    UnknownEncoding,
}
