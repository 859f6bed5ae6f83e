namespace MailCluster.Mime;

/// <summary>
/// Reads a summary in place. Parsing looks at the sections only; each member reads what it needs and throws
/// <see cref="SummaryFormatException"/> if the bytes are damaged there, whatever they are. Allocates nothing.
/// </summary>
public readonly ref struct MessageSummary
{
    private readonly ReadOnlySpan<byte> _headers;
    private readonly ReadOnlySpan<byte> _kept;
    private readonly ReadOnlySpan<byte> _search;
    private readonly ReadOnlySpan<byte> _sort;
    private readonly ReadOnlySpan<byte> _threads;
    private readonly ReadOnlySpan<byte> _preview;
    private readonly ReadOnlySpan<byte> _parts;
    private readonly ReadOnlySpan<byte> _lines;
    private readonly int _flags;

    private MessageSummary(ReadOnlySpan<byte> bytes)
    {
        var cursor = new SummaryCursor(bytes);
        if (cursor.ReadByte() != SummaryLayout.Version)
            throw new SummaryFormatException("A message summary has a version that is not known here.");
        var core = ReadOnlySpan<byte>.Empty;
        while (!cursor.AtEnd)
        {
            var tag = cursor.ReadByte();
            var section = cursor.ReadString();
            switch (tag)
            {
                case SummaryLayout.Core: core = section; break;
                case SummaryLayout.Headers: _headers = section; break;
                case SummaryLayout.Search: _search = section; break;
                case SummaryLayout.Sort: _sort = section; break;
                case SummaryLayout.Threads: _threads = section; break;
                case SummaryLayout.Preview: _preview = section; break;
                case SummaryLayout.Parts: _parts = section; break;
                case SummaryLayout.Kept: _kept = section; break;
                case SummaryLayout.Lines: _lines = section; break;
            }
        }

        cursor = new SummaryCursor(core);
        _flags = cursor.ReadInt();
        Size = cursor.ReadInt();
        Lines = cursor.ReadInt();
        PartCount = cursor.ReadInt();
        if ((_flags & SummaryLayout.FlagHasDate) != 0)
            SentDate = ReadDate(ref cursor);
        if (_parts.IsEmpty)
            SummaryCursor.Throw();
    }

    /// <summary>Octets of the whole message (RFC822.SIZE).</summary>
    public int Size { get; }

    /// <summary>Line ends in the whole message.</summary>
    public int Lines { get; }

    /// <summary>
    /// Octets that the message lacks to consist of lines that end with CRLF (<see cref="LineEnds.MissingOctets"/>): what POP3 adds to <see cref="Size"/>. -1 in a
    /// summary that is older than this number.
    /// </summary>
    public int MissingLineEndOctets
    {
        get
        {
            if (_lines.IsEmpty)
                return -1;
            var cursor = new SummaryCursor(_lines);
            return cursor.ReadInt();
        }
    }

    /// <summary>Parts of all levels, the message itself included.</summary>
    public int PartCount { get; }

    /// <summary>The Date field as a point in time; null if there is none or it cannot be read (RFC 5256 §2.2: then the internal date counts).</summary>
    public SentDate? SentDate { get; }

    /// <summary>True if a limit left something out of the summary or the text.</summary>
    public bool IsCut => (_flags & SummaryLayout.FlagCut) != 0;

    /// <summary>True if a part has the disposition attachment, or is a leaf with a file name that is not inline.</summary>
    public bool HasAttachment => (_flags & SummaryLayout.FlagAttachment) != 0;

    /// <summary>The message as a part: its header, its body, and the parts below it.</summary>
    public BodyPart Root => new(_parts, Size);

    public Envelope Envelope => Root.Envelope;

    /// <summary>The fields of the message's own header.</summary>
    public HeaderIndex Headers => new(_headers, _kept, Size);

    /// <summary>The preview (RFC 8970): UTF-8, one line, empty if the message has no readable text.</summary>
    public ReadOnlySpan<byte> Preview => StringAt(_preview, 0);

    /// <summary>All Subject fields, decoded and folded as <see cref="SearchText.Fold(string)"/> folds.</summary>
    public ReadOnlySpan<byte> SearchSubject => StringAt(_search, 0);

    /// <summary>All From fields, names and addresses, decoded and folded.</summary>
    public ReadOnlySpan<byte> SearchFrom => StringAt(_search, 1);

    public ReadOnlySpan<byte> SearchTo => StringAt(_search, 2);

    public ReadOnlySpan<byte> SearchCc => StringAt(_search, 3);

    public ReadOnlySpan<byte> SearchBcc => StringAt(_search, 4);

    /// <summary>True if the subject is a reply or a forward by RFC 5256 §2.1: something beyond white space and blobs was removed.</summary>
    public bool IsReplyOrForward => !_sort.IsEmpty && _sort[0] != 0;

    /// <summary>The base subject (RFC 5256 §2.1), decoded and folded.</summary>
    public ReadOnlySpan<byte> BaseSubject => SortKey(0);

    /// <summary>The local part of the first From address, folded (SORT FROM).</summary>
    public ReadOnlySpan<byte> SortFrom => SortKey(1);

    public ReadOnlySpan<byte> SortTo => SortKey(2);

    public ReadOnlySpan<byte> SortCc => SortKey(3);

    /// <summary>The decoded display name of the first From address, else its address, folded (SORT DISPLAYFROM, RFC 5957 §3).</summary>
    public ReadOnlySpan<byte> DisplayFrom => SortKey(4);

    public ReadOnlySpan<byte> DisplayTo => SortKey(5);

    /// <summary>The normalised Message-ID (RFC 5256 §3, REFERENCES); NIL if it is missing or no id.</summary>
    public NString MessageId
    {
        get
        {
            if (_threads.IsEmpty)
                return NString.Nil;
            var cursor = new SummaryCursor(_threads);
            return cursor.ReadOptional();
        }
    }

    /// <summary>The ancestors, oldest first: the ids of References, or the first of In-Reply-To where there are none (RFC 5256 §3).</summary>
    public MessageIds References
    {
        get
        {
            if (_threads.IsEmpty)
                return default;
            var cursor = new SummaryCursor(_threads);
            cursor.ReadOptional();
            return new MessageIds(ref cursor);
        }
    }

    /// <summary>Parses a summary.</summary>
    /// <exception cref="SummaryFormatException">The bytes are damaged or of a later version.</exception>
    public static MessageSummary Parse(ReadOnlySpan<byte> bytes) => new(bytes);

    /// <summary>
    /// True unless the bytes are empty (the store lost the summary) or of another version. They may still be damaged: reading tells.
    /// </summary>
    public static bool IsReadable(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && bytes[0] == SummaryLayout.Version;

    /// <summary>As <see cref="Parse"/>, but false for an empty span (the store lost the summary), a damaged one or another version.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out MessageSummary summary)
    {
        summary = default;
        if (!IsReadable(bytes))
            return false;
        try
        {
            summary = new MessageSummary(bytes);
            return true;
        }
        catch (SummaryFormatException)
        {
            return false;
        }
    }

    private static SentDate ReadDate(ref SummaryCursor cursor)
    {
        var seconds = cursor.ReadSigned64();
        var minutes = cursor.ReadSigned64();
        if (Math.Abs((decimal)seconds) > Rfc5322Date.SecondsMax || Math.Abs((decimal)minutes) > 24 * 60)
            SummaryCursor.Throw();
        return new SentDate(seconds, (int)minutes);
    }

    private static ReadOnlySpan<byte> StringAt(ReadOnlySpan<byte> section, int index)
    {
        if (section.IsEmpty)
            return default;
        var cursor = new SummaryCursor(section);
        for (var i = 0; i < index; i++)
            cursor.ReadString();
        return cursor.ReadString();
    }

    private ReadOnlySpan<byte> SortKey(int index) => _sort.IsEmpty ? default : StringAt(_sort[1..], index);
}
