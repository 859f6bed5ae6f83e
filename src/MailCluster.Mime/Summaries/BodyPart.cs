namespace MailCluster.Mime;

/// <summary>One part of a message: all that BODYSTRUCTURE says of it, and where its bytes lie.</summary>
public readonly ref struct BodyPart
{
    private readonly ReadOnlySpan<byte> _subtree;
    private readonly ReadOnlySpan<byte> _afterParts;
    private readonly ReadOnlySpan<byte> _variable;
    private readonly int _messageSize;
    private readonly byte _flags;

    internal BodyPart(ReadOnlySpan<byte> records, int messageSize)
    {
        _messageSize = messageSize;
        var cursor = new SummaryCursor(records);
        var length = cursor.ReadFixed();
        var subtree = cursor.ReadFixed();
        if (length > subtree || subtree > (uint)records.Length || length < SummaryLayout.DecodedSizeAt + 8)
            SummaryCursor.Throw();
        _subtree = records[..(int)subtree];
        _afterParts = _subtree[(int)length..];
        cursor = new SummaryCursor(records[SummaryLayout.KindAt..(int)length]);
        Kind = (MimePartKind)cursor.ReadByte();
        _flags = cursor.ReadByte();
        Encoding = (TransferEncoding)cursor.ReadByte();
        var bodyLength = cursor.ReadFixed();
        BodyLines = (int)cursor.ReadFixed();
        var decodedSize = (long)(cursor.ReadFixed() | (ulong)cursor.ReadFixed() << 32);
        DecodedSize = (_flags & SummaryLayout.PartHasDecodedSize) != 0 ? decodedSize : -1;
        var headerOffset = cursor.ReadInt();
        Header = SummaryCursor.Range(headerOffset, (uint)cursor.ReadInt(), messageSize);
        HeaderLines = cursor.ReadInt();
        Body = SummaryCursor.Range(Header.End, bodyLength, messageSize);
        if (Kind > MimePartKind.Message || Encoding > TransferEncoding.Unknown || BodyLines < 0 || DecodedSize < -1)
            SummaryCursor.Throw();
        Type = cursor.ReadString();
        Subtype = cursor.ReadString();
        _variable = cursor.Rest;
    }

    public MimePartKind Kind { get; }

    /// <summary>True for the message itself and for each message held by a message/rfc822 or message/global part: it has an <see cref="Envelope"/>.</summary>
    public bool IsMessage => (_flags & SummaryLayout.PartIsMessage) != 0;

    /// <summary>True for the empty text part that stands in a multipart without parts, since IMAP's grammar wants one.</summary>
    public bool IsSynthetic => (_flags & SummaryLayout.PartIsSynthetic) != 0;

    public bool IsText => Kind == MimePartKind.Leaf && Ascii.EqualsIgnoreCase(Type, "text"u8);

    /// <summary>
    /// True if BINARY sends the part with CRLF line ends whatever the message has: text, unless its charset has wider units than octets.
    /// </summary>
    public bool HasCrlfLines => (_flags & SummaryLayout.PartHasCrlfLines) != 0;

    /// <summary>The header block with its blank line: what BODY[n.MIME] is, or HEADER for a message.</summary>
    public ByteRange Header { get; }

    /// <summary>Line ends in <see cref="Header"/>.</summary>
    public int HeaderLines { get; }

    /// <summary>What BODY[n] is, or TEXT for a message; its length is the size in BODYSTRUCTURE.</summary>
    public ByteRange Body { get; }

    /// <summary>Line ends in <see cref="Body"/>: the lines of BODYSTRUCTURE, for text and for messages.</summary>
    public int BodyLines { get; }

    /// <summary>
    /// The octets of BINARY[n]: the body without its transfer encoding, and for text with CRLF line ends (RFC 9051 §7.5.2). -1 if the encoding
    /// is unknown. For multiparts and messages the length of the body.
    /// </summary>
    public long DecodedSize { get; }

    public TransferEncoding Encoding { get; }

    /// <summary>The type as in the message or by default; a body that claims to be multipart but cannot be split is not called so.</summary>
    public ReadOnlySpan<byte> Type { get; }

    public ReadOnlySpan<byte> Subtype { get; }

    public BodyParameters Parameters
    {
        get
        {
            var cursor = new SummaryCursor(_variable);
            return new BodyParameters(ref cursor);
        }
    }

    public NString Id => Optional(0);

    public NString Description => Optional(1);

    /// <summary>The encoding's name for BODYSTRUCTURE: the usual word, or what the message says if that is not known.</summary>
    public ReadOnlySpan<byte> EncodingName
    {
        get
        {
            var own = Optional(2);
            return own.HasValue ? own.Value : TransferEncodings.NameOf(Encoding);
        }
    }

    public NString Md5 => Optional(3);

    /// <summary>The disposition's type; NIL if there is no Content-Disposition.</summary>
    public NString Disposition => Optional(4);

    public BodyParameters DispositionParameters
    {
        get
        {
            var cursor = AfterOptional(5);
            return new BodyParameters(ref cursor);
        }
    }

    public BodyLanguages Languages
    {
        get
        {
            var cursor = AfterOptional(5);
            BodyParameters.Skip(ref cursor);
            return new BodyLanguages(ref cursor);
        }
    }

    public NString Location
    {
        get
        {
            var cursor = AfterLanguages();
            return cursor.ReadOptional();
        }
    }

    /// <summary>The envelope of a message.</summary>
    /// <exception cref="InvalidOperationException"><see cref="IsMessage"/> is false.</exception>
    public Envelope Envelope
    {
        get
        {
            if (!IsMessage)
                throw new InvalidOperationException("Only a message has an envelope.");
            var cursor = AfterLanguages();
            cursor.ReadOptional();
            return new Envelope(ref cursor);
        }
    }

    /// <summary>The parts directly below: those of a multipart, or the one message that a message part holds.</summary>
    public BodyPartList Children => new(_afterParts, _messageSize);

    /// <summary>The message that a message/rfc822 or message/global part holds.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Kind"/> is not <see cref="MimePartKind.Message"/>.</exception>
    public BodyPart Embedded => Kind == MimePartKind.Message
        ? new BodyPart(_afterParts, _messageSize)
        : throw new InvalidOperationException("Only a message part holds a message.");

    internal int SubtreeLength => _subtree.Length;

    private NString Optional(int index)
    {
        var cursor = AfterOptional(index);
        return cursor.ReadOptional();
    }

    private SummaryCursor AfterOptional(int count)
    {
        var cursor = new SummaryCursor(_variable);
        BodyParameters.Skip(ref cursor);
        for (var i = 0; i < count; i++)
            cursor.ReadOptional();
        return cursor;
    }

    private SummaryCursor AfterLanguages()
    {
        var cursor = AfterOptional(5);
        BodyParameters.Skip(ref cursor);
        for (var count = cursor.ReadInt(); count > 0; count--)
            cursor.ReadString();
        return cursor;
    }
}
