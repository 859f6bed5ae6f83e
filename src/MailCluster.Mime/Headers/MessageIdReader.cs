using System.Buffers;

namespace MailCluster.Mime;

/// <summary>
/// Walks the message ids of a Message-ID, References or In-Reply-To value. An id is given without its angle brackets, white space and comments,
/// and with quoted strings opened, so that ids that mean the same are the same bytes (RFC 5256 §3, REFERENCES).
/// </summary>
internal ref struct MessageIdReader(ReadOnlySpan<byte> value, ByteBuffer scratch)
{
    /// <summary>RFC 5322 allows 996; a longer one is no id that anybody refers to.</summary>
    private const int LengthMax = 996;

    private static readonly SearchValues<byte> NotInBare = SearchValues.Create(" \t\r\n<>"u8);

    private readonly ReadOnlySpan<byte> _value = value;
    private int _at;

    public readonly ReadOnlySpan<byte> Id => scratch.Written;

    public bool MoveNext()
    {
        while (_at < _value.Length)
        {
            var open = _value[_at..].IndexOf((byte)'<');
            if (open < 0)
            {
                _at = _value.Length;
                return false;
            }

            _at += open + 1;
            var length = _value[_at..].IndexOfAny((byte)'>', (byte)'<');
            if (length < 0)
                length = _value.Length - _at;
            var id = _value.Slice(_at, length);
            _at += length;
            if (Normalise(id))
                return true;
        }

        return false;
    }

    /// <summary>For a Message-ID without brackets: its one word, if it has an at sign.</summary>
    public bool MoveToBare()
    {
        var id = Lwsp.Trim(_value);
        return id.Contains((byte)'@') && !id.ContainsAny(NotInBare) && Normalise(id);
    }

    private readonly bool Normalise(ReadOnlySpan<byte> id)
    {
        scratch.Clear();
        if (id.Length > LengthMax)
            return false;
        for (var i = 0; i < id.Length; i++)
        {
            var b = id[i];
            if (b == '\\' && i + 1 < id.Length)
                b = id[++i];
            else if (b == '"' || Lwsp.IsSpace(b))
                continue;
            if (b != 0)
                scratch.Append(b);
        }

        return scratch.Length > 0;
    }
}
