namespace MailCluster.Mime;

/// <summary>The addresses of one field in order, groups as start and end markers (RFC 9051 §7.5.2). An empty list is NIL in IMAP.</summary>
public ref struct AddressList
{
    private SummaryCursor _cursor;
    private int _left;

    internal AddressList(scoped ref SummaryCursor cursor)
    {
        Count = _left = cursor.ReadInt();
        _cursor = new SummaryCursor(cursor.Rest);
        Current = default;
    }

    /// <summary>Entries, group markers included.</summary>
    public int Count { get; }

    public readonly bool IsEmpty => Count == 0;

    public EnvelopeAddress Current { get; private set; }

    public readonly AddressList GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_left == 0)
            return false;
        _left--;
        Current = new EnvelopeAddress(ref _cursor);
        return true;
    }

    internal static void Skip(ref SummaryCursor cursor)
    {
        for (var count = cursor.ReadInt(); count > 0; count--)
            _ = new EnvelopeAddress(ref cursor);
    }
}
