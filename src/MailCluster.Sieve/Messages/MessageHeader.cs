using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using MailCluster.Mime;

namespace MailCluster.Sieve;

/// <summary>
/// The header of a message or part: its fields, and the bytes before and behind them, so that a header without edits, and every field that was not
/// edited, is written as it came. Fields of parts are kept only while a budget of the message lasts; past it they are found anew each time, so that
/// a message made of fields does not become a heap of objects.
/// </summary>
internal sealed class MessageHeader
{
    private readonly ReadOnlyMemory<byte> _block;
    private readonly SieveMessageLimits _limits;
    private readonly FieldBudget _budget;
    private Content? _content;

    private sealed record Content(ReadOnlyMemory<byte> Before, ImmutableArray<MessageField> Fields, ReadOnlyMemory<byte> Behind);

    /// <param name="block">The header with the blank line behind it, if there is one.</param>
    public MessageHeader(ReadOnlyMemory<byte> block, SieveMessageLimits limits, FieldBudget budget)
    {
        _block = block;
        _limits = limits;
        _budget = budget;
    }

    private MessageHeader(Content content, MessageHeader from)
    {
        _content = content;
        _limits = from._limits;
        _budget = from._budget;
        IsEdited = true;
    }

    public bool IsEdited { get; }

    public ImmutableArray<MessageField> Fields => Read().Fields;

    /// <summary>False if the block ends with a field: there is no blank line.</summary>
    public bool IsTerminated => !Read().Behind.IsEmpty;

    /// <summary>The octets of the header as it is now.</summary>
    public long Length
    {
        get
        {
            if (!IsEdited)
                return _block.Length;
            var content = Read();
            long length = content.Before.Length + content.Behind.Length;
            foreach (var one in content.Fields)
                length += one.Line.Length;
            return length;
        }
    }

    /// <summary>What ends lines here: CRLF, but LF where the first line does.</summary>
    public ReadOnlySpan<byte> LineEnd
    {
        get
        {
            var content = Read();
            var bytes = content.Fields.IsEmpty ? content.Behind.Span : content.Fields[0].Line.Span;
            var at = bytes.IndexOf((byte)'\n');
            return at == 0 || (at > 0 && bytes[at - 1] != '\r') ? "\n"u8 : "\r\n"u8;
        }
    }

    /// <summary>The header that <paramref name="message"/> begins with.</summary>
    public static MessageHeader OfMessage(ReadOnlyMemory<byte> message, SieveMessageLimits limits, FieldBudget budget, out int bodyOffset)
    {
        var reader = new HeaderFieldReader(message.Span);
        while (reader.MoveNext())
        {
        }

        bodyOffset = reader.BodyOffset;
        return new MessageHeader(message[..bodyOffset], limits, budget);
    }

    /// <summary>The header as one text, undecoded, without the blank line (RFC 5173 §5.2, message/rfc822).</summary>
    public string Text
    {
        get
        {
            var content = Read();
            var bytes = new ByteBuffer();
            foreach (var one in content.Fields)
                bytes.Append(one.Line.Span);
            return PartText.Guess(bytes.Written);
        }
    }

    public IReadOnlyList<SieveHeaderField> Find(string name)
    {
        var fields = Fields;
        MessageField? first = null;
        List<SieveHeaderField>? more = null;
        foreach (var field in fields)
        {
            if (!field.Is(name))
                continue;
            if (first is null)
                first = field;
            else
                (more ??= [first]).Add(field);
        }

        if (more is not null)
            return more;
        return first is null ? [] : [first];
    }

    public MessageField? First(string name)
    {
        foreach (var field in Fields)
        {
            if (field.Is(name))
                return field;
        }

        return null;
    }

    public MessageHeader With(ImmutableArray<MessageField> fields) => new(Read() with { Fields = fields }, this);

    /// <summary>Another header in the manner of this one.</summary>
    public MessageHeader Fresh(ImmutableArray<MessageField> fields) => new(new Content(default, fields, LineEnd.ToArray()), this);

    /// <summary>The header with a field put before all others or behind them.</summary>
    public MessageHeader WithAdded(MessageField field, bool last)
    {
        var content = Read();
        var fields = content.Fields;
        if (!last)
            return With(fields.Insert(0, field));
        // The last field of a message that ends with it may lack its line end.
        if (!fields.IsEmpty && fields[^1].Line.Span[^1] is not ((byte)'\n' or (byte)'\r'))
            fields = fields.SetItem(fields.Length - 1, MessageField.Parse(Joined(fields[^1].Line.Span, LineEnd), _limits.FieldBytesMax));
        return With(fields.Add(field));
    }

    /// <summary>The header with a blank line at its end, so that a body can follow.</summary>
    public MessageHeader Terminated()
    {
        var content = Read();
        return content.Behind.IsEmpty ? new MessageHeader(content with { Behind = LineEnd.ToArray() }, this) : this;
    }

    public MessageField MakeText(string name, string value)
    {
        var line = new ByteBuffer();
        HeaderFieldWriter.AppendText(line, name, value, LineEnd);
        return MessageField.Parse(line.ToArray(), _limits.FieldBytesMax);
    }

    public MessageField MakeAddresses(string name, string value)
    {
        var line = new ByteBuffer();
        HeaderFieldWriter.AppendAddresses(line, name, value, LineEnd);
        return MessageField.Parse(line.ToArray(), _limits.FieldBytesMax);
    }

    public MessageField MakeAscii(string line) => MessageField.Parse(Joined(Encoding.ASCII.GetBytes(line), LineEnd), _limits.FieldBytesMax);

    public void Write(IBufferWriter<byte> into)
    {
        if (!IsEdited)
        {
            into.Write(_block.Span);
            return;
        }

        var content = Read();
        into.Write(content.Before.Span);
        foreach (var field in content.Fields)
            into.Write(field.Line.Span);
        into.Write(content.Behind.Span);
    }

    /// <summary>The length of the blank line that ends a block without fields.</summary>
    private static int BlankLineLength(ReadOnlySpan<byte> block)
    {
        if (block is [] or [.., not ((byte)'\n' or (byte)'\r')])
            return 0;
        var length = block.EndsWith("\r\n"u8) ? 2 : 1;
        return block.Length == length || block[block.Length - length - 1] is (byte)'\n' or (byte)'\r' ? length : 0;
    }

    private static byte[] Joined(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => [.. a, .. b];

    private Content Read()
    {
        if (_content is { } known)
            return known;
        var content = Parse();
        if (_budget.TryTake(content.Fields.Length))
            _content = content;
        return content;
    }

    private Content Parse()
    {
        var ranges = new List<HeaderField>();
        var reader = new HeaderFieldReader(_block.Span);
        while (ranges.Count < _limits.FieldsMax && reader.MoveNext() && reader.Current.Field.Offset < _limits.HeaderBytesMax)
            ranges.Add(reader.Current);
        if (ranges.Count == 0)
        {
            // Lines that are no fields stay before what is added: behind a field, some of them would be its continuation.
            var others = _block.Length - BlankLineLength(_block.Span);
            return new Content(_block[..others], [], _block[others..]);
        }

        var fields = ImmutableArray.CreateBuilder<MessageField>(ranges.Count);
        for (var i = 0; i < ranges.Count; i++)
        {
            // Lines between two fields that are none (an mbox separator) stay with the one before.
            var (field, name, value) = ranges[i];
            var end = i + 1 < ranges.Count ? ranges[i + 1].Field.Offset : field.End;
            fields.Add(new MessageField(_block[field.Offset..end], name.Length, _block.Slice(value.Offset, value.Length), _limits.FieldBytesMax));
        }

        return new Content(_block[..ranges[0].Field.Offset], fields.MoveToImmutable(), _block[ranges[^1].Field.End..]);
    }
}

/// <summary>How many fields of a message's parts are kept as objects.</summary>
internal sealed class FieldBudget(int fields)
{
    private int _left = fields;

    public bool TryTake(int count)
    {
        if (count > _left)
            return false;
        _left -= count;
        return true;
    }
}
