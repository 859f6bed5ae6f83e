using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MailCluster.Mime;

/// <summary>
/// A growing run of bytes that is used again and again by one thread, so that a summary costs no garbage. Not thread safe.
/// </summary>
public sealed class ByteBuffer : IBufferWriter<byte>
{
    private byte[] _bytes;
    private int _length;

    public ByteBuffer(int capacity = 256) => _bytes = new byte[capacity];

    public int Length => _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public ReadOnlyMemory<byte> WrittenMemory => _bytes.AsMemory(0, _length);

    internal Span<byte> WritableWritten => _bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    /// <summary>Forgets what lies behind <paramref name="length"/>.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)length, (uint)_length, nameof(length));
        _length = length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(byte value)
    {
        if (_length == _bytes.Length)
            Grow(1);
        _bytes[_length++] = value;
    }

    public void Append(ReadOnlySpan<byte> value)
    {
        value.CopyTo(GetSpan(value.Length));
        _length += value.Length;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_bytes.Length - _length), nameof(count));
        _length += count;
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (_bytes.Length - _length < Math.Max(sizeHint, 1))
            Grow(Math.Max(sizeHint, 1));
        return _bytes.AsSpan(_length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        GetSpan(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public byte[] ToArray() => Written.ToArray();

    /// <summary>Gives memory back when one large message has made the buffer larger than <paramref name="capacityMax"/>.</summary>
    internal void Trim(int capacityMax)
    {
        _length = 0;
        if (_bytes.Length > capacityMax)
            _bytes = new byte[Math.Min(capacityMax, 4096)];
    }

    internal void AppendVarint(uint value)
    {
        while (value >= 0x80)
        {
            Append((byte)(value | 0x80));
            value >>= 7;
        }

        Append((byte)value);
    }

    internal void AppendVarint(int value) => AppendVarint(checked((uint)value));

    internal void AppendFixed(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(GetSpan(4), value);
        _length += 4;
    }

    internal void SetFixed(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(at, 4), value);

    internal void SetByte(int at, byte value) => _bytes[at] = value;

    /// <summary>A string with its length.</summary>
    internal void AppendString(ReadOnlySpan<byte> value)
    {
        AppendVarint(value.Length);
        Append(value);
    }

    /// <summary>A string that may be absent: length + 1, 0 for absent.</summary>
    internal void AppendOptional(bool present, ReadOnlySpan<byte> value)
    {
        if (!present)
        {
            Append((byte)0);
            return;
        }

        AppendVarint(value.Length + 1);
        Append(value);
    }

    private void Grow(int more)
    {
        var needed = checked(_length + more);
        var size = (int)Math.Min(Math.Max((long)_bytes.Length * 2, needed), Array.MaxLength);
        if (size < needed)
            throw new InvalidOperationException("A buffer cannot grow past 2 GiB.");
        Array.Resize(ref _bytes, size);
    }
}
