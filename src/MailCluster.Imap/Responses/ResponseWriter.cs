using System.Buffers;
using System.Buffers.Text;

namespace MailCluster.Imap.Responses;

/// <summary>
/// Writes the tokens of responses straight into the memory of an <see cref="IBufferWriter{T}"/> (RFC 9051 §9, response). Methods write what
/// they are named for and nothing around it: spaces are the caller's. Nothing counts as written before <see cref="Commit"/>, so a writer
/// must not be dropped without it.
/// </summary>
/// <param name="output">Where to; nobody else may write to it before <see cref="Commit"/>.</param>
/// <param name="utf8">The client has enabled IMAP4rev2: quoted strings may hold UTF-8, mailbox names are UTF-8.</param>
internal ref partial struct ResponseWriter(IBufferWriter<byte> output, bool utf8 = false)
{
    // What GetSpan is asked for at least; a pipe gives whole segments.
    private const int SpanBytesMin = 512;

    private readonly IBufferWriter<byte> _output = output;
    private Span<byte> _span;
    private int _at;

    /// <summary>The client has enabled IMAP4rev2.</summary>
    public bool Utf8 { get; } = utf8;

    /// <summary>Hands over what was written. The writer may be used on.</summary>
    public void Commit()
    {
        if (_at > 0)
            _output.Advance(_at);
        _span = default;
        _at = 0;
    }

    /// <summary>Bytes as they are.</summary>
    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        if (!bytes.TryCopyTo(_span[_at..]))
        {
            RawLong(bytes);
            return;
        }

        _at += bytes.Length;
    }

    public void Byte(byte value)
    {
        if (_at >= _span.Length)
            Grow(1);
        _span[_at++] = value;
    }

    public void Space() => Byte((byte)' ');

    public void Open() => Byte((byte)'(');

    public void Close() => Byte((byte)')');

    public void Nil() => Raw("NIL"u8);

    public void Crlf() => Raw("\r\n"u8);

    /// <summary>ASCII text that is known to need no quoting.</summary>
    public void Ascii(string text)
    {
        if (_span.Length - _at < text.Length)
            Grow(text.Length);
        System.Text.Ascii.FromUtf16(text, _span[_at..], out var written);
        _at += written;
    }

    public void Number(long number)
    {
        const int DigitsMax = 20;
        if (_span.Length - _at < DigitsMax)
            Grow(DigitsMax);
        Utf8Formatter.TryFormat(number, _span[_at..], out var written);
        _at += written;
    }

    /// <summary>A group of digits of a fixed width, filled with zeros.</summary>
    public void Digits(int number, int width)
    {
        if (_span.Length - _at < width)
            Grow(width);
        for (var i = width - 1; i >= 0; i--)
        {
            _span[_at + i] = (byte)('0' + (number % 10));
            number /= 10;
        }

        _at += width;
    }

    private void Grow(int bytes)
    {
        if (_at > 0)
            _output.Advance(_at);
        _at = 0;
        _span = _output.GetSpan(Math.Max(bytes, SpanBytesMin));
    }

    private void RawLong(scoped ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_at == _span.Length)
                Grow(1);
            var part = bytes[..Math.Min(bytes.Length, _span.Length - _at)];
            part.CopyTo(_span[_at..]);
            _at += part.Length;
            bytes = bytes[part.Length..];
        }
    }
}
