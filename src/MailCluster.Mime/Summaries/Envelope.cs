namespace MailCluster.Mime;

/// <summary>The ENVELOPE of a message (RFC 9051 §7.5.2): raw unfolded values, encoded-words not decoded, bytes above 127 as they came.</summary>
public readonly ref struct Envelope
{
    private readonly ReadOnlySpan<byte> _lists;

    internal Envelope(scoped ref SummaryCursor cursor)
    {
        Date = cursor.ReadOptional();
        Subject = cursor.ReadOptional();
        InReplyTo = cursor.ReadOptional();
        MessageId = cursor.ReadOptional();
        _lists = cursor.Rest;
    }

    public NString Date { get; }

    public NString Subject { get; }

    public NString InReplyTo { get; }

    public NString MessageId { get; }

    public AddressList From => List(0);

    /// <summary>The Sender, or what <see cref="From"/> is where there is none.</summary>
    public AddressList Sender => OrFrom(List(1));

    /// <summary>The Reply-To, or what <see cref="From"/> is where there is none.</summary>
    public AddressList ReplyTo => OrFrom(List(2));

    public AddressList To => List(3);

    public AddressList Cc => List(4);

    public AddressList Bcc => List(5);

    private AddressList OrFrom(AddressList list) => list.IsEmpty ? From : list;

    private AddressList List(int index)
    {
        var cursor = new SummaryCursor(_lists);
        for (var i = 0; i < index; i++)
            AddressList.Skip(ref cursor);
        return new AddressList(ref cursor);
    }
}
