namespace MailCluster.Mime;

/// <summary>
/// Walks the fields of one header block, for example to pick the fields of <c>BODY[2.HEADER.FIELDS (…)]</c> out of a header that was read
/// from the store. Same rules as <see cref="MimeReader"/>; ranges are relative to the span. Allocates nothing.
/// </summary>
public ref struct HeaderFieldReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly byte _lineEnd;
    private int _next;

    public HeaderFieldReader(ReadOnlySpan<byte> header)
    {
        _bytes = header;
        _lineEnd = HeaderLine.LineEndOf(header);
        _next = HeaderLine.FirstLine(header);
    }

    /// <summary>Where the body begins, behind the blank line if there is one; known once <see cref="MoveNext"/> was false.</summary>
    public int BodyOffset { get; private set; }

    /// <summary>The field that <see cref="MoveNext"/> found.</summary>
    public HeaderField Current { get; private set; }

    public readonly ReadOnlySpan<byte> Name => Current.Name.Of(_bytes);

    public readonly ReadOnlySpan<byte> Value => Current.Value.Of(_bytes);

    /// <summary>The whole field with its line ends.</summary>
    public readonly ReadOnlySpan<byte> Field => Current.Field.Of(_bytes);

    public readonly HeaderFieldReader GetEnumerator() => this;

    /// <summary>Goes to the next field; false at the end of the header.</summary>
    public bool MoveNext()
    {
        var at = _next;
        while (true)
        {
            _next = at;
            var line = HeaderLine.Read(_bytes, at, _lineEnd);
            switch (line.Kind)
            {
                case HeaderLineKind.Field:
                    var end = line.Next;
                    while (end < _bytes.Length && _bytes[end] is (byte)' ' or (byte)'\t')
                        end = HeaderLine.NextLine(_bytes, end, _lineEnd);
                    Current = MakeField(_bytes, at, line, end, _lineEnd);
                    _next = end;
                    return true;
                case HeaderLineKind.Continuation or HeaderLineKind.Envelope:
                    at = line.Next;
                    break;
                default:
                    BodyOffset = line.Next;
                    return false;
            }
        }
    }

    internal static HeaderField MakeField(ReadOnlySpan<byte> bytes, int start, in HeaderLine line, int end, byte lineEnd)
    {
        var valueStart = line.Colon + 1;
        var valueEnd = HeaderLine.ContentEnd(bytes, valueStart, end, lineEnd);
        while (valueStart < valueEnd && bytes[valueStart] is (byte)' ' or (byte)'\t')
            valueStart++;
        return new HeaderField(
            ByteRange.FromBounds(start, end),
            ByteRange.FromBounds(start, line.NameEnd),
            ByteRange.FromBounds(valueStart, valueEnd));
    }
}
