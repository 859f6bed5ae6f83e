namespace MailCluster.Mime;

/// <summary>
/// Walks the parameters of a Content-Type or Content-Disposition value (RFC 2045 §5.1), raw: RFC 2231 is another layer
/// (<see cref="MimeParameterWriter"/>). Lenient: semicolons may be missing or doubled, a value without quotes may hold spaces, quotes may stay open.
/// </summary>
internal ref struct MimeParameterReader
{
    private readonly ReadOnlySpan<byte> _value;
    private int _at;

    /// <param name="value">The field's value, folds included.</param>
    /// <param name="at">Where the parameters begin: behind the type.</param>
    public MimeParameterReader(ReadOnlySpan<byte> value, int at)
    {
        _value = value;
        _at = at;
    }

    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The value as it stands, without the quotes around it.</summary>
    public ReadOnlySpan<byte> Raw { get; private set; }

    /// <summary>The offset of <see cref="Raw"/> in the field's value.</summary>
    public int RawOffset { get; private set; }

    public bool IsQuoted { get; private set; }

    /// <summary>True if <see cref="Raw"/> has to go through <see cref="AppendValue"/> to be the value.</summary>
    public readonly bool NeedsUnescape => Raw.IndexOfAny("\\\r\n\0"u8) >= 0;

    public bool MoveNext()
    {
        while (true)
        {
            _at = Lwsp.SkipCfws(_value, _at);
            if (_at >= _value.Length)
                return false;
            if (_value[_at] is (byte)';' or (byte)',')
            {
                _at++;
                continue;
            }

            var nameStart = _at;
            while (_at < _value.Length && !Lwsp.IsSpace(_value[_at]) && _value[_at] is not ((byte)'=' or (byte)';' or (byte)'"'))
                _at++;
            Name = _value[nameStart.._at];
            var equals = Lwsp.SkipSpace(_value, _at);
            if (Name.IsEmpty || equals >= _value.Length || _value[equals] != '=')
            {
                // A word that is no parameter: skip it alone, what follows may be one.
                if (Name.IsEmpty)
                    _at++;
                continue;
            }

            _at = Lwsp.SkipSpace(_value, equals + 1);
            ReadValue();
            return true;
        }
    }

    /// <summary>Appends the value: folds and NUL removed, and of quoted pairs only those that escape a quote or a backslash.</summary>
    public readonly void AppendValue(ByteBuffer into)
    {
        // "C:\temp\x" is what some senders mean by it, so a backslash before anything else stays.
        for (var i = 0; i < Raw.Length; i++)
        {
            var b = Raw[i];
            if (b is (byte)'\r' or (byte)'\n' or 0)
                continue;
            if (IsQuoted && b == '\\' && i + 1 < Raw.Length && Raw[i + 1] is (byte)'"' or (byte)'\\')
                b = Raw[++i];
            into.Append(b);
        }
    }

    private void ReadValue()
    {
        IsQuoted = _at < _value.Length && _value[_at] == '"';
        if (IsQuoted)
        {
            var start = ++_at;
            while (_at < _value.Length && _value[_at] != '"')
                _at += _value[_at] == '\\' && _at + 1 < _value.Length ? 2 : 1;
            Raw = _value[start.._at];
            RawOffset = start;
            _at = Math.Min(_at + 1, _value.Length);
            return;
        }

        var length = _value[_at..].IndexOf((byte)';');
        var raw = length < 0 ? _value[_at..] : _value.Slice(_at, length);
        RawOffset = _at;
        _at += raw.Length;
        Raw = Lwsp.Trim(WithoutComment(raw));
    }

    private readonly ReadOnlySpan<byte> WithoutComment(ReadOnlySpan<byte> raw)
    {
        // In a file name, "(1)" without quotes is far more often part of the name than a comment.
        if (Ascii.StartsWithIgnoreCase(Name, "name"u8) || Ascii.StartsWithIgnoreCase(Name, "filename"u8))
            return raw;
        var i = raw.IndexOf((byte)'(');
        return i > 0 && Lwsp.IsSpace(raw[i - 1]) ? raw[..i] : raw;
    }
}
