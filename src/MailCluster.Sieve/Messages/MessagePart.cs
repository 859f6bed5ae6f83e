using System.Buffers;
using MailCluster.Mime;

namespace MailCluster.Sieve;

/// <summary>
/// A part of a message: immutable but for what it remembers. A part that was changed, or put in the place of another, has the key of that one, and so
/// can be found again by who iterates over the parts of the message as it was.
/// </summary>
internal sealed class MessagePart : SievePart
{
    private string? _content;
    private string? _readable;

    public MessagePart(object key, MimePartPlace place, MessageHeader header, PartBody body, int lookedAt)
    {
        Key = key;
        Place = place;
        Header = header;
        Body = body;
        LookedAt = lookedAt;
    }

    /// <summary>What the part is known by in all versions of its message.</summary>
    public object Key { get; }

    public MimePartPlace Place { get; }

    public MessageHeader Header { get; }

    public PartBody Body { get; }

    /// <summary>Octets of the body that tests look at.</summary>
    public int LookedAt { get; }

    public bool IsEdited => Header.IsEdited || Body.IsEdited;

    public long Length => Header.Length + Body.Length;

    public override IReadOnlyList<SievePart> Children => Body.Parts;

    public override string Type => ContentType().Type;

    public override string Subtype => ContentType().Subtype;

    public override IReadOnlyList<SieveHeaderField> Fields(string name) => Header.Find(name);

    public override string ExtractText(int charactersMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(charactersMax);
        // Reports (message/delivery-status and its like) are text to a person, and so is a multipart that cannot be split.
        if (Body.Kind != MimePartKind.Leaf || !IsReadable)
            return "";
        var text = ReadableText;
        if (text.Length <= charactersMax)
            return text;
        var length = charactersMax > 0 && char.IsHighSurrogate(text[charactersMax - 1]) ? charactersMax - 1 : charactersMax;
        return text[..length];
    }

    private bool IsReadable => IsText || Type is "message" or "multipart";

    public bool IsText => Type == "text" || IsXhtml;

    private bool IsXhtml => Subtype == "xhtml+xml" && Type == "application";

    /// <summary>A leaf's content as text: transfer encoding off, charset converted.</summary>
    public string ContentText => _content ?? Remember(ref _content, PartText.Decode(this));

    /// <summary>A leaf's content as a person reads it: of HTML only the words.</summary>
    public string ReadableText => Subtype != "html" && !IsXhtml ? ContentText : _readable ?? Remember(ref _readable, PartText.WithoutMarkup(ContentText));

    public MessagePart With(MessageHeader header) => new(Key, Place, header, Body, LookedAt);

    public MessagePart With(PartBody body) => new(Key, Place, Header, body, LookedAt);

    /// <summary>The same part, standing in a message/rfc822 part now.</summary>
    public MessagePart AsEmbedded() => new(Key, MimePartPlace.Embedded, Header, Body, LookedAt);

    public void Write(IBufferWriter<byte> into)
    {
        Header.Write(into);
        Body.Write(into);
    }

    /// <summary>The charset parameter; empty if there is none.</summary>
    public string Charset => Header.First("Content-Type")?.MimeParameter("charset") ?? "";

    public TransferEncoding Encoding => TransferEncodings.Parse(Header.First("Content-Transfer-Encoding") is { } value ? value.Raw.Span : default);

    private (string Type, string Subtype) ContentType()
    {
        var field = Header.First("Content-Type");
        if (field is null)
            return Place == MimePartPlace.InDigest ? ("message", "rfc822") : ("text", "plain");
        var type = field.MimeType;
        return type.Type.Length > 0 ? type : ("text", "plain");
    }

    /// <summary>Of what can be read only: what attachments decode to is asked for once, if at all, and may be large.</summary>
    private string Remember(ref string? place, string text)
    {
        if (IsReadable)
            place = text;
        return text;
    }
}
