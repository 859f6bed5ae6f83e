using System.Buffers;
using System.Buffers.Binary;

namespace MailCluster.Mime;

/// <summary>
/// Turns the events of one reading into a summary and a searchable text. Part records are written as headers end and completed as bodies end;
/// a text body is decoded when its end is known, while its bytes are still near.
/// </summary>
internal ref partial struct SummarySink : IMimeSink
{
    private readonly ReadOnlySpan<byte> _message;
    private readonly MimeLimits _limits;
    private readonly SummaryWorkspace _work;
    private int _partCount;
    private int _lines;
    private int _lastFieldEnd;
    private int _flags;
    private SentDate _date;
    private bool _isReply;
    private KeptFields _keeping;

    public SummarySink(ReadOnlySpan<byte> message, MimeLimits limits, SummaryWorkspace work)
    {
        _message = message;
        _limits = limits;
        _work = work;
    }

    public void PartBegin(in MimePartBegin part)
    {
        _partCount++;
        _work.Fields.Clear();
        _work.Open.Add(new SummaryFrame { Place = part.Place });
    }

    public void Header(in HeaderField field)
    {
        var name = field.Name.Of(_message);
        var number = HeaderNames.NumberOf(name);
        var value = new ByteRange(field.Value.Offset, Math.Min(field.Value.Length, _limits.HeaderFieldBytesMax));
        if (value.Length < field.Value.Length)
            _flags |= SummaryLayout.FlagCut;
        if (FieldNumbers.IsInteresting(number))
            _work.Fields.Add((number, value));

        var place = _work.Open[^1].Place;
        if (place == MimePartPlace.Root)
            IndexField(number, name, field.Field);
        AddHeaderText(number, name, value.Of(_message), place);
    }

    public void HeaderEnd(in MimeHeaderEnd header)
    {
        if (header.Cut)
            _flags |= SummaryLayout.FlagCut;
        if (header.NotSplit == MimeNotSplit.Limit)
            _flags |= SummaryLayout.FlagCut;
        ref var frame = ref System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_work.Open)[^1];
        frame.RecordAt = _work.Parts.Length;
        frame.Header = header.Header;
        frame.HeaderLines = header.Lines;
        frame.Kind = header.Kind;
        WriteRecord(ref frame, header.NotSplit);
        if (frame.Place == MimePartPlace.Root)
            WriteRootKeys();
    }

    public readonly void Boundary(in MimeBoundary boundary)
    {
        // Parts and bodies say all that a summary needs.
    }

    public void PartEnd(in MimePartEnd part)
    {
        var frames = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_work.Open);
        ref var frame = ref frames[^1];
        if (frame.Kind == MimePartKind.Multipart && part.Parts == 0)
            EmptyMultipart(ref frame, part);

        var decodedSize = FinishBody(frame, part.Body);
        var records = _work.Parts;
        records.SetFixed(frame.RecordAt + SummaryLayout.SubtreeAt, (uint)(records.Length - frame.RecordAt));
        records.SetFixed(frame.RecordAt + SummaryLayout.BodyLengthAt, (uint)part.Body.Length);
        records.SetFixed(frame.RecordAt + SummaryLayout.BodyLinesAt, (uint)part.Lines);
        SetDecodedSize(frame, decodedSize);
        if (frame.Place == MimePartPlace.Root)
            _lines = frame.HeaderLines + part.Lines;
        _work.Open.RemoveAt(_work.Open.Count - 1);
    }

    /// <summary>Writes the summary and the text out.</summary>
    public readonly void Finish(IBufferWriter<byte> summary, IBufferWriter<byte> text)
    {
        summary.Write([SummaryLayout.Version]);
        var section = _work.Section;
        section.Clear();
        section.AppendVarint(_flags);
        section.AppendVarint(_message.Length);
        section.AppendVarint(_lines);
        section.AppendVarint(_partCount);
        if ((_flags & SummaryLayout.FlagHasDate) != 0)
        {
            AppendSigned(section, _date.UtcSeconds);
            AppendSigned(section, _date.OffsetMinutes);
        }

        WriteSection(summary, SummaryLayout.Core, section.Written);
        WriteSection(summary, SummaryLayout.Headers, _work.Headers.Written);
        section.Clear();
        foreach (var strings in _work.Search)
            section.AppendString(strings.Written);
        WriteSection(summary, SummaryLayout.Search, section.Written);
        if (_work.Kept.Length > 0)
            WriteSection(summary, SummaryLayout.Kept, _work.Kept.Written);
        section.Clear();
        section.Append(_isReply ? (byte)1 : (byte)0);
        foreach (var key in _work.SortKeys)
            section.AppendString(key.Written);
        WriteSection(summary, SummaryLayout.Sort, section.Written);
        WriteSection(summary, SummaryLayout.Threads, _work.Threads.Written);
        section.Clear();
        section.AppendString(_work.Preview.Written);
        WriteSection(summary, SummaryLayout.Preview, section.Written);
        section.Clear();
        section.AppendVarint(LineEnds.MissingOctets(_message));
        WriteSection(summary, SummaryLayout.Lines, section.Written);
        WriteSection(summary, SummaryLayout.Parts, _work.Parts.Written);

        Span<byte> prefix = stackalloc byte[SearchText.PrefixLength];
        prefix[0] = SearchText.Version;
        BinaryPrimitives.WriteUInt32LittleEndian(prefix[1..], (uint)_work.HeaderText.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(prefix[5..], (uint)_work.PartText.Length);
        text.Write(prefix);
        text.Write(_work.HeaderText.Written);
        text.Write(_work.PartText.Written);
        text.Write(_work.BodyText.Written);
    }

    private static void WriteSection(IBufferWriter<byte> summary, byte tag, ReadOnlySpan<byte> payload)
    {
        var span = summary.GetSpan(6);
        span[0] = tag;
        var at = 1;
        var length = (uint)payload.Length;
        for (; length >= 0x80; length >>= 7)
            span[at++] = (byte)(length | 0x80);
        span[at++] = (byte)length;
        summary.Advance(at);
        summary.Write(payload);
    }

    private static void AppendSigned(ByteBuffer into, long value)
    {
        var zigzag = (ulong)((value << 1) ^ (value >> 63));
        for (; zigzag >= 0x80; zigzag >>= 7)
            into.Append((byte)(zigzag | 0x80));
        into.Append((byte)zigzag);
    }

    private readonly void SetDecodedSize(in SummaryFrame frame, long decodedSize)
    {
        var flags = _work.Parts.Written[frame.RecordAt + SummaryLayout.FlagsAt];
        if (decodedSize < 0)
            return;
        _work.Parts.SetByte(frame.RecordAt + SummaryLayout.FlagsAt, (byte)(flags | SummaryLayout.PartHasDecodedSize));
        _work.Parts.SetFixed(frame.RecordAt + SummaryLayout.DecodedSizeAt, (uint)decodedSize);
        _work.Parts.SetFixed(frame.RecordAt + SummaryLayout.DecodedSizeAt + 4, (uint)(decodedSize >> 32));
    }

    private void IndexField(byte number, ReadOnlySpan<byte> name, ByteRange field)
    {
        var index = _work.Headers;
        index.Append(number);
        if (number == 0)
            index.AppendString(name);
        index.AppendVarint(field.Offset - _lastFieldEnd);
        index.AppendVarint(field.Length);
        _lastFieldEnd = field.End;
        if (_keeping.Take(number, field.Length))
            _work.Kept.Append(field.Of(_message));
    }

    /// <summary>The value of the first field of that name in the header at hand; false if there is none.</summary>
    private readonly bool TryField(byte number, out ReadOnlySpan<byte> value)
    {
        foreach (var (name, range) in _work.Fields)
        {
            if (name == number)
            {
                value = range.Of(_message);
                return true;
            }
        }

        value = default;
        return false;
    }
}
