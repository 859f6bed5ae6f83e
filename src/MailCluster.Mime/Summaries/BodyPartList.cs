namespace MailCluster.Mime;

/// <summary>The parts below one part, in order.</summary>
public ref struct BodyPartList
{
    private ReadOnlySpan<byte> _records;
    private readonly int _messageSize;

    internal BodyPartList(ReadOnlySpan<byte> records, int messageSize)
    {
        _records = records;
        _messageSize = messageSize;
        Current = default;
    }

    public readonly bool IsEmpty => _records.IsEmpty;

    public BodyPart Current { get; private set; }

    public readonly BodyPartList GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_records.IsEmpty)
            return false;
        Current = new BodyPart(_records, _messageSize);
        _records = _records[Current.SubtreeLength..];
        return true;
    }
}

/// <summary>The language tags of a part (RFC 3282). None is NIL in IMAP.</summary>
public ref struct BodyLanguages
{
    private SummaryCursor _cursor;
    private int _left;

    internal BodyLanguages(scoped ref SummaryCursor cursor)
    {
        Count = _left = cursor.ReadInt();
        _cursor = new SummaryCursor(cursor.Rest);
        Current = default;
    }

    public int Count { get; }

    public readonly bool IsEmpty => Count == 0;

    public ReadOnlySpan<byte> Current { get; private set; }

    public readonly BodyLanguages GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_left == 0)
            return false;
        _left--;
        Current = _cursor.ReadString();
        return true;
    }
}
