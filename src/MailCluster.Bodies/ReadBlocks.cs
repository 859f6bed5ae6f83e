using System.Buffers;

namespace MailCluster.Bodies;

/// <summary>
/// Memory for the answers to one batch after another, so that going through a folder makes no garbage and stays in the processor's cache. Used by
/// one reader at a time.
/// </summary>
public sealed class ReadBlocks : IDisposable
{
    private readonly List<byte[]> _taken = [];

    /// <summary>Memory of <paramref name="length"/> bytes, with anything in it; good until <see cref="Reset"/>.</summary>
    public Memory<byte> Take(int length)
    {
        var block = ArrayPool<byte>.Shared.Rent(length);
        _taken.Add(block);
        return block.AsMemory(0, length);
    }

    /// <summary>What was taken is not used any more.</summary>
    public void Reset()
    {
        foreach (var block in _taken)
            ArrayPool<byte>.Shared.Return(block);
        _taken.Clear();
    }

    public void Dispose() => Reset();
}
