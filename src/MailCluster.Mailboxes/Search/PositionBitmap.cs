using System.Collections.Immutable;
using System.Numerics;

namespace MailCluster.Mailboxes.Search;

/// <summary>One bit for each message of a version of a folder.</summary>
internal sealed class PositionBitmap
{
    private readonly ulong[] _words;

    public PositionBitmap(int length)
    {
        Length = length;
        _words = new ulong[(length + 63) >> 6];
    }

    private PositionBitmap(PositionBitmap other)
    {
        Length = other.Length;
        _words = (ulong[])other._words.Clone();
    }

    /// <summary>How many messages, set or not.</summary>
    public int Length { get; }

    public bool this[int position] => (_words[position >> 6] >> position & 1) != 0;

    public bool IsEmpty => !_words.AsSpan().ContainsAnyExcept(0UL);

    public static PositionBitmap All(int length)
    {
        var all = new PositionBitmap(length);
        all.SetRange(0, length);
        return all;
    }

    public PositionBitmap Copy() => new(this);

    public void Set(int position) => _words[position >> 6] |= 1UL << position;

    public void Clear(int position) => _words[position >> 6] &= ~(1UL << position);

    public void SetRange(int start, int count)
    {
        for (var position = start; position < start + count;)
        {
            var bit = position & 63;
            var run = Math.Min(64 - bit, start + count - position);
            var ones = run == 64 ? ulong.MaxValue : (1UL << run) - 1;
            _words[position >> 6] |= ones << bit;
            position += run;
        }
    }

    public void And(PositionBitmap other)
    {
        for (var i = 0; i < _words.Length; i++)
            _words[i] &= other._words[i];
    }

    public void Or(PositionBitmap other)
    {
        for (var i = 0; i < _words.Length; i++)
            _words[i] |= other._words[i];
    }

    public void AndNot(PositionBitmap other)
    {
        for (var i = 0; i < _words.Length; i++)
            _words[i] &= ~other._words[i];
    }

    /// <summary>
    /// The bits that are set, ascending: fills <paramref name="positions"/> from <paramref name="from"/> on, and returns how many.
    /// </summary>
    public int Next(ref int from, Span<int> positions)
    {
        var count = 0;
        while (from < Length && count < positions.Length)
        {
            var rest = _words[from >> 6] >> (from & 63);
            if (rest == 0)
            {
                from = ((from >> 6) + 1) << 6;
                continue;
            }

            from += BitOperations.TrailingZeroCount(rest);
            positions[count++] = from++;
        }

        return count;
    }

    public PositionSet ToSet()
    {
        var runs = ImmutableArray.CreateBuilder<PositionRun>();
        for (var start = NextSet(0); start < Length;)
        {
            var end = NextClear(start);
            runs.Add(new PositionRun(start, end - start));
            start = NextSet(end);
        }

        return PositionSet.FromSorted(runs.DrainToImmutable());
    }

    private int NextSet(int from) => Find(from, 0);

    private int NextClear(int from) => Find(from, ulong.MaxValue);

    private int Find(int from, ulong invert)
    {
        while (from < Length)
        {
            var rest = (_words[from >> 6] ^ invert) >> (from & 63);
            if (rest != 0)
                return Math.Min(Length, from + BitOperations.TrailingZeroCount(rest));
            from = ((from >> 6) + 1) << 6;
        }

        return Length;
    }
}
