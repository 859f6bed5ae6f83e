namespace MailCluster.Mime;

/// <summary>
/// The parameters of a Content-Type or Content-Disposition in order, continuations joined (RFC 2231 §3). An empty list is NIL in IMAP.
/// </summary>
public ref struct BodyParameters
{
    private SummaryCursor _cursor;
    private int _left;

    internal BodyParameters(scoped ref SummaryCursor cursor)
    {
        Count = _left = cursor.ReadInt();
        _cursor = new SummaryCursor(cursor.Rest);
        Current = default;
    }

    public int Count { get; }

    public readonly bool IsEmpty => Count == 0;

    public BodyParameter Current { get; private set; }

    public readonly BodyParameters GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_left == 0)
            return false;
        _left--;
        Current = new BodyParameter(ref _cursor);
        return true;
    }

    /// <summary>The UTF-8 value of the first parameter of that name (in any case); NIL if there is none.</summary>
    public readonly NString Find(ReadOnlySpan<byte> name)
    {
        foreach (var parameter in this)
        {
            if (Ascii.EqualsIgnoreCase(parameter.Name, name))
                return new NString(parameter.Value);
        }

        return NString.Nil;
    }

    internal static void Skip(ref SummaryCursor cursor)
    {
        for (var count = cursor.ReadInt(); count > 0; count--)
            _ = new BodyParameter(ref cursor);
    }
}

/// <summary>One parameter.</summary>
public readonly ref struct BodyParameter
{
    internal BodyParameter(scoped ref SummaryCursor cursor)
    {
        IsExtended = (cursor.ReadByte() & 1) != 0;
        Name = cursor.ReadString();
        Value = cursor.ReadString();
        WireValue = IsExtended ? cursor.ReadString() : Value;
    }

    /// <summary>The attribute without RFC 2231 marks, as the sender cased it.</summary>
    public ReadOnlySpan<byte> Name { get; }

    /// <summary>
    /// True if the sender used RFC 2231 §4 (charset and language). IMAP4rev1 then sends the name with <c>*</c> behind it and
    /// <see cref="WireValue"/>; RFC 9051 §7.5.2 sends the name with <c>*</c> and <see cref="Value"/>.
    /// </summary>
    public bool IsExtended { get; }

    /// <summary>The value: in UTF-8 if extended, else the bytes as they came (encoded-words not decoded).</summary>
    public ReadOnlySpan<byte> Value { get; }

    /// <summary>The value as in the message, continuations joined: <c>utf-8''na%C3%AFve</c>, always ASCII, if extended; else <see cref="Value"/>.</summary>
    public ReadOnlySpan<byte> WireValue { get; }
}
