using System.Buffers;

namespace MailCluster.Edge.Transport;

/// <summary>A rented piece of memory in a <see cref="BlockChain"/>: filled from its beginning, seen as far as it is filled.</summary>
internal sealed class TransportBlock : ReadOnlySequenceSegment<byte>
{
    private byte[] _array = [];

    /// <summary>Octets that are in it.</summary>
    public int Length { get; private set; }

    public TransportBlock? Following => (TransportBlock?)Next;

    /// <summary>What is left of it to be filled.</summary>
    public Memory<byte> Free => _array.AsMemory(Length);

    public int FreeLength => _array.Length - Length;

    public void Rent(int bytesMin) => _array = ArrayPool<byte>.Shared.Rent(bytesMin);

    public void Fill(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)FreeLength, nameof(count));
        Length += count;
        Memory = _array.AsMemory(0, Length);
    }

    /// <summary>This block is full, and the other comes behind it.</summary>
    public void Append(TransportBlock next)
    {
        next.RunningIndex = RunningIndex + Length;
        Next = next;
    }

    /// <summary>Gives the memory back; the block can be used again.</summary>
    public void Return()
    {
        ArrayPool<byte>.Shared.Return(_array);
        _array = [];
        Length = 0;
        Memory = default;
        Next = null;
        RunningIndex = 0;
    }
}
