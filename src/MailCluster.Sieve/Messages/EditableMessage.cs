using MailCluster.Mime;

namespace MailCluster.Sieve;

/// <summary>The message of a run, over the bytes that were delivered.</summary>
internal sealed partial class EditableMessage : SieveMessage
{
    private readonly MessagePart _root;
    private readonly SieveMessageLimits _limits;
    private readonly FieldBudget _budget;
    private readonly ReadOnlyMemory<byte> _source;
    private readonly SieveMessage? _unenclosed;
    private bool _isEdited;

    /// <summary>The message in octets: from the start if it was not edited, else once they were asked for.</summary>
    private ReadOnlyMemory<byte>? _bytes;

    private string? _rawBody;
    private Dictionary<object, MessagePart>? _parts;

    private EditableMessage(ReadOnlyMemory<byte> bytes, MessagePart root, SieveMessageLimits limits, FieldBudget budget)
    {
        _bytes = _source = bytes;
        _root = root;
        _limits = limits;
        _budget = budget;
    }

    private EditableMessage(EditableMessage from, MessagePart root, SieveMessage? unenclosed)
    {
        _root = root;
        _source = from._source;
        _limits = from._limits;
        _budget = from._budget;
        _surroundings = from._surroundings;
        _unenclosed = unenclosed;
        _isEdited = true;
    }

    /// <summary>Fields of all headers together that are kept as objects: some 5 MiB.</summary>
    private const int FieldsKept = 32 * 1024;

    public static EditableMessage Over(ReadOnlyMemory<byte> bytes, SieveMessageLimits limits, bool isMade = false)
    {
        var budget = new FieldBudget(FieldsKept);
        var header = MessageHeader.OfMessage(bytes, limits, budget, out var bodyOffset);
        var lookedAtEnd = (int)Math.Min(bytes.Length, (long)bodyOffset + limits.BodyBytesMax);
        var body = PartBody.Unread(bytes[bodyOffset..], () => PartTreeReader.Read(bytes, lookedAtEnd, limits, budget, depth: 0).Body);
        return new EditableMessage(bytes, new MessagePart(new object(), MimePartPlace.Root, header, body, lookedAtEnd - bodyOffset), limits, budget) { _isEdited = isMade };
    }

    public override long Size => _bytes?.Length ?? _root.Length;

    public override bool IsEdited => _isEdited;

    public override SievePart Root => _root;

    public override SieveMessage Unenclosed => _unenclosed ?? this;

    public override ReadOnlyMemory<byte> ToBytes()
    {
        if (_bytes is { } known)
            return known;
        var into = new ByteBuffer(checked((int)_root.Length));
        _root.Write(into);
        _bytes = into.WrittenMemory;
        return into.WrittenMemory;
    }

    public override bool HasBody => _root.Body.IsEdited || _root.Body.Length > 0 || _root.Header.IsTerminated;

    public override string RawBody
    {
        get
        {
            if (_rawBody is not null)
                return _rawBody;
            var bytes = _root.Body.IsEdited ? ToBytes()[(int)_root.Header.Length..] : _root.Body.Bytes;
            bytes = bytes[..Math.Min(bytes.Length, _limits.BodyBytesMax)];
            return _rawBody = PartText.Guess(bytes.Span);
        }
    }

    public override IReadOnlyList<string> BodyContents(params IReadOnlyList<string> types)
    {
        ArgumentNullException.ThrowIfNull(types);
        var wanted = new HashSet<BodyType>();
        foreach (var type in types)
        {
            if (BodyType.TryParse(type, out var parsed))
                wanted.Add(parsed);
        }

        var list = new List<string>();
        if (HasBody && wanted.Count > 0)
            AddContents(_root, wanted, list);
        return list;
    }

    public override IReadOnlyList<string> BodyTexts
    {
        get
        {
            var list = new List<string>();
            if (HasBody)
                AddTexts(_root, list);
            return list;
        }
    }

    public override SievePart? Find(SievePart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        if (part is not MessagePart known)
            return null;
        if (_parts is null)
        {
            // A loop over the parts of an edited message asks for each of them at each test.
            _parts = new Dictionary<object, MessagePart>(ReferenceEqualityComparer.Instance);
            Index(_root, _parts);
        }

        return _parts.GetValueOrDefault(known.Key);
    }

    private static void Index(MessagePart part, Dictionary<object, MessagePart> parts)
    {
        parts.Add(part.Key, part);
        foreach (var child in part.Body.Parts)
            Index(child, parts);
    }

    private static void AddTexts(MessagePart part, List<string> list)
    {
        if (part.Body.Kind == MimePartKind.Leaf && part.IsText)
            list.Add(part.ReadableText);
        foreach (var child in part.Body.Parts)
            AddTexts(child, list);
    }

    /// <summary>RFC 5173 §5.2: of a multipart prologue and epilogue, of a message its header, of anything else all of it.</summary>
    private static void AddContents(MessagePart part, HashSet<BodyType> wanted, List<string> list)
    {
        if (BodyType.Of(part).Exists(wanted.Contains))
        {
            switch (part.Body.Kind)
            {
                case MimePartKind.Multipart:
                    list.Add(PartText.Guess(part.Body.Prologue.Span));
                    list.Add(PartText.Guess(part.Body.Epilogue.Span));
                    break;
                case MimePartKind.Message:
                    list.Add(part.Body.Parts[0].Header.Text);
                    break;
                default:
                    list.Add(part.ContentText);
                    break;
            }
        }

        foreach (var child in part.Body.Parts)
            AddContents(child, wanted, list);
    }
}
