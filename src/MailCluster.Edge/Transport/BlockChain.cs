using System.Buffers;

namespace MailCluster.Edge.Transport;

/// <summary>
/// What one direction of a connection holds: blocks that are filled at the end and taken from the beginning. Empty it holds no memory, only one block object for the next
/// time. A struct that changes: a field of its owner, never copied. One thread at a time.
/// </summary>
internal struct BlockChain
{
    /// <summary>For what fits: commands and their answers. All that a client can make the node hold by sending half a command.</summary>
    private const int FirstBytes = 4 * 1024;

    /// <summary>For what does not: literals, messages, lists.</summary>
    private const int NextBytes = 16 * 1024;

    /// <summary>Less room than this is not worth a call or a piece of its own.</summary>
    private const int RoomMin = 64;

    private TransportBlock? _head;
    private TransportBlock? _tail;
    private TransportBlock? _offered;
    private TransportBlock? _spare;
    private int _start;

    /// <summary>Octets in the chain.</summary>
    public long Length { get; private set; }

    /// <summary>The first block, if there is any.</summary>
    public readonly TransportBlock? First => _head;

    /// <summary>Where in the first block the chain begins.</summary>
    public readonly int Start => _start;

    /// <summary>What is in it, until the next <see cref="Take(long)"/>.</summary>
    public readonly ReadOnlySequence<byte> Sequence =>
        _head is null ? ReadOnlySequence<byte>.Empty : new ReadOnlySequence<byte>(_head, _start, _tail!, _tail!.Length);

    /// <summary>Room at the end, at least <paramref name="bytesMin"/>; <see cref="Commit"/> says how much of it was used.</summary>
    /// <param name="bytesMin">0: whatever there is.</param>
    /// <param name="isBulk">Much is to be expected.</param>
    public Memory<byte> Offer(int bytesMin, bool isBulk)
    {
        var needed = Math.Max(bytesMin, RoomMin);
        if (_offered is not null && _offered.FreeLength < needed)
            Withdraw();
        if (_offered is not null)
            return _offered.Free;
        if (_tail is not null && _tail.FreeLength >= needed)
            return _tail.Free;
        _offered = _spare ?? new TransportBlock();
        _spare = null;
        _offered.Rent(Math.Max(needed, _head is null && !isBulk ? FirstBytes : NextBytes));
        return _offered.Free;
    }

    /// <summary>So much of what was offered has been filled.</summary>
    public void Commit(int count)
    {
        if (count == 0)
            return;
        if (_offered is { } block)
        {
            block.Fill(count);
            _offered = null;
            if (_tail is null)
                _head = block;
            else
                _tail.Append(block);
            _tail = block;
        }
        else
        {
            (_tail ?? throw new InvalidOperationException("Nothing was offered.")).Fill(count);
        }

        Length += count;
    }

    /// <summary>Takes back an offer that is not used.</summary>
    public void Withdraw()
    {
        if (_offered is { } block)
        {
            _offered = null;
            Return(block);
        }
    }

    /// <summary>Octets from the beginning of the chain to a place in <see cref="Sequence"/>.</summary>
    public readonly long OffsetOf(SequencePosition position) =>
        position.GetObject() is TransportBlock block ? block.RunningIndex + position.GetInteger() - _head!.RunningIndex - _start : 0;

    /// <summary>Takes octets off the beginning, and gives back the blocks that are used up.</summary>
    public void Take(long count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)count, (ulong)Length, nameof(count));
        Length -= count;
        while (_head is { } block)
        {
            var here = block.Length - _start;
            if (count < here)
            {
                _start += (int)count;
                return;
            }

            count -= here;
            _start = 0;
            _head = block.Following;
            if (_head is null)
                _tail = null;
            Return(block);
        }
    }

    public void Clear()
    {
        Withdraw();
        Take(Length);
    }

    private void Return(TransportBlock block)
    {
        block.Return();
        _spare ??= block;
    }
}
