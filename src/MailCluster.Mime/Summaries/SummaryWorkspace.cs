namespace MailCluster.Mime;

/// <summary>The working memory of one building; one is kept per thread.</summary>
internal sealed class SummaryWorkspace
{
    /// <summary>What a buffer may hold on to between messages; nearly all messages fit.</summary>
    private const int KeptMax = 1024 * 1024;

    [ThreadStatic]
    private static SummaryWorkspace? _spare;

    private readonly ByteBuffer[] _buffers;

    private SummaryWorkspace()
    {
        Search = [new(), new(), new(), new(), new()];
        SortKeys = [new(), new(), new(), new(), new(), new()];
        _buffers =
        [
            Parts, Headers, Kept, HeaderText, PartText, BodyText, Value, Utf8, Plain, Preview, Threads, Id, MessageId, Section, Decoded.Kept,
            .. Search, .. SortKeys,
        ];
    }

    public ByteBuffer Parts { get; } = new(1024);

    public ByteBuffer Headers { get; } = new();

    /// <summary>The fields that are kept byte for byte.</summary>
    public ByteBuffer Kept { get; } = new();

    public ByteBuffer HeaderText { get; } = new(4096);

    /// <summary>The MIME fields of the parts.</summary>
    public ByteBuffer PartText { get; } = new();

    public ByteBuffer BodyText { get; } = new(4096);

    /// <summary>One decoded header value.</summary>
    public ByteBuffer Value { get; } = new();

    public ByteBuffer Utf8 { get; } = new();

    public ByteBuffer Plain { get; } = new();

    public ByteBuffer Preview { get; } = new();

    public ByteBuffer Threads { get; } = new();

    public ByteBuffer Id { get; } = new();

    public ByteBuffer MessageId { get; } = new();

    public ByteBuffer Section { get; } = new();

    public CappedWriter Decoded { get; } = new();

    public TransferDecoder Decoder { get; } = new(TransferEncoding.Binary);

    /// <summary>Subject, From, To, Cc, Bcc.</summary>
    public ByteBuffer[] Search { get; }

    /// <summary>Base subject, mailbox of From, To, Cc, display of From, To.</summary>
    public ByteBuffer[] SortKeys { get; }

    public AddressScratch Addresses { get; } = new();

    public MimeParameterWriter Parameters { get; } = new();

    /// <summary>The fields of the header at hand that a summary is interested in: number of the name, value.</summary>
    public List<(byte Name, ByteRange Value)> Fields { get; } = [];

    /// <summary>The parts that are open, outermost first.</summary>
    public List<SummaryFrame> Open { get; } = [];

    public List<ByteRange> References { get; } = [];

    public static SummaryWorkspace Take()
    {
        var work = _spare ?? new SummaryWorkspace();
        _spare = null; // so that a building within a building gets its own
        return work;
    }

    public static void Return(SummaryWorkspace work)
    {
        foreach (var buffer in work._buffers)
            buffer.Trim(KeptMax);
        work.Fields.Clear();
        work.Open.Clear();
        work.References.Clear();
        _spare = work;
    }
}

/// <summary>An open part.</summary>
internal struct SummaryFrame
{
    public int RecordAt;
    public MimePartPlace Place;
    public ByteRange Header;
    public int HeaderLines;
    public MimePartKind Kind;
    public TransferEncoding Encoding;
    public TransferEncoding TextEncoding;
    public bool HasEncodingField;
    public bool IsText;
    public bool IsHtml;
    public bool IsAttachment;
    public bool HasCrlfLines;
    public ByteRange Charset;
}
