using System.Text;
using System.Text.Unicode;

namespace MailCluster.Imap.Wire;

/// <summary>
/// Reads the tokens of one complete command. Methods carry the names of the grammar (RFC 9051 §9): <c>TryRead…</c> leaves the input where
/// it was if the token is not there; <c>Expect…</c> also notes why the command is refused. The first reason noted stays.
/// </summary>
/// <remarks>
/// Tolerances, each for clients that exist:
/// <list type="bullet">
/// <item>8-bit bytes in astrings outside quotes (scripts that send names and passwords bare);</item>
/// <item>a backslash in a quoted string before any character, not only before <c>"</c> and <c>\</c> (passwords quoted without
/// escaping);</item>
/// <item>spaces at the end of a line; a line that ends with LF alone.</item>
/// </list>
/// Two spaces where the grammar has one are an error.
/// </remarks>
internal ref partial struct WireReader
{
    /// <summary>Longest tag, in bytes. It is sent back in every answer; clients use a handful.</summary>
    public const int TagBytesMax = 256;

    private readonly ReadOnlySpan<byte> _input;
    private int _at;

    /// <param name="command">The whole command with its literals, without the last line end.</param>
    /// <param name="utf8Names">Mailbox names are UTF-8 (after ENABLE IMAP4rev2), not modified UTF-7.</param>
    public WireReader(ReadOnlySpan<byte> command, ImapLimits limits, bool utf8Names)
    {
        _input = command;
        Limits = limits;
        Utf8Names = utf8Names;
    }

    public ImapLimits Limits { get; }

    public bool Utf8Names { get; }

    /// <summary>The reason noted first; null while all is well.</summary>
    public string? Error { get; private set; }

    public RejectionKind ErrorKind { get; private set; }

    public readonly bool AtEnd => _at >= _input.Length;

    /// <summary>The next byte, or 0 at the end; NUL itself never is in a command line.</summary>
    public readonly byte Peek => _at < _input.Length ? _input[_at] : (byte)0;

    private readonly ReadOnlySpan<byte> Rest => _input[_at..];

    /// <summary>Notes why the command is refused. Always false, so that it can end a condition.</summary>
    public bool Reject(string reason, RejectionKind kind = RejectionKind.Syntax)
    {
        if (Error is null)
        {
            Error = reason;
            ErrorKind = kind;
        }

        return false;
    }

    public bool TryReadByte(byte expected)
    {
        if (_at >= _input.Length || _input[_at] != expected)
            return false;
        _at++;
        return true;
    }

    public bool ExpectSpace() =>
        TryReadByte((byte)' ') || Reject(AtEnd ? "Missing argument" : "Space expected");

    public bool ExpectOpen() => TryReadByte((byte)'(') || Reject("'(' expected");

    public bool ExpectClose() => TryReadByte((byte)')') || Reject("')' expected");

    public bool ExpectEnd()
    {
        while (TryReadByte((byte)' '))
        {
        }

        return AtEnd || Reject("Unexpected argument");
    }

    /// <summary>Goes on within a list: true at a space (another item), false at the closing parenthesis or on an error.</summary>
    public bool NextInList(ref int items)
    {
        if (TryReadByte((byte)' '))
            return ++items < Limits.ListItemsMax || Reject("Too many items in a list", RejectionKind.Limit);
        ExpectClose();
        return false;
    }

    /// <summary>Reads the word if it stands here whole, in any case.</summary>
    public bool TryReadWord(ReadOnlySpan<byte> word)
    {
        var rest = Rest;
        if (rest.Length < word.Length
            || !Ascii.EqualsIgnoreCase(rest[..word.Length], word)
            || (rest.Length > word.Length && Grammar.IsAtom(rest[word.Length])))
            return false;
        _at += word.Length;
        return true;
    }

    /// <summary>Reads the bytes if they stand here, letters in any case.</summary>
    public bool TryReadBytes(ReadOnlySpan<byte> bytes)
    {
        var rest = Rest;
        if (rest.Length < bytes.Length || !Ascii.EqualsIgnoreCase(rest[..bytes.Length], bytes))
            return false;
        _at += bytes.Length;
        return true;
    }

    /// <summary>Reads a space if that byte is behind it, which stays.</summary>
    public bool TryReadSpaceBefore(byte next) => Rest is [(byte)' ', var second, ..] && second == next && TryReadByte((byte)' ');

    /// <summary>A parenthesised list after a space, as the parameters and modifiers of RFC 4466 are given: reads <c>SP "("</c>.</summary>
    public bool TryReadList() => TryReadBytes(" ("u8);

    /// <summary>tag: ASTRING-CHARs but <c>+</c>.</summary>
    public bool ExpectTag(out string tag)
    {
        var length = Grammar.TagLength(Rest);
        if (length is 0 or > TagBytesMax || (length < Rest.Length && Rest[length] != ' '))
        {
            tag = "";
            return Reject("Tag expected");
        }

        tag = Encoding.ASCII.GetString(Rest[..length]);
        _at += length;
        return true;
    }

    /// <summary>The rest of the line, which must be base64 by its characters.</summary>
    public bool TryReadBase64(out ReadOnlySpan<byte> encoded)
    {
        encoded = Rest.TrimEnd((byte)' ');
        _at = _input.Length;
        return encoded.IndexOf((byte)' ') < 0 || Reject("Unexpected argument");
    }

    /// <summary>The literal marker with which an APPEND's line ends.</summary>
    public bool ExpectFinalMarker()
    {
        if (!LiteralMarker.TryParse(Rest, out _, out var start) || start != 0)
            return Reject("Message literal expected");
        _at = _input.Length;
        return true;
    }

    public bool TryReadAtom(out ReadOnlySpan<byte> atom)
    {
        var length = Grammar.AtomLength(Rest);
        atom = Rest[..length];
        _at += length;
        return length > 0;
    }

    public bool ExpectAtom(out ReadOnlySpan<byte> atom) => TryReadAtom(out atom) || Reject("Atom expected");

    /// <summary>Letters, digits, dots and hyphens: the names of commands and items, which end also at <c>[</c>.</summary>
    public bool TryReadName(out ReadOnlySpan<byte> name)
    {
        var length = Grammar.NameLength(Rest);
        name = Rest[..length];
        _at += length;
        return length > 0;
    }

    public bool TryReadAString(out ReadOnlySpan<byte> value)
    {
        if (Peek is (byte)'"' or (byte)'{')
            return TryReadString(out value);
        var length = Grammar.AStringLength(Rest);
        value = Rest[..length];
        _at += length;
        return length > 0;
    }

    public bool ExpectAString(out ReadOnlySpan<byte> value) => TryReadAString(out value) || Reject("String expected");

    public bool ExpectString(out ReadOnlySpan<byte> value) => TryReadString(out value) || Reject("String expected");

    /// <summary>A quoted string or a literal. A quoted one with escapes is copied, all others are slices of the input.</summary>
    public bool TryReadString(out ReadOnlySpan<byte> value) => Peek switch
    {
        (byte)'"' => TryReadQuoted(out value),
        (byte)'{' => TryReadLiteral(out value),
        _ => Nothing(out value),
    };

    /// <summary>String or NIL; <paramref name="isNil"/> tells which.</summary>
    public bool ExpectNString(out ReadOnlySpan<byte> value, out bool isNil)
    {
        isNil = TryReadWord("NIL"u8);
        if (!isNil)
            return ExpectString(out value);
        value = default;
        return true;
    }

    /// <summary>nstring or literal8 (RFC 5464 §5, value), the only one that may hold NUL.</summary>
    public bool ExpectNString8(out ReadOnlySpan<byte> value, out bool isNil)
    {
        isNil = false;
        return Peek == '~' ? TryReadLiteral(out value, isBinary: true) : ExpectNString(out value, out isNil);
    }

    /// <summary>An astring as text; refused if it is not UTF-8.</summary>
    public bool ExpectAStringText(out string text)
    {
        if (ExpectAString(out var value) && ExpectUtf8(value))
        {
            text = Encoding.UTF8.GetString(value);
            return true;
        }

        text = "";
        return false;
    }

    public bool ExpectUtf8(ReadOnlySpan<byte> value) => Utf8.IsValid(value) || Reject("String is not valid UTF-8");

    private bool TryReadQuoted(out ReadOnlySpan<byte> value)
    {
        var rest = Rest[1..];
        var end = rest.IndexOfAny((byte)'"', (byte)'\\');
        if (end >= 0 && rest[end] == '"')
        {
            value = rest[..end];
            _at += end + 2;
            return value.IndexOf((byte)0) < 0 || Reject("NUL in a string");
        }

        return TryReadEscaped(rest, out value);
    }

    private bool TryReadEscaped(ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> value)
    {
        value = default;
        var close = -1;
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] == '\\')
                i++;
            else if (rest[i] == '"')
            {
                close = i;
                break;
            }
        }

        if (close < 0)
            return Reject("Quoted string has no end");
        var plain = new byte[close];
        var length = 0;
        for (var i = 0; i < close; i++)
        {
            if (rest[i] == '\\')
                i++;
            plain[length++] = rest[i];
        }

        value = plain.AsSpan(0, length);
        _at += close + 2;
        return value.IndexOf((byte)0) < 0 || Reject("NUL in a string");
    }

    private bool TryReadLiteral(out ReadOnlySpan<byte> value, bool isBinary = false)
    {
        value = default;
        var rest = Rest;
        var lineEnd = rest.IndexOf((byte)'\n');
        if (lineEnd < 0 || !LiteralMarker.TryParse(rest[..(lineEnd + 1)], out var literal, out var start) || start != 0 || literal.Binary != isBinary)
            return Reject("Literal expected");
        var content = rest[(lineEnd + 1)..];
        if (content.Length < literal.Length)
            return Reject("Literal expected");
        value = content[..(int)literal.Length];
        _at += lineEnd + 1 + value.Length;
        // RFC 9051 §4.3: only a literal8 may hold NUL.
        return isBinary || value.IndexOf((byte)0) < 0 || Reject("NUL in a literal");
    }

    private static bool Nothing(out ReadOnlySpan<byte> value)
    {
        value = default;
        return false;
    }
}
