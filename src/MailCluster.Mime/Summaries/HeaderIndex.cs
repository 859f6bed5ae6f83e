namespace MailCluster.Mime;

/// <summary>
/// Where each field of the message's own header lies, so that BODY[HEADER.FIELDS (…)] is a list of ranges of the body. A field that runs to
/// the end of the message may lack its line end.
/// </summary>
public ref struct HeaderIndex
{
    private SummaryCursor _cursor;
    private readonly int _messageSize;
    private readonly bool _hasKept;
    private SummaryCursor _kept;
    private KeptFields _keeping;
    private int _end;

    internal HeaderIndex(ReadOnlySpan<byte> section, ReadOnlySpan<byte> kept, int messageSize)
    {
        _cursor = new SummaryCursor(section);
        _kept = new SummaryCursor(kept);
        _hasKept = !kept.IsEmpty;
        _messageSize = messageSize;
        Current = default;
    }

    public IndexedHeader Current { get; private set; }

    public readonly HeaderIndex GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_cursor.AtEnd)
            return false;
        var number = _cursor.ReadByte();
        var name = number == 0 ? _cursor.ReadString() : HeaderNames.NameOf(number);
        var gap = _cursor.ReadInt();
        if (gap > _messageSize - _end)
            SummaryCursor.Throw();
        var range = SummaryCursor.Range(_end + gap, (uint)_cursor.ReadInt(), _messageSize);
        _end = range.End;
        var isKept = _hasKept && _keeping.Take(number, range.Length);
        Current = new IndexedHeader(number, name, range, isKept ? _kept.ReadBytes(range.Length) : default);
        return true;
    }

    /// <summary>True if the header has a field of that name (in any case).</summary>
    public readonly bool Contains(ReadOnlySpan<byte> name)
    {
        foreach (var field in this)
        {
            if (field.Is(name))
                return true;
        }

        return false;
    }
}

/// <summary>One field of the header: its name (the case may be the usual one instead of the message's) and all of its bytes.</summary>
public readonly ref struct IndexedHeader
{
    internal IndexedHeader(byte number, ReadOnlySpan<byte> name, ByteRange field, ReadOnlySpan<byte> kept)
    {
        Number = number;
        Name = name;
        Field = field;
        Kept = kept;
    }

    public ReadOnlySpan<byte> Name { get; }

    /// <summary>From the name to the last line end.</summary>
    public ByteRange Field { get; }

    /// <summary>The bytes of <see cref="Field"/>, where the summary keeps them; else empty, and they are in the body.</summary>
    public ReadOnlySpan<byte> Kept { get; }

    /// <summary>In <see cref="HeaderNames"/>; 0 for a name without one.</summary>
    internal byte Number { get; }

    public bool Is(ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(Name, name);
}
