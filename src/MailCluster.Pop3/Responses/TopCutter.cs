namespace MailCluster.Pop3.Responses;

/// <summary>Finds where TOP ends: after the header, the blank line, and so many lines of the body (RFC 1939 §7).</summary>
internal struct TopCutter(int lines)
{
    private int _lines = lines;
    private bool _inBody;
    private bool _lineHasText;

    /// <summary>How much of the next piece belongs to the answer. <paramref name="ended"/>: nothing after it does.</summary>
    public int Take(ReadOnlySpan<byte> piece, out bool ended)
    {
        ended = false;
        for (var at = 0; at < piece.Length;)
        {
            var length = piece[at..].IndexOf((byte)'\n');
            var line = length < 0 ? piece[at..] : piece.Slice(at, length);
            if (!_inBody)
                _lineHasText |= line.ContainsAnyExcept((byte)'\r');
            if (length < 0)
                break;
            at += length + 1;
            if (_inBody)
                _lines--;
            else if (!_lineHasText)
                _inBody = true;
            _lineHasText = false;
            ended = _inBody && _lines <= 0;
            if (ended)
                return at;
        }

        return piece.Length;
    }
}
