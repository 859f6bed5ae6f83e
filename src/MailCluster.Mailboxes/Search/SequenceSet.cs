using System.Collections.Immutable;
using System.Text;

namespace MailCluster.Mailboxes.Search;

/// <summary>One element of a <see cref="SequenceSet"/>, ends in the order given. 0 stands for <c>*</c>.</summary>
public readonly record struct SequenceRange(uint First, uint Last)
{
    public const uint Star = 0;

    public bool HasStar => First == Star || Last == Star;
}

/// <summary>
/// Message numbers or UIDs as a client names them: <c>2,4:7,9,12:*</c> or <c>$</c> (RFC 9051 §9, sequence-set). Nothing is known of a
/// folder here; <see cref="TryResolve"/> gives the set its meaning in one version of a folder.
/// </summary>
public sealed partial class SequenceSet : IEquatable<SequenceSet>
{
    private readonly ImmutableArray<SequenceRange> _ranges;

    /// <param name="ranges">Not empty; ends may be in any order, ranges may overlap.</param>
    public SequenceSet(ImmutableArray<SequenceRange> ranges) => _ranges = ranges;

    /// <summary><c>$</c>: the saved result of the last SEARCH (RFC 9051 §6.4.4.1).</summary>
    public static SequenceSet Saved { get; } = new([]);

    /// <summary><c>1:*</c>.</summary>
    public static SequenceSet All { get; } = new([new SequenceRange(1, SequenceRange.Star)]);

    public bool IsSaved => _ranges.IsEmpty;

    public ImmutableArray<SequenceRange> Ranges => _ranges;

    /// <summary>Whether <c>*</c> occurs, which some places forbid (RFC 7162 §3.2.5).</summary>
    public bool HasStar
    {
        get
        {
            foreach (var range in _ranges)
            {
                if (range.HasStar)
                    return true;
            }

            return false;
        }
    }

    public static SequenceSet Of(uint number) => new([new SequenceRange(number, number)]);

    /// <summary>The UIDs of a set that has no <c>*</c>, whether they exist or not (QRESYNC's known UIDs).</summary>
    /// <exception cref="InvalidOperationException">The set is <c>$</c> or has <c>*</c>.</exception>
    public UidSet ToUidSet() =>
        HasStar ? throw new InvalidOperationException("The set has no meaning without a folder.") : ToUidSet(SequenceRange.Star);

    /// <summary>The UIDs of the set, whether they exist or not, with <paramref name="star"/> for <c>*</c>.</summary>
    /// <exception cref="InvalidOperationException">The set is <c>$</c>.</exception>
    public UidSet ToUidSet(uint star)
    {
        if (IsSaved)
            throw new InvalidOperationException("The set has no meaning without a session.");
        var ranges = new UidRange[_ranges.Length];
        for (var i = 0; i < ranges.Length; i++)
        {
            var (low, high) = Ends(_ranges[i], star);
            ranges[i] = new UidRange(low, high);
        }

        return UidSet.FromRanges(ranges);
    }

    public bool Equals(SequenceSet? other) => other is not null && _ranges.AsSpan().SequenceEqual(other._ranges.AsSpan());

    public override bool Equals(object? obj) => Equals(obj as SequenceSet);

    public override int GetHashCode() => HashCode.Combine(_ranges.Length, _ranges.IsEmpty ? default : _ranges[0]);

    public override string ToString()
    {
        if (IsSaved)
            return "$";
        var text = new StringBuilder();
        foreach (var (first, last) in _ranges)
        {
            if (text.Length > 0)
                text.Append(',');
            Append(text, first);
            if (first != last)
                Append(text.Append(':'), last);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, uint number)
    {
        if (number == SequenceRange.Star)
            text.Append('*');
        else
            text.Append(number);
    }
}
