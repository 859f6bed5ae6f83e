namespace MailCluster.Mime.Tests;

/// <summary>Checks the order and nesting of the reader's events as they come.</summary>
internal sealed class Recorder(byte[] message) : IMimeSink
{
    private readonly Stack<(int Start, int BodyStart, int ChildEnd, MimePartKind Kind)> _open = new();
    private int _last;

    public int Parts { get; private set; }

    public int Fields { get; private set; }

    public ByteRange Root { get; private set; }

    public void PartBegin(in MimePartBegin part)
    {
        Parts++;
        Move(part.Offset);
        Assert.Equal(_open.Count + 1, part.Depth);
        Assert.Equal(_open.Count == 0, part.Place == MimePartPlace.Root);
        if (_open.TryPeek(out var parent))
        {
            Assert.NotEqual(MimePartKind.Leaf, parent.Kind);
            Assert.True(part.Offset >= parent.ChildEnd, "a part begins before its elder sister ends");
        }

        _open.Push((part.Offset, -1, part.Offset, MimePartKind.Leaf));
    }

    public void Header(in HeaderField field)
    {
        Fields++;
        Move(field.Field.Offset);
        Assert.True(field.Name.Offset >= field.Field.Offset && field.Name.End <= field.Value.Offset && field.Value.End <= field.Field.End);
        Assert.Equal(-1, _open.Peek().BodyStart);
    }

    public void HeaderEnd(in MimeHeaderEnd header)
    {
        var part = _open.Pop();
        Assert.Equal(part.Start, header.Header.Offset);
        Move(header.Header.End);
        Assert.Equal(message.AsSpan(header.Header.Offset, header.Header.Length).Count(HeaderLine.LineEndOf(message)), header.Lines);
        _open.Push(part with { BodyStart = header.Header.End, ChildEnd = header.Header.End, Kind = header.Kind });
    }

    public void Boundary(in MimeBoundary boundary)
    {
        Move(boundary.Line.Offset);
        Assert.Equal(_open.Count, boundary.Depth);
        Assert.Equal(MimePartKind.Multipart, _open.Peek().Kind);
        Assert.Equal("--", Corpus.Text(message.AsSpan(boundary.Line.Offset, 2)));
    }

    public void PartEnd(in MimePartEnd end)
    {
        var part = _open.Pop();
        Assert.Equal(part.BodyStart, end.Body.Offset);
        Assert.True(end.Body.Length >= 0 && end.Body.End <= message.Length);
        Assert.True(end.Body.End >= part.ChildEnd, "a part ends before one of its parts");
        Assert.Equal(end.Body.Of(message).Count(HeaderLine.LineEndOf(message)), end.Lines);
        if (_open.TryPop(out var parent))
            _open.Push(parent with { ChildEnd = end.Body.End });
        else
            Root = ByteRange.FromBounds(part.Start, end.Body.End);
    }

    public void AssertDone()
    {
        Assert.Empty(_open);
        Assert.Equal(new ByteRange(0, message.Length), Root);
    }

    private void Move(int offset)
    {
        Assert.True(offset >= _last && offset <= message.Length, $"events go back from {_last} to {offset}");
        _last = offset;
    }
}
