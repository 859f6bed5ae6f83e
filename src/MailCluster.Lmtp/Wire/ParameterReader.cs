namespace MailCluster.Lmtp.Wire;

/// <summary>Reads the parameters after a path: <c>SP keyword [= value]</c> (RFC 5321 §4.1.1.11).</summary>
internal ref struct ParameterReader(ReadOnlySpan<byte> text)
{
    private ReadOnlySpan<byte> _rest = text.TrimEnd((byte)' ');

    /// <summary>True if what was read last, or what follows the path, is no parameter.</summary>
    public bool IsMalformed { get; private set; }

    public bool TryRead(out ReadOnlySpan<byte> keyword, out ReadOnlySpan<byte> value)
    {
        keyword = value = default;
        if (_rest.IsEmpty || IsMalformed)
            return false;
        if (_rest[0] != (byte)' ')
        {
            IsMalformed = true;
            return false;
        }

        var item = _rest.TrimStart((byte)' ');
        var end = item.IndexOf((byte)' ');
        _rest = end < 0 ? default : item[end..];
        item = end < 0 ? item : item[..end];
        var equals = item.IndexOf((byte)'=');
        keyword = equals < 0 ? item : item[..equals];
        value = equals < 0 ? default : item[(equals + 1)..];
        IsMalformed = keyword.IsEmpty || (equals >= 0 && value.IsEmpty);
        return !IsMalformed;
    }
}
