using Microsoft.Win32.SafeHandles;

namespace MailCluster.Storage.Packs.Format;

/// <summary>Reads a file from front to back in big blocks, for scans.</summary>
internal sealed class FileWindow(SafeFileHandle file)
{
    private const int BlockSize = 1 << 20;

    private readonly byte[] _block = new byte[BlockSize];
    private long _start;
    private int _length;

    public long Length { get; } = RandomAccess.GetLength(file);

    /// <summary>
    /// The bytes at <paramref name="offset"/>: at least <paramref name="wanted"/> (at most a block) unless the file ends before, and as many
    /// more as happen to be there.
    /// </summary>
    public ReadOnlySpan<byte> Peek(long offset, int wanted)
    {
        if (offset < _start || offset + wanted > _start + _length)
        {
            _start = offset;
            _length = 0;
            while (_length < BlockSize)
            {
                var read = RandomAccess.Read(file, _block.AsSpan(_length), offset + _length);
                if (read == 0)
                    break;
                _length += read;
            }
        }

        return _block.AsSpan((int)(offset - _start), (int)(_start + _length - offset));
    }

    /// <summary>The checksum of a range; null when the file ends before.</summary>
    public uint? Checksum(uint seed, long offset, long length)
    {
        var checksum = seed;
        while (length > 0)
        {
            var bytes = Peek(offset, 1);
            if (bytes.IsEmpty)
                return null;
            if (bytes.Length > length)
                bytes = bytes[..(int)length];
            checksum = Crc32C.Append(checksum, bytes);
            offset += bytes.Length;
            length -= bytes.Length;
        }

        return checksum;
    }
}
