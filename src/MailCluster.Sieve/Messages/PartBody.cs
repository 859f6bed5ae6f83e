using System.Buffers;
using System.Collections.Immutable;
using MailCluster.Mime;

namespace MailCluster.Sieve;

/// <summary>
/// What stands behind a part's header: a run of the message, and, where it is a multipart or a message, the parts in it. The message's own body is
/// read when a script first asks for parts. A body in which a part was replaced is no run any more; it is written from the runs between its parts
/// and the parts themselves, so all that was not replaced stays as it came.
/// </summary>
internal sealed class PartBody
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private Func<PartBody>? _reader;
    private PartBody? _read;
    private ImmutableArray<MessagePart> _parts = [];
    private ImmutableArray<ReadOnlyMemory<byte>> _between = [];
    private MimePartKind _kind;
    private ReadOnlyMemory<byte> _prologue;
    private ReadOnlyMemory<byte> _epilogue;

    private PartBody(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>A body without parts.</summary>
    public static PartBody Leaf(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>A body whose parts are found when they are asked for.</summary>
    public static PartBody Unread(ReadOnlyMemory<byte> bytes, Func<PartBody> reader) => new(bytes) { _reader = reader };

    /// <param name="between">The runs before the first part, between parts, and behind the last: one more than there are parts.</param>
    public static PartBody Container(
        MimePartKind kind,
        ReadOnlyMemory<byte> bytes,
        ImmutableArray<MessagePart> parts,
        ImmutableArray<ReadOnlyMemory<byte>> between,
        ReadOnlyMemory<byte> prologue,
        ReadOnlyMemory<byte> epilogue) =>
        new(bytes) { _kind = kind, _parts = parts, _between = between, _prologue = prologue, _epilogue = epilogue };

    public MimePartKind Kind => Read()._kind;

    public ImmutableArray<MessagePart> Parts => Read()._parts;

    /// <summary>Of a multipart, what stands before its first delimiter, without the line end that belongs to that.</summary>
    public ReadOnlyMemory<byte> Prologue => Read()._prologue;

    /// <summary>Of a multipart, what stands behind its closing delimiter.</summary>
    public ReadOnlyMemory<byte> Epilogue => Read()._epilogue;

    /// <summary>True if the body is made of its parts; <see cref="Bytes"/> is not to be asked then.</summary>
    public bool IsEdited { get; private init; }

    /// <summary>The body as it came.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    public long Length
    {
        get
        {
            if (!IsEdited)
                return _bytes.Length;
            long length = 0;
            foreach (var run in _between)
                length += run.Length;
            foreach (var part in _parts)
                length += part.Length;
            return length;
        }
    }

    /// <summary>The body with one of its parts changed.</summary>
    public PartBody With(int index, MessagePart part)
    {
        var body = Read();
        return new PartBody(default)
        {
            _kind = body._kind,
            _parts = body._parts.SetItem(index, part),
            _between = body._between,
            _prologue = body._prologue,
            _epilogue = body._epilogue,
            IsEdited = true,
        };
    }

    /// <summary>A body that is made of parts from the start.</summary>
    public static PartBody Made(MimePartKind kind, ImmutableArray<MessagePart> parts, ImmutableArray<ReadOnlyMemory<byte>> between) =>
        new(default) { _kind = kind, _parts = parts, _between = between, IsEdited = true };

    public void Write(IBufferWriter<byte> into)
    {
        if (!IsEdited)
        {
            into.Write(_bytes.Span);
            return;
        }

        for (var i = 0; i < _parts.Length; i++)
        {
            into.Write(_between[i].Span);
            _parts[i].Write(into);
        }

        into.Write(_between[^1].Span);
    }

    private PartBody Read()
    {
        if (_reader is null)
            return _read ?? this;
        _read = _reader();
        _reader = null;
        return _read;
    }
}
