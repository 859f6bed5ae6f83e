using System.Buffers;

namespace MailCluster.Cluster.Peers.Wire;

/// <summary>A message that comes in several frames.</summary>
internal sealed class MessageAssembly(FrameHeader first)
{
    /// <summary>Reserved at once; beyond it a sender has to send half of what it makes the receiver reserve.</summary>
    private const int FirstBytes = 256 * 1024;

    private byte[] _bytes = new byte[Math.Min(first.Total, FirstBytes)];
    private int _count;

    internal ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _count);

    /// <summary>Adds a frame; true when the message is complete.</summary>
    /// <exception cref="FrameException">The frame does not fit the message.</exception>
    internal bool Add(in FrameHeader header, in ReadOnlySequence<byte> payload)
    {
        var end = (long)_count + header.Length;
        if (header.Kind != first.Kind || header.Total != first.Total || end > first.Total || header.IsLast != (end == first.Total))
        {
            throw new FrameException($"a {header.Kind} frame that does not fit its message");
        }

        if (end > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min(first.Total, Math.Max(end, 2L * _bytes.Length)));
        }

        payload.CopyTo(_bytes.AsSpan(_count));
        _count = (int)end;
        return header.IsLast;
    }
}
