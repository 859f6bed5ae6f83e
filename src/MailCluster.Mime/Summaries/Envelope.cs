namespace MailCluster.Mime;

/// <summary>The ENVELOPE of a message (RFC 9051 §7.5.2): raw unfolded values, encoded-words not decoded, bytes above 127 as they came.</summary>
public readonly ref struct Envelope
{
    private readonly ReadOnlySpan<byte> _lists;

    // Where each of the others begins behind the From list: to find the last one would else mean to go over all before it.
    private readonly int _senderAt;
    private readonly int _replyToAt;
    private readonly int _toAt;
    private readonly int _ccAt;
    private readonly int _bccAt;

    internal Envelope(scoped ref SummaryCursor cursor)
    {
        Date = cursor.ReadOptional();
        Subject = cursor.ReadOptional();
        InReplyTo = cursor.ReadOptional();
        MessageId = cursor.ReadOptional();
        _lists = cursor.Rest;
        var walk = new SummaryCursor(_lists);
        _senderAt = Next(ref walk);
        _replyToAt = Next(ref walk);
        _toAt = Next(ref walk);
        _ccAt = Next(ref walk);
        _bccAt = Next(ref walk);
    }

    public NString Date { get; }

    public NString Subject { get; }

    public NString InReplyTo { get; }

    public NString MessageId { get; }

    public AddressList From => List(0);

    /// <summary>The Sender, or what <see cref="From"/> is where there is none.</summary>
    public AddressList Sender => OrFrom(List(_senderAt));

    /// <summary>The Reply-To, or what <see cref="From"/> is where there is none.</summary>
    public AddressList ReplyTo => OrFrom(List(_replyToAt));

    public AddressList To => List(_toAt);

    public AddressList Cc => List(_ccAt);

    public AddressList Bcc => List(_bccAt);

    private AddressList OrFrom(AddressList list) => list.IsEmpty ? From : list;

    private int Next(scoped ref SummaryCursor walk)
    {
        AddressList.Skip(ref walk);
        return _lists.Length - walk.Rest.Length;
    }

    private AddressList List(int at)
    {
        var cursor = new SummaryCursor(_lists[at..]);
        return new AddressList(ref cursor);
    }
}
