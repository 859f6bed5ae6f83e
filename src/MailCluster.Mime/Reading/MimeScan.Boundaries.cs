using System.Buffers;

namespace MailCluster.Mime;

internal ref partial struct MimeScan
{
    /// <summary>RFC 2046 §5.1.1 allows 70. Longer ones occur; a limit keeps the comparison of hostile ones cheap.</summary>
    private const int BoundaryLengthMax = 512;

    /// <summary>A boundary: a run of the message, or its own bytes where the message has it with escapes.</summary>
    private readonly record struct BoundaryText(int Start, int Length, byte[]? Unescaped)
    {
        public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> message) => Unescaped ?? message.Slice(Start, Length);
    }

    /// <summary>What ended a part: a delimiter line of the multipart at <see cref="Level"/>, or the end of the message (level -1).</summary>
    private record struct Delimiter(int Level, bool IsClose, ByteRange Line, int ContentEnd);

    private static bool IsBlankByte(byte b) => b is (byte)' ' or (byte)'\t';

    private readonly bool TryGetBoundary(in HeaderBlock header, in ContentType type, out BoundaryText boundary)
    {
        var value = header.ContentTypeValue.Of(_message);
        var parameters = new MimeParameterReader(value, type.ParametersAt);
        while (parameters.MoveNext())
        {
            if (!Ascii.EqualsIgnoreCase(parameters.Name, "boundary"u8))
                continue;

            // Trailing space cannot be told from what transport adds to a line, and never belongs to a boundary (RFC 2046 §5.1.1).
            var raw = parameters.Raw.TrimEnd(" \t\r\n"u8);
            if (raw.IsEmpty || raw.Length > BoundaryLengthMax)
                break;
            if (!parameters.NeedsUnescape)
            {
                boundary = new(header.ContentTypeValue.Offset + parameters.RawOffset, raw.Length, null);
                return true;
            }

            var text = new ByteBuffer();
            parameters.AppendValue(text);
            var unescaped = text.Written.TrimEnd(" \t"u8).ToArray();
            boundary = new(0, 0, unescaped);
            return unescaped.Length > 0;
        }

        boundary = default;
        return false;
    }

    private int Open(BoundaryText boundary)
    {
        if (_openCount == _open.Length)
        {
            var larger = ArrayPool<BoundaryText>.Shared.Rent(Math.Max(16, _openCount * 2));
            _open.AsSpan(0, _openCount).CopyTo(larger);
            Return(_open);
            _open = larger;
        }

        _open[_openCount] = boundary;
        return _openCount++;
    }

    private void Close(int level) => _openCount = level;

    private void CloseAll()
    {
        Return(_open);
        _open = [];
        _openCount = 0;
    }

    private static void Return(BoundaryText[] array)
    {
        if (array.Length > 0)
            ArrayPool<BoundaryText>.Shared.Return(array, clearArray: true);
    }

    /// <summary>Finds the next delimiter line of any open multipart at or after the start of line <paramref name="from"/>.</summary>
    private readonly Delimiter FindDelimiter(int from)
    {
        if (_openCount > 0)
        {
            if (TryMatchDelimiter(from, out var delimiter))
            {
                delimiter.ContentEnd = from;
                return delimiter;
            }

            ReadOnlySpan<byte> pattern = _lineEnd == '\n' ? "\n--"u8 : "\r--"u8;
            var at = from;
            int i;
            while (at < _message.Length && (i = _message[at..].IndexOf(pattern)) >= 0)
            {
                at += i + 1;
                if (!TryMatchDelimiter(at, out delimiter))
                    continue;
                delimiter.ContentEnd = HeaderLine.ContentEnd(_message, from, at, _lineEnd);
                return delimiter;
            }
        }

        return new Delimiter(-1, false, new ByteRange(_message.Length, 0), _message.Length);
    }

    private readonly bool TryMatchDelimiter(int at, out Delimiter delimiter)
    {
        delimiter = default;
        if (_openCount == 0 || _message.Length - at < 3 || _message[at] != '-' || _message[at + 1] != '-')
            return false;

        var line = _message[(at + 2)..];
        for (var level = _openCount - 1; level >= 0; level--)
        {
            var boundary = _open[level].Of(_message);
            if (!line.StartsWith(boundary))
                continue;
            var end = boundary.Length;
            if (IsLineRest(line, end, out var next))
                return Matched(level, false, at, next, out delimiter);
            if (line[end..].StartsWith("--"u8) && IsLineRest(line, end + 2, out next))
                return Matched(level, true, at, next, out delimiter);
        }

        return false;
    }

    private static bool Matched(int level, bool isClose, int at, int length, out Delimiter delimiter)
    {
        delimiter = new Delimiter(level, isClose, new ByteRange(at, 2 + length), at);
        return true;
    }

    /// <summary>True if only white space is left of the line.</summary>
    private readonly bool IsLineRest(ReadOnlySpan<byte> line, int at, out int next)
    {
        while (at < line.Length && IsBlankByte(line[at]))
            at++;
        if (_lineEnd == '\n')
        {
            while (at + 1 < line.Length && line[at] == '\r' && line[at + 1] is (byte)'\r' or (byte)'\n')
                at++;
            if (at + 1 == line.Length && line[at] == '\r')
                at++;
        }

        next = Math.Min(at + 1, line.Length);
        return at >= line.Length || line[at] == _lineEnd;
    }
}
