using System.Collections;
using System.Collections.Immutable;
using System.Text;

namespace MailCluster.Mailboxes;

/// <summary>A run of UIDs, both ends included. 1 ≤ First ≤ Last.</summary>
public readonly record struct UidRange(uint First, uint Last)
{
    public long Count => (long)Last - First + 1;

    public bool Contains(uint uid) => uid >= First && uid <= Last;
}

/// <summary>
/// An immutable set of UIDs as sorted, disjoint, non-adjacent ranges. It carries no positions, so that it means the same to every
/// version of a folder, on every node and site.
/// </summary>
public sealed class UidSet : IReadOnlyCollection<UidRange>, IEquatable<UidSet>
{
    private readonly ImmutableArray<UidRange> _ranges;

    private UidSet(ImmutableArray<UidRange> ranges)
    {
        _ranges = ranges;
        foreach (var range in ranges)
            UidCount += range.Count;
    }

    public static UidSet Empty { get; } = new([]);

    public ImmutableArray<UidRange> Ranges => _ranges;

    /// <summary>How many ranges.</summary>
    public int Count => _ranges.Length;

    /// <summary>How many UIDs.</summary>
    public long UidCount { get; }

    public bool IsEmpty => _ranges.IsEmpty;

    /// <exception cref="InvalidOperationException">The set is empty.</exception>
    public uint Min => IsEmpty ? throw new InvalidOperationException("The set is empty.") : _ranges[0].First;

    /// <exception cref="InvalidOperationException">The set is empty.</exception>
    public uint Max => IsEmpty ? throw new InvalidOperationException("The set is empty.") : _ranges[^1].Last;

    public static UidSet Of(uint uid) => new([new UidRange(uid, uid)]);

    public static UidSet OfRange(uint first, uint last) => first > last ? Empty : new([new UidRange(first, last)]);

    /// <summary>Sorts and merges ranges that come in any order and may overlap.</summary>
    public static UidSet FromRanges(IEnumerable<UidRange> ranges)
    {
        var sorted = ranges.ToArray();
        Array.Sort(sorted, static (a, b) => a.First.CompareTo(b.First));
        var builder = new Builder();
        foreach (var range in sorted)
            builder.Add(range);
        return builder.Build();
    }

    public static UidSet FromUids(ReadOnlySpan<uint> uids)
    {
        var sorted = uids.ToArray();
        Array.Sort(sorted);
        var builder = new Builder();
        foreach (var uid in sorted)
            builder.Add(uid);
        return builder.Build();
    }

    public bool Contains(uint uid)
    {
        int low = 0, high = _ranges.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var range = _ranges[middle];
            if (uid < range.First)
                high = middle - 1;
            else if (uid > range.Last)
                low = middle + 1;
            else
                return true;
        }

        return false;
    }

    public UidSet Union(UidSet other)
    {
        if (IsEmpty)
            return other;
        if (other.IsEmpty)
            return this;
        var builder = new Builder();
        int i = 0, j = 0;
        while (i < _ranges.Length || j < other._ranges.Length)
        {
            var takeThis = j == other._ranges.Length || (i < _ranges.Length && _ranges[i].First <= other._ranges[j].First);
            builder.Add(takeThis ? _ranges[i++] : other._ranges[j++]);
        }

        return builder.Build();
    }

    public UidSet Intersect(UidSet other)
    {
        var builder = new Builder();
        int i = 0, j = 0;
        while (i < _ranges.Length && j < other._ranges.Length)
        {
            var first = Math.Max(_ranges[i].First, other._ranges[j].First);
            var last = Math.Min(_ranges[i].Last, other._ranges[j].Last);
            if (first <= last)
                builder.Add(new UidRange(first, last));
            if (_ranges[i].Last < other._ranges[j].Last)
                i++;
            else
                j++;
        }

        return builder.Build();
    }

    /// <summary>Every UID in ascending order.</summary>
    public IEnumerable<uint> Uids()
    {
        foreach (var range in _ranges)
        {
            for (var uid = (long)range.First; uid <= range.Last; uid++)
                yield return (uint)uid;
        }
    }

    public bool Equals(UidSet? other) => other is not null && _ranges.AsSpan().SequenceEqual(other._ranges.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as UidSet);

    public override int GetHashCode() => HashCode.Combine(_ranges.Length, UidCount, IsEmpty ? 0 : Min);

    public IEnumerator<UidRange> GetEnumerator() => ((IEnumerable<UidRange>)_ranges).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>As IMAP writes it: <c>1:3,7,9:12</c> (RFC 9051 §9, uid-set).</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var range in _ranges)
        {
            if (text.Length > 0)
                text.Append(',');
            text.Append(range.First);
            if (range.Last != range.First)
                text.Append(':').Append(range.Last);
        }

        return text.ToString();
    }

    /// <summary>Gathers UIDs and ranges that come in ascending order of their first UID; what touches is merged.</summary>
    public sealed class Builder
    {
        private readonly ImmutableArray<UidRange>.Builder _ranges = ImmutableArray.CreateBuilder<UidRange>();

        public bool IsEmpty => _ranges.Count == 0;

        public void Add(uint uid) => Add(new UidRange(uid, uid));

        /// <exception cref="ArgumentException">The range begins before the one added last, or is empty or begins with 0.</exception>
        public void Add(UidRange range)
        {
            if (range.First == 0 || range.First > range.Last)
                throw new ArgumentException("A UID range begins at 1 or more and does not end before it begins.", nameof(range));
            if (_ranges.Count > 0)
            {
                var last = _ranges[^1];
                if (range.First < last.First)
                    throw new ArgumentException("UIDs must come in ascending order.", nameof(range));
                if (range.First <= (long)last.Last + 1)
                {
                    if (range.Last > last.Last)
                        _ranges[^1] = last with { Last = range.Last };
                    return;
                }
            }

            _ranges.Add(range);
        }

        public UidSet Build() => _ranges.Count == 0 ? Empty : new UidSet(_ranges.ToImmutable());
    }
}
