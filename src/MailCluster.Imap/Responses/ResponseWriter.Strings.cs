using System.Buffers;
using System.Text;
using MailCluster.Imap.Wire;
using MailCluster.Mime;

namespace MailCluster.Imap.Responses;

/// <summary>Strings, in the form that suits what is in them (RFC 9051 §4.3).</summary>
internal ref partial struct ResponseWriter
{
    /// <summary>Longer ones go as literals: clients have fixed buffers for lines.</summary>
    private const int QuotedBytesMax = 1024;

    // What a quoted string holds as it is: TEXT-CHAR but quoted-specials, and no CTL for the sake of clients.
    private static readonly SearchValues<byte> PlainBytes = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x5f).Select(static b => (byte)b).Where(static b => b is not ((byte)'"' or (byte)'\\'))]);

    /// <summary>A string: quoted if it can be, otherwise a literal.</summary>
    public void String(scoped ReadOnlySpan<byte> value)
    {
        if (value.Length <= QuotedBytesMax)
        {
            var special = value.IndexOfAnyExcept(PlainBytes);
            if (special < 0)
            {
                Byte((byte)'"');
                Raw(value);
                Byte((byte)'"');
                return;
            }

            if (CanQuote(value[special..]))
            {
                Quoted(value);
                return;
            }
        }

        Literal(value);
    }

    public void NString(scoped NString value)
    {
        if (value.HasValue)
            String(value.Value);
        else
            Nil();
    }

    /// <summary>A string from text. Without IMAP4rev2 anything beyond ASCII makes it a literal.</summary>
    public void String(string value)
    {
        const int StackBytesMax = 512;
        var bytesMax = Encoding.UTF8.GetMaxByteCount(value.Length);
        Span<byte> bytes = bytesMax <= StackBytesMax ? stackalloc byte[StackBytesMax] : new byte[bytesMax];
        String(bytes[..Encoding.UTF8.GetBytes(value, bytes)]);
    }

    /// <summary>An astring from ASCII bytes: an atom where it can be.</summary>
    public void AString(scoped ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty && value.Length == Grammar.AtomLength(value) && !System.Text.Ascii.EqualsIgnoreCase(value, "NIL"u8))
            Raw(value);
        else
            String(value);
    }

    /// <summary>
    /// A mailbox name: UTF-8 for IMAP4rev2, otherwise modified UTF-7 (RFC 9051 §5.1, appendix A). Quoted unless it is an atom.
    /// </summary>
    public void Mailbox(string name)
    {
        const int StackBytesMax = 1024;
        var bytesMax = name.Length * 5;
        Span<byte> bytes = bytesMax <= StackBytesMax ? stackalloc byte[StackBytesMax] : new byte[bytesMax];
        var length = Utf8 ? Encoding.UTF8.GetBytes(name, bytes) : ModifiedUtf7.Encode(name, bytes);
        AString(bytes[..length]);
    }

    /// <summary>Text for people at the end of a line: what cannot be there is left out.</summary>
    public void Text(string text)
    {
        foreach (var c in text)
        {
            if (c is >= ' ' and <= '~')
                Byte((byte)c);
        }
    }

    /// <summary><c>{n}</c> and the line end: the caller writes the bytes.</summary>
    public void LiteralStart(long length)
    {
        Byte((byte)'{');
        Number(length);
        Raw("}\r\n"u8);
    }

    /// <summary>A literal. NUL cannot be in one (RFC 9051 §9, CHAR8) and becomes <c>?</c>; message bodies do not pass here.</summary>
    private void Literal(scoped ReadOnlySpan<byte> value)
    {
        LiteralStart(value.Length);
        while (value.IndexOf((byte)0) is var nul and >= 0)
        {
            Raw(value[..nul]);
            Byte((byte)'?');
            value = value[(nul + 1)..];
        }

        Raw(value);
    }

    private readonly bool CanQuote(scoped ReadOnlySpan<byte> value)
    {
        foreach (var b in value)
        {
            if (b is < 0x20 or 0x7f || (b >= 0x80 && !Utf8))
                return false;
        }

        return !Utf8 || System.Text.Unicode.Utf8.IsValid(value);
    }

    private void Quoted(scoped ReadOnlySpan<byte> value)
    {
        Byte((byte)'"');
        while (value.IndexOfAny((byte)'"', (byte)'\\') is var at and >= 0)
        {
            Raw(value[..at]);
            Byte((byte)'\\');
            Byte(value[at]);
            value = value[(at + 1)..];
        }

        Raw(value);
        Byte((byte)'"');
    }
}
