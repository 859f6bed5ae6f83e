namespace MailCluster.Mime;

/// <summary>The state of one reading: where it is, which boundaries are open, how many lines and parts it has passed.</summary>
internal ref partial struct MimeScan
{
    private readonly ReadOnlySpan<byte> _message;
    private readonly MimeLimits _limits;
    private readonly byte _lineEnd;
    private int _parts;
    private int _countedTo;
    private int _lines;
    private BoundaryText[] _open;
    private int _openCount;

    public MimeScan(ReadOnlySpan<byte> message, MimeLimits limits)
    {
        _message = message;
        _limits = limits;
        _lineEnd = HeaderLine.LineEndOf(message);
        _open = [];
    }

    public void Read<TSink>(ref TSink sink)
        where TSink : IMimeSink, allows ref struct
    {
        try
        {
            ReadPart(ref sink, 0, 1, MimePartPlace.Root);
        }
        finally
        {
            CloseAll();
        }
    }

    private Delimiter ReadPart<TSink>(ref TSink sink, int start, int depth, MimePartPlace place)
        where TSink : IMimeSink, allows ref struct
    {
        _parts++;
        sink.PartBegin(new MimePartBegin(start, depth, place));
        var linesAtStart = LinesBefore(start);
        var header = ReadHeader(ref sink, start);
        var (kind, notSplit) = Decide(ref header, depth, place);
        var bodyStart = header.End;
        var linesAtBody = LinesBefore(bodyStart);
        sink.HeaderEnd(new MimeHeaderEnd(ByteRange.FromBounds(start, bodyStart), linesAtBody - linesAtStart, kind, notSplit, header.Cut));

        Delimiter ended;
        var parts = 0;
        var delimiters = 0;
        if (kind == MimePartKind.Message)
        {
            // Also where nothing follows: a message part always holds a message, if an empty one.
            ended = ReadPart(ref sink, bodyStart, depth + 1, MimePartPlace.Embedded);
            parts = 1;
        }
        else if (header.EndedBy is { } delimiter)
        {
            ended = delimiter;
        }
        else if (kind == MimePartKind.Leaf)
        {
            ended = FindDelimiter(bodyStart);
        }
        else
        {
            var childPlace = header.ContentType(_message).IsDigest ? MimePartPlace.InDigest : MimePartPlace.InMultipart;
            ended = ReadMultipart(ref sink, header, depth, childPlace, ref parts, ref delimiters);
        }

        // A delimiter right behind the header takes its line end from the blank line, which is the header's: the body is then empty.
        var bodyEnd = Math.Max(bodyStart, ended.ContentEnd);
        var lines = LinesBefore(bodyEnd) - linesAtBody;
        sink.PartEnd(new MimePartEnd(ByteRange.FromBounds(bodyStart, bodyEnd), lines, parts, delimiters));
        return ended with { ContentEnd = bodyEnd };
    }

    private Delimiter ReadMultipart<TSink>(
        ref TSink sink, in HeaderBlock header, int depth, MimePartPlace childPlace, ref int parts, ref int delimiters)
        where TSink : IMimeSink, allows ref struct
    {
        var level = Open(header.Boundary);
        var at = FindDelimiter(header.End);
        while (at.Level == level && !at.IsClose)
        {
            delimiters++;
            sink.Boundary(new MimeBoundary(at.Line, depth, IsClose: false));
            if (_parts >= _limits.PartsMax)
            {
                at = FindDelimiter(at.Line.End);
                continue;
            }

            parts++;
            at = ReadPart(ref sink, at.Line.End, depth + 1, childPlace);
        }

        Close(level);
        if (at.Level != level)
            return at;

        delimiters++;
        sink.Boundary(new MimeBoundary(at.Line, depth, IsClose: true));
        return FindDelimiter(at.Line.End);
    }

    /// <summary>Line ends in the message before <paramref name="offset"/>, which never goes back.</summary>
    private int LinesBefore(int offset)
    {
        if (offset > _countedTo)
        {
            _lines += _message[_countedTo..offset].Count(_lineEnd);
            _countedTo = offset;
        }

        return _lines;
    }
}
