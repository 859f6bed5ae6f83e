using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace MailCluster.Mime;

/// <summary>
/// Reads the primitives of the summary format; whatever the bytes are, it reads inside them or throws <see cref="SummaryFormatException"/>.
/// </summary>
internal ref struct SummaryCursor(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    public readonly ReadOnlySpan<byte> Rest => _rest;

    public byte ReadByte()
    {
        if (_rest.IsEmpty)
            Throw();
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    public uint ReadFixed()
    {
        if (_rest.Length < 4)
            Throw();
        var value = BinaryPrimitives.ReadUInt32LittleEndian(_rest);
        _rest = _rest[4..];
        return value;
    }

    public ulong ReadVarint64()
    {
        // Nearly all of them are lengths under 128.
        if (!_rest.IsEmpty && _rest[0] < 0x80)
        {
            ulong small = _rest[0];
            _rest = _rest[1..];
            return small;
        }

        ulong value = 0;
        for (var i = 0; i < _rest.Length && i < 10; i++)
        {
            var b = _rest[i];
            value |= (ulong)(b & 0x7F) << (7 * i);
            if (b < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        Throw();
        return 0;
    }

    public long ReadSigned64()
    {
        var value = ReadVarint64();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A number from 0 to 2^31-1.</summary>
    public int ReadInt()
    {
        var value = ReadVarint64();
        if (value > int.MaxValue)
            Throw();
        return (int)value;
    }

    public ReadOnlySpan<byte> ReadBytes(int length)
    {
        if ((uint)length > (uint)_rest.Length)
            Throw();
        var value = _rest[..length];
        _rest = _rest[length..];
        return value;
    }

    public ReadOnlySpan<byte> ReadString() => ReadBytes(ReadInt());

    public NString ReadOptional()
    {
        var length = ReadInt();
        return length == 0 ? NString.Nil : new NString(ReadBytes(length - 1));
    }

    /// <summary>A run that has to lie in a message of <paramref name="size"/> octets.</summary>
    public static ByteRange Range(int offset, uint length, int size)
    {
        if ((uint)offset > (uint)size || length > (uint)(size - offset))
            Throw();
        return new ByteRange(offset, (int)length);
    }

    [DoesNotReturn]
    public static void Throw() => throw new SummaryFormatException("A message summary is damaged.");
}
