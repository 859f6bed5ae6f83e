namespace MailCluster.Mime;

/// <summary>A header field in the making: knows the column, and begins another line before white space where the next piece would not fit.</summary>
internal ref struct FoldedLine(ByteBuffer into, ReadOnlySpan<byte> lineEnd, int columnsMax)
{
    private readonly ReadOnlySpan<byte> _lineEnd = lineEnd;
    private bool _hasContent;

    public int Column { get; private set; }

    /// <summary>What still fits behind white space of a given length.</summary>
    public readonly int Room(int space) => columnsMax - Column - space;

    public void Append(ReadOnlySpan<byte> piece)
    {
        into.Append(piece);
        Column += piece.Length;
    }

    /// <summary>Appends white space and a piece; on a new line if the piece does not fit and the line would not stay empty.</summary>
    public void AppendFolding(ReadOnlySpan<byte> space, ReadOnlySpan<byte> piece)
    {
        // A run of white space that is longer than a line must not become a line without content, which some readers take for the end.
        if (_hasContent && !space.IsEmpty && !piece.IsEmpty && piece.Length > Room(space.Length))
            Fold();
        Append(space);
        Append(piece);
        _hasContent = true;
    }

    public void Fold()
    {
        into.Append(_lineEnd);
        Column = 0;
    }

    public readonly void End() => into.Append(_lineEnd);
}
