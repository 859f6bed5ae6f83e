using System.Buffers;
using System.Text;

namespace MailCluster.Mime;

/// <summary>
/// The readable text of HTML: tags, comments, scripts and styles removed, character references decoded, white space collapsed, a line end where
/// a block begins or ends. Not a parser: mail's HTML is broken, and searching and previewing need its words only. One pass, linear in time.
/// </summary>
public ref struct HtmlText
{
    private static readonly SearchValues<byte> Stops = SearchValues.Create("<& \t\r\n"u8);

    private readonly ReadOnlySpan<byte> _html;
    private readonly ByteBuffer _into;
    private readonly int _start;
    private int _at;
    private bool _space;
    private bool _newLine;
    private readonly int _lastDoubleQuote;
    private readonly int _lastQuote;

    private HtmlText(ReadOnlySpan<byte> html, ByteBuffer into)
    {
        _html = html;
        _into = into;
        _start = into.Length;
        _lastDoubleQuote = html.LastIndexOf((byte)'"');
        _lastQuote = html.LastIndexOf((byte)'\'');
    }

    /// <summary>Appends the text of <paramref name="html"/>, which is UTF-8.</summary>
    public static void Append(ReadOnlySpan<byte> html, ByteBuffer into)
    {
        ArgumentNullException.ThrowIfNull(into);
        new HtmlText(html, into).Run();
    }

    private void Run()
    {
        while (_at < _html.Length)
        {
            var rest = _html[_at..];
            var i = rest.IndexOfAny(Stops);
            var run = i < 0 ? rest : rest[..i];
            if (!run.IsEmpty)
            {
                Text(run);
                _at += run.Length;
                continue;
            }

            switch (_html[_at])
            {
                case (byte)'<':
                    Markup();
                    break;
                case (byte)'&':
                    Reference();
                    break;
                default:
                    _space = true;
                    _at++;
                    break;
            }
        }
    }

    private void Text(scoped ReadOnlySpan<byte> text)
    {
        if (_into.Length > _start)
        {
            if (_newLine)
                _into.Append((byte)'\n');
            else if (_space)
                _into.Append((byte)' ');
        }

        _newLine = _space = false;
        _into.Append(text);
    }

    private void Markup()
    {
        var rest = _html[_at..];
        if (rest.Length < 2 || !(Ascii.IsLetter(rest[1]) || rest[1] is (byte)'/' or (byte)'!' or (byte)'?'))
        {
            Text(rest[..1]);
            _at++;
            return;
        }

        if (rest.StartsWith("<!--"u8))
        {
            var close = rest.IndexOf("-->"u8);
            _at = close < 0 ? _html.Length : _at + close + 3;
            return;
        }

        var nameStart = rest[1] == '/' ? 2 : 1;
        var nameEnd = nameStart;
        while (nameEnd < rest.Length && nameEnd - nameStart < 16 && (Ascii.IsLetter(rest[nameEnd]) || Ascii.IsDigit(rest[nameEnd])))
            nameEnd++;
        var name = rest[nameStart..nameEnd];
        _at += nameEnd;
        PassTag();
        if (nameStart == 1 && (Is(name, "script"u8) || Is(name, "style"u8)))
            PassRaw(name);
        else if (IsBlock(name))
            _newLine = true;
        else if (Is(name, "td"u8) || Is(name, "th"u8))
            _space = true;
    }

    /// <summary>Goes behind the end of the tag; an angle bracket in a quoted attribute does not end it, if the quote is closed at all.</summary>
    private void PassTag()
    {
        while (_at < _html.Length)
        {
            var i = _html[_at..].IndexOfAny((byte)'>', (byte)'"', (byte)'\'');
            if (i < 0)
            {
                _at = _html.Length;
                return;
            }

            _at += i;
            var b = _html[_at++];
            if (b == '>')
                return;
            if (_at <= (b == '"' ? _lastDoubleQuote : _lastQuote))
                _at += _html[_at..].IndexOf(b) + 1;
        }
    }

    /// <summary>Goes to the closing tag of a script or style; what is never closed is all of the rest.</summary>
    private void PassRaw(ReadOnlySpan<byte> name)
    {
        while (_at < _html.Length)
        {
            var i = _html[_at..].IndexOf("</"u8);
            if (i < 0)
                break;
            _at += i;
            if (Ascii.StartsWithIgnoreCase(_html[(_at + 2)..], name))
                return;
            _at += 2;
        }

        _at = _html.Length;
    }

    private void Reference()
    {
        var rest = _html[(_at + 1)..Math.Min(_html.Length, _at + 34)];
        var length = 0;
        while (length < rest.Length && (Ascii.IsLetter(rest[length]) || Ascii.IsDigit(rest[length]) || (length == 0 && rest[0] == '#')))
            length++;
        Span<byte> utf8 = stackalloc byte[8];
        var decoded = HtmlEntities.Decode(rest[..length], utf8);
        if (decoded == 0)
        {
            Text(_html.Slice(_at, 1));
            _at++;
            return;
        }

        _at += 1 + length;
        if (_at < _html.Length && _html[_at] == ';')
            _at++;
        if (utf8[0] == ' ')
            _space = true;
        else
            Text(utf8[..decoded]);
    }

    private static bool IsBlock(ReadOnlySpan<byte> name) =>
        Is(name, "br"u8) || Is(name, "p"u8) || Is(name, "div"u8) || Is(name, "tr"u8) || Is(name, "li"u8) || Is(name, "table"u8) || Is(name, "ul"u8)
        || Is(name, "ol"u8) || Is(name, "hr"u8) || Is(name, "pre"u8) || Is(name, "title"u8) || Is(name, "head"u8) || Is(name, "body"u8)
        || Is(name, "blockquote"u8) || Is(name, "dt"u8) || Is(name, "dd"u8) || Is(name, "section"u8) || Is(name, "article"u8)
        || (name.Length == 2 && (name[0] | 0x20) == 'h' && name[1] is >= (byte)'1' and <= (byte)'6');

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> tag) => Ascii.EqualsIgnoreCase(name, tag);
}
