namespace MailCluster.Mime;

internal ref partial struct MimeScan
{
    /// <summary>What a header block says about how to go on.</summary>
    private struct HeaderBlock
    {
        /// <summary>The offset of the body.</summary>
        public int End;

        public bool Cut;

        public Delimiter? EndedBy;

        public bool HasContentType;

        public ByteRange ContentTypeValue;

        public BoundaryText Boundary;

        public readonly ContentType ContentType(ReadOnlySpan<byte> message) => Mime.ContentType.Parse(ContentTypeValue.Of(message));
    }

    private HeaderBlock ReadHeader<TSink>(ref TSink sink, int start)
        where TSink : IMimeSink, allows ref struct
    {
        var block = default(HeaderBlock);
        var at = start == 0 ? HeaderLine.FirstLine(_message) : start;
        while (true)
        {
            if (TryMatchDelimiter(at, out var delimiter))
            {
                delimiter.ContentEnd = at;
                block.EndedBy = delimiter;
                block.End = at;
                return block;
            }

            var line = HeaderLine.Read(_message, at, _lineEnd);
            switch (line.Kind)
            {
                case HeaderLineKind.Field:
                    var end = line.Next;
                    while (end < _message.Length && _message[end] is (byte)' ' or (byte)'\t')
                        end = HeaderLine.NextLine(_message, end, _lineEnd);
                    Report(ref sink, HeaderFieldReader.MakeField(_message, at, line, end, _lineEnd), start, ref block);
                    at = end;
                    break;
                case HeaderLineKind.Continuation or HeaderLineKind.Envelope:
                    at = line.Next;
                    break;
                default:
                    block.End = line.Next;
                    return block;
            }
        }
    }

    private readonly void Report<TSink>(ref TSink sink, in HeaderField field, int start, ref HeaderBlock block)
        where TSink : IMimeSink, allows ref struct
    {
        if (field.Field.Offset - start >= _limits.HeaderBytesMax)
        {
            block.Cut = true;
            return;
        }

        sink.Header(field);
        if (!block.HasContentType && Ascii.EqualsIgnoreCase(field.Name.Of(_message), "Content-Type"u8))
        {
            block.HasContentType = true;
            block.ContentTypeValue = new ByteRange(field.Value.Offset, Math.Min(field.Value.Length, _limits.HeaderFieldBytesMax));
        }
    }

    private (MimePartKind Kind, MimeNotSplit NotSplit) Decide(ref HeaderBlock header, int depth, MimePartPlace place)
    {
        var type = header.ContentType(_message);
        var isMessage = header.HasContentType ? type.IsMessage : place == MimePartPlace.InDigest;
        if (!isMessage && !type.IsMultipart)
            return (MimePartKind.Leaf, MimeNotSplit.None);
        if (depth >= _limits.NestingMax || (isMessage && _parts >= _limits.PartsMax))
            return (MimePartKind.Leaf, MimeNotSplit.Limit);
        if (isMessage)
            return (MimePartKind.Message, MimeNotSplit.None);
        return TryGetBoundary(header, type, out header.Boundary)
            ? (MimePartKind.Multipart, MimeNotSplit.None)
            : (MimePartKind.Leaf, MimeNotSplit.NoBoundary);
    }
}
