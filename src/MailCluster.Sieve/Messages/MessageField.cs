using System.Text;
using MailCluster.Mime;

namespace MailCluster.Sieve;

/// <summary>A field as a run of the message's bytes; its decoded forms are made when a script first asks for them.</summary>
internal sealed class MessageField : SieveHeaderField
{
    private readonly ReadOnlyMemory<byte> _line;
    private readonly int _nameLength;
    private readonly ReadOnlyMemory<byte> _value;
    private readonly int _valueMax;
    private string? _name;
    private string? _text;
    private IReadOnlyList<MailAddress>? _addresses;
    private MimeFieldValue? _mime;

    /// <param name="line">All of the field up to the next one, line ends included.</param>
    /// <param name="value">The value within it.</param>
    /// <param name="valueMax">Octets of the value that are looked at.</param>
    public MessageField(ReadOnlyMemory<byte> line, int nameLength, ReadOnlyMemory<byte> value, int valueMax)
    {
        _line = line;
        _nameLength = nameLength;
        _value = value;
        _valueMax = valueMax;
    }

    /// <summary>The bytes that stand for it when the message is written.</summary>
    public ReadOnlyMemory<byte> Line => _line;

    public override string Name => _name ??= Encoding.UTF8.GetString(NameBytes);

    public override ReadOnlyMemory<byte> Raw => TrimEnd(_value.Length > _valueMax ? _value[.._valueMax] : _value);

    public override string Text => _text ??= Decode(Raw.Span);

    /// <summary>A display name alone is no mailbox.</summary>
    public override IReadOnlyList<MailAddress> Addresses =>
        _addresses ??= [.. AddressParser.ParseMailboxes(Raw.Span).Where(static address => address.Local.Length > 0 || address.Domain.Length > 0)];

    public override (string Type, string Subtype) MimeType =>
        Is("Content-Type") || Is("Content-Disposition") ? (Mime.Type.ToLowerInvariant(), Mime.Subtype.ToLowerInvariant()) : ("", "");

    public override string? MimeParameter(string name) => Mime.Find(name);

    public bool Is(ReadOnlySpan<char> name) => _nameLength == name.Length && Ascii.EqualsIgnoreCase(NameBytes, name);

    /// <summary>True for the fields that say what the body is (RFC 2045): they go when the body does.</summary>
    public bool IsOfBody => NameBytes.Length > 8 && Ascii.EqualsIgnoreCase(NameBytes[..8], "content-") || Is("MIME-Version");

    /// <summary>The same value under another name, for Original-Subject and Original-From.</summary>
    public MessageField Renamed(string name)
    {
        var bytes = new byte[name.Length + _line.Length - _nameLength];
        Encoding.ASCII.GetBytes(name, bytes);
        _line.Span[_nameLength..].CopyTo(bytes.AsSpan(name.Length));
        return Parse(bytes, _valueMax);
    }

    /// <summary>The one field that <paramref name="line"/> is.</summary>
    public static MessageField Parse(ReadOnlyMemory<byte> line, int valueMax)
    {
        var reader = new HeaderFieldReader(line.Span);
        reader.MoveNext();
        var value = reader.Current.Value;
        return new MessageField(line, reader.Current.Name.Length, line.Slice(value.Offset, value.Length), valueMax);
    }

    private ReadOnlySpan<byte> NameBytes => _line.Span[.._nameLength];

    private MimeFieldValue Mime => _mime ??= Is("Content-Type") ? MimeFieldValue.ParseContentType(Raw.Span) : MimeFieldValue.ParseDisposition(Raw.Span);

    /// <summary>
    /// Old programs fold by putting a line end and a tab in the place of a space. RFC 5322 §2.2.3 would leave the tab in the value, where no key
    /// that was written with a space finds it.
    /// </summary>
    private static string Decode(ReadOnlySpan<byte> raw)
    {
        if (raw.IndexOf("\n\t"u8) < 0)
            return Rfc2047.Decode(raw);
        var copy = raw.ToArray();
        for (var i = 1; i < copy.Length; i++)
        {
            if (copy[i] == '\t' && copy[i - 1] == '\n')
                copy[i] = (byte)' ';
        }

        return Rfc2047.Decode(copy);
    }

    private static ReadOnlyMemory<byte> TrimEnd(ReadOnlyMemory<byte> value)
    {
        var length = value.Span.TrimEnd(" \t\r\n"u8).Length;
        return length == value.Length ? value : value[..length];
    }
}
