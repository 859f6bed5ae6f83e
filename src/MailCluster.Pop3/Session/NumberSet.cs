using System.Numerics;

namespace MailCluster.Pop3.Session;

/// <summary>Marks on messages, a bit each. Costs nothing while there are none: most sessions delete nothing.</summary>
internal sealed class NumberSet(int capacity)
{
    private ulong[]? _words;

    public int Count { get; private set; }

    /// <summary>False if it was in already.</summary>
    public bool Add(int at)
    {
        _words ??= new ulong[(capacity + 63) / 64];
        var bit = 1UL << at;
        if ((_words[at >> 6] & bit) != 0)
            return false;
        _words[at >> 6] |= bit;
        Count++;
        return true;
    }

    public bool Contains(int at) => _words is not null && (_words[at >> 6] & 1UL << at) != 0;

    public void Clear()
    {
        if (_words is not null)
            Array.Clear(_words);
        Count = 0;
    }

    /// <summary>All members, ascending.</summary>
    public IEnumerable<int> Members()
    {
        for (var word = 0; word < (_words?.Length ?? 0); word++)
        {
            for (var bits = _words![word]; bits != 0; bits &= bits - 1)
                yield return (word << 6) + BitOperations.TrailingZeroCount(bits);
        }
    }
}
