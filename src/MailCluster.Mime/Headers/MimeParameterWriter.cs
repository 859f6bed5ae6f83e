namespace MailCluster.Mime;

/// <summary>
/// Writes the parameters of a value into a summary with RFC 2231 applied: continuations (<c>name*0</c>, <c>name*1</c>) joined in the order of
/// their numbers, extended values (<c>name*</c>, <c>name*0*</c>) decoded to UTF-8 and also kept in one ASCII run as IMAP4rev1 sends it.
/// </summary>
internal sealed class MimeParameterWriter
{
    /// <summary>Parameters of one value that are kept; mail has a handful. Keeps the joining of hostile ones cheap.</summary>
    private const int PiecesMax = 128;

    private readonly List<Piece> _pieces = [];
    private readonly ByteBuffer _text = new();
    private readonly ByteBuffer _raw = new();
    private readonly ByteBuffer _wire = new();
    private readonly ByteBuffer _decoded = new();

    /// <summary>One parameter as it stands: where its name and its value lie in the scratch text; its number, -1 if it is no continuation.</summary>
    private readonly record struct Piece(int Name, int NameLength, int Value, int ValueLength, int Number, bool IsExtended);

    /// <summary>
    /// Writes the parameters of <paramref name="value"/> from <paramref name="at"/>; with charset us-ascii added if asked for and none is there.
    /// </summary>
    public void Write(ByteBuffer into, ReadOnlySpan<byte> value, int at, bool defaultCharset)
    {
        Collect(value, at);
        foreach (var piece in _pieces)
            defaultCharset &= !Ascii.EqualsIgnoreCase(NameOf(piece), "charset"u8);

        var count = defaultCharset ? 1 : 0;
        for (var i = 0; i < _pieces.Count; i++)
            count += IsFirstOf(i) ? 1 : 0;
        into.AppendVarint(count);
        for (var i = 0; i < _pieces.Count; i++)
        {
            if (IsFirstOf(i))
                WriteOne(into, i);
        }

        if (defaultCharset)
        {
            into.Append((byte)0);
            into.AppendString("charset"u8);
            into.AppendString("us-ascii"u8);
        }
    }

    private static ReadOnlySpan<byte> TrimDigits(ReadOnlySpan<byte> name, out int number)
    {
        number = -1;
        var star = name.LastIndexOf((byte)'*');
        if (star < 1 || star == name.Length - 1 || name.Length - star > 5)
            return name;
        var value = 0;
        foreach (var b in name[(star + 1)..])
        {
            if (!Ascii.IsDigit(b))
                return name;
            value = (value * 10) + (b - '0');
        }

        number = value;
        return name[..star];
    }

    private void Collect(ReadOnlySpan<byte> value, int at)
    {
        _pieces.Clear();
        _text.Clear();
        var reader = new MimeParameterReader(value, at);
        while (_pieces.Count < PiecesMax && reader.MoveNext())
        {
            var name = reader.Name;
            var extended = name.Length > 1 && name[^1] == '*';
            if (extended)
                name = name[..^1];
            name = TrimDigits(name, out var number);
            var nameAt = _text.Length;
            foreach (var b in name)
            {
                if (b != 0)
                    _text.Append(b);
            }

            var valueAt = _text.Length;
            reader.AppendValue(_text);
            _pieces.Add(new Piece(nameAt, valueAt - nameAt, valueAt, _text.Length - valueAt, number, extended));
        }
    }

    private ReadOnlySpan<byte> NameOf(Piece piece) => _text.Written.Slice(piece.Name, piece.NameLength);

    private ReadOnlySpan<byte> ValueOf(Piece piece) => _text.Written.Slice(piece.Value, piece.ValueLength);

    /// <summary>True for a parameter that is written where it stands: whole ones, and the first to be met of a continued one.</summary>
    private bool IsFirstOf(int index)
    {
        if (_pieces[index].Number < 0)
            return true;
        for (var i = 0; i < index; i++)
        {
            if (IsContinued(i, index))
                return false;
        }

        return true;
    }

    private bool IsContinued(int i, int of) => _pieces[i].Number >= 0 && Ascii.EqualsIgnoreCase(NameOf(_pieces[i]), NameOf(_pieces[of]));

    private void WriteOne(ByteBuffer into, int index)
    {
        var piece = _pieces[index];
        if (piece.Number < 0 && !piece.IsExtended)
        {
            into.Append((byte)0);
            into.AppendString(NameOf(piece));
            into.AppendString(ValueOf(piece));
            return;
        }

        _raw.Clear();
        _wire.Clear();
        _decoded.Clear();
        var extended = piece.IsExtended;
        var charset = ReadOnlySpan<byte>.Empty;
        if (piece.Number < 0)
        {
            charset = AddExtended(ValueOf(piece), isFirst: true);
        }
        else
        {
            extended = false;
            for (var i = index; i < _pieces.Count; i++)
                extended |= IsContinued(i, index) && _pieces[i].IsExtended;
            charset = Join(index, extended);
        }

        if (extended)
            MailCharset.AppendUtf8(charset, _raw.Written, _decoded);
        into.Append(extended ? (byte)1 : (byte)0);
        into.AppendString(NameOf(piece));
        into.AppendString(extended ? _decoded.Written : _raw.Written);
        if (extended)
            into.AppendString(_wire.Written);
    }

    /// <summary>Joins the pieces of a continued parameter by number, from the lowest; a number given twice counts once.</summary>
    private ReadOnlySpan<byte> Join(int index, bool extended)
    {
        var charset = ReadOnlySpan<byte>.Empty;
        var last = -1;
        while (true)
        {
            var next = -1;
            for (var i = index; i < _pieces.Count; i++)
            {
                if (IsContinued(i, index) && _pieces[i].Number > last && (next < 0 || _pieces[i].Number < _pieces[next].Number))
                    next = i;
            }

            if (next < 0)
                return charset;
            var isFirst = last < 0;
            last = _pieces[next].Number;
            var value = ValueOf(_pieces[next]);
            if (_pieces[next].IsExtended)
            {
                var named = AddExtended(value, isFirst);
                charset = isFirst ? named : charset;
            }
            else
            {
                if (extended && isFirst)
                    _wire.Append("''"u8);
                AddPlain(value, extended);
            }
        }
    }

    /// <summary>Adds <c>charset'language'text</c>, or text alone for a later piece; returns the charset.</summary>
    private ReadOnlySpan<byte> AddExtended(ReadOnlySpan<byte> value, bool isFirst)
    {
        var charset = ReadOnlySpan<byte>.Empty;
        if (isFirst)
        {
            var first = value.IndexOf((byte)'\'');
            var second = first < 0 ? -1 : value[(first + 1)..].IndexOf((byte)'\'');
            if (second >= 0)
            {
                charset = value[..first];
                AddWire(value[..(first + 1 + second + 1)]);
                value = value[(first + 1 + second + 1)..];
            }
            else
            {
                _wire.Append("''"u8);
            }
        }

        AddWire(value);
        for (var i = 0; i < value.Length; i++)
        {
            int high, low;
            if (value[i] == '%' && i + 2 < value.Length && (high = Ascii.Hex(value[i + 1])) >= 0 && (low = Ascii.Hex(value[i + 2])) >= 0)
            {
                var b = (byte)(high << 4 | low);
                _raw.Append(b is (byte)'\r' or (byte)'\n' or 0 ? (byte)' ' : b);
                i += 2;
            }
            else
            {
                _raw.Append(value[i]);
            }
        }

        return charset;
    }

    private void AddWire(ReadOnlySpan<byte> value)
    {
        foreach (var b in value)
        {
            if (b is > 32 and < 127)
                _wire.Append(b);
            else
                AddPercent(b);
        }
    }

    private void AddPlain(ReadOnlySpan<byte> value, bool extended)
    {
        _raw.Append(value);
        if (!extended)
            return;
        foreach (var b in value)
        {
            // RFC 2231 §7, attribute-char
            if (b is > 32 and < 127 && !"*'%()<>@,;:\\\"/[]?="u8.Contains(b))
                _wire.Append(b);
            else
                AddPercent(b);
        }
    }

    private void AddPercent(byte b)
    {
        const string Digits = "0123456789ABCDEF";
        _wire.Append((byte)'%');
        _wire.Append((byte)Digits[b >> 4]);
        _wire.Append((byte)Digits[b & 15]);
    }
}
