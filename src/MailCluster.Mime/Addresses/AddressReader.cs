namespace MailCluster.Mime;

/// <summary>
/// Walks the addresses of one field's value (RFC 5322 §3.4 with the obsolete forms of §4.4), lenient as real mail needs: commas may be missing or
/// doubled, brackets and quotes left open, a display name may hold an address or stand alone. The spans are valid until the next
/// <see cref="MoveNext"/>. Encoded-words are not decoded.
/// </summary>
internal ref struct AddressReader
{
    /// <summary>How far a route is looked for: nobody writes routes today, and not finding one must stay cheap.</summary>
    private const int RouteLengthMax = 1024;

    private readonly ReadOnlySpan<byte> _value;
    private readonly AddressScratch _scratch;
    private int _at;
    private bool _inGroup;
    private bool _ended;

    public AddressReader(ReadOnlySpan<byte> value, AddressScratch scratch)
    {
        _value = value;
        _scratch = scratch;
    }

    public AddressKind Kind { get; private set; }

    /// <summary>The display name, or the name of a group.</summary>
    public readonly ReadOnlySpan<byte> Name => _scratch.Name.Written;

    /// <summary>The source route without its colon.</summary>
    public readonly ReadOnlySpan<byte> Route => _scratch.Route.Written;

    /// <summary>The local part, quotes and comments removed.</summary>
    public readonly ReadOnlySpan<byte> Local => _scratch.Local.Written;

    /// <summary>The domain; empty if there is none.</summary>
    public readonly ReadOnlySpan<byte> Domain => _scratch.Domain.Written;

    public bool MoveNext()
    {
        while (!_ended)
        {
            _scratch.Clear();
            switch (ReadPhrase(out var sawAt))
            {
                case (byte)'<':
                    AngleAddress();
                    return true;
                case (byte)':' when !_inGroup && _scratch.Name.Length > 0:
                    _inGroup = true;
                    Kind = AddressKind.GroupStart;
                    return true;
                case (byte)';' when _inGroup:
                    if (_scratch.Name.Length > 0)
                    {
                        // The last address of the group first; the semicolon is read again.
                        _at--;
                        Bare(sawAt);
                        return true;
                    }

                    _inGroup = false;
                    Kind = AddressKind.GroupEnd;
                    return true;
                case 0:
                    if (_scratch.Name.Length > 0)
                    {
                        Bare(sawAt);
                        return true;
                    }

                    _ended = true;
                    if (!_inGroup)
                        return false;
                    _inGroup = false;
                    Kind = AddressKind.GroupEnd;
                    return true;
                default:
                    if (_scratch.Name.Length == 0)
                        continue;
                    Bare(sawAt);
                    return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Reads words into the name, and at the same time, in case it turns out to be an address without brackets, into local part and domain.
    /// Returns the byte that ended it (one of <c>&lt; , : ;</c>, passed) or 0 at the end.
    /// </summary>
    private byte ReadPhrase(out bool sawAt)
    {
        sawAt = false;
        var spaced = false;
        while (_at < _value.Length)
        {
            var b = _value[_at];
            switch (b)
            {
                case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or 0:
                    _at++;
                    spaced = true;
                    break;
                case (byte)'(':
                    Comment();
                    spaced = true;
                    break;
                case (byte)'<' or (byte)',' or (byte)';':
                    _at++;
                    return b;
                case (byte)':' when !sawAt:
                    _at++;
                    return b;
                case (byte)'"':
                    Separate(spaced);
                    spaced = false;
                    Quoted(_scratch.Name, _scratch.Local);
                    break;
                case (byte)'@':
                    if (sawAt)
                        MoveDomainToLocal();
                    sawAt = true;
                    _scratch.Name.Append(b);
                    _scratch.AddressWords = 0;
                    spaced = false;
                    _at++;
                    break;
                case (byte)'[' when sawAt && _scratch.Domain.Length == 0:
                    var literal = Literal();
                    _scratch.Name.Append(literal);
                    _scratch.Domain.Append(literal);
                    break;
                default:
                    var afterDomain = sawAt && spaced && b != '.' && _scratch.Domain.Length > 0 && _scratch.Domain.Written[^1] != '.';
                    if (afterDomain && !IsNameAhead())
                        return (byte)','; // "a@example.org b@example.org": a comma is missing
                    if (!sawAt && spaced && b != '.' && _scratch.Local.Length > 0 && _scratch.Local.Written[^1] != '.')
                    {
                        // "Ada Kern ada@example.org": the words before the last are the name.
                        _scratch.NameLength = _scratch.Name.Length;
                        _scratch.Local.Clear();
                    }

                    Separate(spaced);
                    spaced = false;
                    var atom = Atom();
                    _scratch.Name.Append(atom);
                    if (!afterDomain)
                        (sawAt ? _scratch.Domain : _scratch.Local).Append(atom);
                    break;
            }
        }

        return 0;
    }

    private readonly void Separate(bool spaced)
    {
        _scratch.AddressWords++;
        if (spaced && _scratch.Name.Length > 0 && _scratch.Name.Written[^1] != '@')
            _scratch.Name.Append((byte)' ');
    }

    /// <summary>True if a bracket comes before the next comma, so that all up to it is a display name.</summary>
    private readonly bool IsNameAhead()
    {
        var ahead = _value[_at..Math.Min(_value.Length, _at + 256)];
        var i = ahead.IndexOfAny((byte)'<', (byte)',', (byte)';');
        return i >= 0 && ahead[i] == '<';
    }

    private readonly void MoveDomainToLocal()
    {
        _scratch.Local.Append((byte)'@');
        _scratch.Local.Append(_scratch.Domain.Written);
        _scratch.Domain.Clear();
    }

    private ReadOnlySpan<byte> Atom()
    {
        var rest = _value[_at..];
        var length = rest.IndexOfAny(AddressScratch.AtomEnd);
        if (length < 0)
            length = rest.Length;
        if (length == 0)
            length = 1; // a special where none belongs: "]", ")", ">", "\" or a second "["; kept as text
        _at += length;
        return rest[..length];
    }

    /// <summary>An address without brackets: <c>local@domain</c> with a comment for its name, or words that are no address.</summary>
    private void Bare(bool sawAt)
    {
        Kind = AddressKind.Mailbox;
        if (sawAt)
        {
            _scratch.Name.Truncate(_scratch.NameLength);
            if (_scratch.NameLength == 0)
                _scratch.Name.Append(_scratch.Comment.Written);
            return;
        }

        // One word is a local part without domain; several are a display name without address.
        if (_scratch.AddressWords <= 1)
        {
            _scratch.Name.Clear();
            _scratch.Name.Append(_scratch.Comment.Written);
        }
        else
        {
            _scratch.Local.Clear();
        }
    }

    private void AngleAddress()
    {
        Kind = AddressKind.Mailbox;
        _scratch.Local.Clear();
        _scratch.Domain.Clear();
        if (_scratch.Name.Length == 0)
            _scratch.Name.Append(_scratch.Comment.Written);
        ReadRoute();
        var inDomain = false;
        while (_at < _value.Length)
        {
            var b = _value[_at];
            switch (b)
            {
                case (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or 0:
                    _at++;
                    break;
                case (byte)'(':
                    Comment();
                    break;
                case (byte)'<':
                    _at++; // "<<a@b>>"
                    break;
                case (byte)'>':
                    _at++;
                    AfterAngle();
                    return;
                case (byte)',' or (byte)';':
                    return; // the bracket was never closed
                case (byte)'"':
                    Quoted(inDomain ? _scratch.Domain : _scratch.Local, null);
                    break;
                case (byte)'@':
                    if (inDomain)
                        MoveDomainToLocal();
                    inDomain = true;
                    _at++;
                    break;
                case (byte)'[' when inDomain && _scratch.Domain.Length == 0:
                    _scratch.Domain.Append(Literal());
                    break;
                default:
                    (inDomain ? _scratch.Domain : _scratch.Local).Append(Atom());
                    break;
            }
        }
    }

    /// <summary>RFC 5322 §4.4, obs-route: <c>@a,@b:</c> before the address.</summary>
    private void ReadRoute()
    {
        var at = Lwsp.SkipCfws(_value, _at);
        if (at >= _value.Length || _value[at] != '@')
            return;
        var end = _value[at..Math.Min(_value.Length, at + RouteLengthMax)].IndexOfAny((byte)':', (byte)'>');
        if (end < 0 || _value[at + end] != ':')
            return;
        foreach (var b in _value.Slice(at, end))
        {
            if (!Lwsp.IsSpace(b) && b != 0)
                _scratch.Route.Append(b);
        }

        _at = at + end + 1;
    }

    /// <summary>Passes what may follow a closed bracket: comments (the display name, if there is no other), more brackets, the comma.</summary>
    private void AfterAngle()
    {
        while (_at < _value.Length)
        {
            var b = _value[_at];
            if (b == '(')
                Comment();
            else if (Lwsp.IsSpace(b) || b is (byte)'>' or 0)
                _at++;
            else
                break;
        }

        if (_scratch.Name.Length == 0)
            _scratch.Name.Append(_scratch.Comment.Written);
        if (_at < _value.Length && _value[_at] == ',')
            _at++;
    }

    private void Comment()
    {
        var end = Lwsp.SkipComment(_value, _at);
        var text = _value[(_at + 1)..end];
        if (!text.IsEmpty && _value[end - 1] == ')')
            text = text[..^1];
        _at = end;
        _scratch.Comment.Clear();
        AppendUnescaped(_scratch.Comment, Lwsp.Trim(text));
    }

    private void Quoted(ByteBuffer into, ByteBuffer? also)
    {
        var start = ++_at;
        while (_at < _value.Length && _value[_at] != '"')
            _at += _value[_at] == '\\' && _at + 1 < _value.Length ? 2 : 1;
        var text = _value[start.._at];
        _at = Math.Min(_at + 1, _value.Length);
        AppendUnescaped(into, text);
        if (also is not null)
            AppendUnescaped(also, text);
    }

    private static void AppendUnescaped(ByteBuffer into, ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length)
                i++;
            if (text[i] is not ((byte)'\r' or (byte)'\n' or 0))
                into.Append(text[i]);
        }
    }

    private ReadOnlySpan<byte> Literal()
    {
        var rest = _value[_at..];
        var end = rest.IndexOfAny(AddressScratch.LiteralEnd);
        var length = end < 0 ? rest.Length : rest[end] == ']' ? end + 1 : Math.Max(end, 1);
        _at += length;
        return rest[..length];
    }
}
