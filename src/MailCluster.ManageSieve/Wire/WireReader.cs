using System.Buffers;

namespace MailCluster.ManageSieve.Wire;

/// <summary>How reading one token went.</summary>
internal enum TokenStatus
{
    Ok,

    /// <summary>The input ends within the token.</summary>
    NeedMore,

    /// <summary>The input ends within the content of a literal.</summary>
    NeedLiteral,

    /// <summary>Something else is there; nothing was taken.</summary>
    Bad,

    /// <summary>It is longer than it may be. Nothing was taken.</summary>
    TooLong,
}

/// <summary>Reads the tokens of RFC 5804 §4. Pure; what is not <see cref="TokenStatus.Ok"/> takes nothing from the input.</summary>
internal ref struct WireReader(in ReadOnlySequence<byte> input)
{
    /// <summary>Digits of the largest number, 4294967295.</summary>
    private const int NumberDigitsMax = 10;

    private static readonly SearchValues<byte> s_atomChars =
        SearchValues.Create("!#$%&'*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz|}~"u8);

    private SequenceReader<byte> _input = new(input);

    public readonly SequencePosition Position => _input.Position;

    /// <summary><c>atom</c>, at most <paramref name="bytesMax"/>; with a byte behind it, so that it is known to have ended.</summary>
    public TokenStatus ReadAtom(int bytesMax, out ReadOnlySequence<byte> atom)
    {
        var ahead = _input;
        atom = default;
        var length = 0;
        while (true)
        {
            if (ahead.End)
                return length > bytesMax ? TokenStatus.TooLong : TokenStatus.NeedMore;
            var span = ahead.UnreadSpan;
            var end = span.IndexOfAnyExcept(s_atomChars);
            length += end < 0 ? span.Length : end;
            if (length > bytesMax)
                return TokenStatus.TooLong;
            ahead.Advance(end < 0 ? span.Length : end);
            if (end >= 0)
                break;
        }

        if (length == 0)
            return TokenStatus.Bad;
        atom = _input.Sequence.Slice(_input.Position, ahead.Position);
        _input = ahead;
        return TokenStatus.Ok;
    }

    /// <summary>One space.</summary>
    public TokenStatus ReadSpace() => ReadByte((byte)' ');

    /// <summary>The end of the request. <see cref="TokenStatus.Bad"/>: more stands there.</summary>
    public TokenStatus ReadCrlf()
    {
        var ahead = _input;
        var status = ReadCrlf(ref ahead);
        if (status == TokenStatus.Ok)
            _input = ahead;
        return status;
    }

    /// <summary><c>number</c>: 32 bits, without leading zeros; with a byte behind it.</summary>
    public TokenStatus ReadNumber(out uint value)
    {
        var ahead = _input;
        var status = ReadNumber(ref ahead, out value);
        if (status == TokenStatus.Ok)
            _input = ahead;
        return status;
    }

    /// <summary><c>string</c>, as a client sends it: quoted, or a literal that waits for nothing.</summary>
    /// <param name="bytesMax">Bytes of its content.</param>
    /// <param name="value">Where its content is.</param>
    public TokenStatus ReadString(long bytesMax, out WireString value)
    {
        value = default;
        if (!_input.TryPeek(out var first))
            return TokenStatus.NeedMore;
        return first switch
        {
            (byte)'"' => ReadQuoted(bytesMax, out value),
            (byte)'{' => ReadLiteral(bytesMax, out value),
            _ => TokenStatus.Bad,
        };
    }

    private TokenStatus ReadQuoted(long bytesMax, out WireString value)
    {
        value = default;
        var ahead = _input;
        ahead.Advance(1);
        var start = ahead.Position;
        var begun = ahead.Consumed;
        long escapes = 0;
        while (true)
        {
            if (!ahead.TryReadToAny(out ReadOnlySequence<byte> _, "\"\\\r\n\0"u8, advancePastDelimiter: false))
                return ahead.Remaining + ahead.Consumed - begun > WireLimits.QuotedBytesMax ? TokenStatus.TooLong : TokenStatus.NeedMore;
            if (ahead.Consumed - begun > WireLimits.QuotedBytesMax)
                return TokenStatus.TooLong;
            ahead.TryPeek(out var stop);
            if (stop == (byte)'"')
                break;
            if (stop != (byte)'\\')
                return TokenStatus.Bad; // SAFE-CHAR has no CR, LF, NUL
            if (!ahead.TryPeek(1, out var escaped))
                return TokenStatus.NeedMore;
            if (escaped is not ((byte)'"' or (byte)'\\'))
                return TokenStatus.Bad;
            escapes++;
            ahead.Advance(2);
        }

        var raw = _input.Sequence.Slice(start, ahead.Position);
        if (raw.Length - escapes > bytesMax)
            return TokenStatus.TooLong;
        ahead.Advance(1);
        _input = ahead;
        value = new WireString(raw, escapes > 0);
        return TokenStatus.Ok;
    }

    private TokenStatus ReadLiteral(long bytesMax, out WireString value)
    {
        value = default;
        var ahead = _input;
        ahead.Advance(1);
        var status = ReadNumber(ref ahead, out var length);
        if (status == TokenStatus.Ok)
            status = ReadByte(ref ahead, (byte)'+');
        if (status == TokenStatus.Ok)
            status = ReadByte(ref ahead, (byte)'}');
        if (status == TokenStatus.Ok)
            status = ReadCrlf(ref ahead);
        if (status != TokenStatus.Ok)
            return status;
        if (length > bytesMax)
            return TokenStatus.TooLong;
        if (ahead.Remaining < length)
            return TokenStatus.NeedLiteral;
        value = new WireString(ahead.UnreadSequence.Slice(0, length), false);
        ahead.Advance(length);
        _input = ahead;
        return TokenStatus.Ok;
    }

    private TokenStatus ReadByte(byte expected)
    {
        var ahead = _input;
        var status = ReadByte(ref ahead, expected);
        if (status == TokenStatus.Ok)
            _input = ahead;
        return status;
    }

    private static TokenStatus ReadByte(ref SequenceReader<byte> ahead, byte expected)
    {
        if (!ahead.TryPeek(out var next))
            return TokenStatus.NeedMore;
        if (next != expected)
            return TokenStatus.Bad;
        ahead.Advance(1);
        return TokenStatus.Ok;
    }

    private static TokenStatus ReadCrlf(ref SequenceReader<byte> ahead)
    {
        var status = ReadByte(ref ahead, (byte)'\r');
        return status == TokenStatus.Ok ? ReadByte(ref ahead, (byte)'\n') : status;
    }

    private static TokenStatus ReadNumber(ref SequenceReader<byte> ahead, out uint value)
    {
        value = 0;
        ulong number = 0;
        for (var digits = 0; ; digits++)
        {
            if (!ahead.TryPeek(out var next))
                return TokenStatus.NeedMore;
            if (!char.IsAsciiDigit((char)next))
            {
                value = (uint)number;
                return digits > 0 ? TokenStatus.Ok : TokenStatus.Bad;
            }

            number = (number * 10) + (ulong)(next - '0');
            if (digits == NumberDigitsMax || number > uint.MaxValue || (digits == 1 && number < 10))
                return TokenStatus.Bad;
            ahead.Advance(1);
        }
    }
}
