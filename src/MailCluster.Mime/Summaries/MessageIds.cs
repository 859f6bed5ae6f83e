namespace MailCluster.Mime;

/// <summary>Message ids in order, without angle brackets, normalised so that equal ids are equal bytes.</summary>
public ref struct MessageIds
{
    private SummaryCursor _cursor;
    private int _left;

    internal MessageIds(scoped ref SummaryCursor cursor)
    {
        Count = _left = cursor.ReadInt();
        _cursor = new SummaryCursor(cursor.Rest);
        Current = default;
    }

    public int Count { get; }

    public ReadOnlySpan<byte> Current { get; private set; }

    public readonly MessageIds GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_left == 0)
            return false;
        _left--;
        Current = _cursor.ReadString();
        return true;
    }
}
