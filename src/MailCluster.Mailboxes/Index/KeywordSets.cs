using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>
/// The keywords of one folder. Messages mostly share a few combinations, so each combination is kept once, as a numbered set, and the index
/// holds one number a message. Set 0 is the empty set. Immutable; numbers stay the same in all later versions until the index drops the
/// sets that no message uses any more.
/// </summary>
/// <remarks>
/// Keywords are compared without regard to case (RFC 9051 §2.3.2); each is shown as it was first seen in the folder. A set is found by its
/// hash in a plain array: there are few sets, and the scan is vectorised.
/// </remarks>
public sealed class KeywordSets
{
    private readonly ImmutableArray<ImmutableArray<string>> _sets;
    private readonly ImmutableArray<int> _hashes;
    private readonly ImmutableArray<string> _keywords;

    private KeywordSets(ImmutableArray<ImmutableArray<string>> sets, ImmutableArray<int> hashes, ImmutableArray<string> keywords)
    {
        _sets = sets;
        _hashes = hashes;
        _keywords = keywords;
    }

    public static KeywordSets Empty { get; } = new([[]], [HashOf([])], []);

    /// <summary>How many sets, the empty one included: numbers run from 0 to Count − 1.</summary>
    public int Count => _sets.Length;

    /// <summary>Every keyword of any set, once, in the order first seen (the FLAGS response).</summary>
    public IReadOnlyList<string> AllKeywords => _keywords;

    internal long MemoryBytes => 64 + _sets.Length * 48L + _keywords.Length * 64L;

    /// <summary>The keywords of a set, sorted without regard to case.</summary>
    /// <exception cref="IndexOutOfRangeException">No such set.</exception>
    public ImmutableArray<string> this[int set] => _sets[set];

    public bool Contains(int set, string keyword) =>
        set != 0 && _sets[set].AsSpan().BinarySearch(keyword, StringComparer.OrdinalIgnoreCase) >= 0;

    /// <summary>Finds or adds the set of <paramref name="keywords"/>; doubled ones count once. Returns this when the set was there.</summary>
    public KeywordSets Intern(IReadOnlyCollection<string> keywords, out int set)
    {
        set = 0;
        if (keywords.Count == 0)
            return this;
        var all = _keywords;
        var members = new List<string>(keywords.Count);
        foreach (var keyword in keywords)
        {
            if (members.Exists(known => known.Equals(keyword, StringComparison.OrdinalIgnoreCase)))
                continue;
            members.Add(Spelling(ref all, keyword));
        }

        members.Sort(StringComparer.OrdinalIgnoreCase);
        return Intern([.. members], all, out set);
    }

    /// <summary>The set that <paramref name="operation"/> with <paramref name="keywords"/> makes of <paramref name="set"/>.</summary>
    public KeywordSets With(int set, FlagOperation operation, IReadOnlyCollection<string> keywords, out int newSet)
    {
        if (operation == FlagOperation.Replace)
            return Intern(keywords, out newSet);
        newSet = set;
        if (!Changes(set, operation, keywords))
            return this;
        if (operation == FlagOperation.Add)
            return Intern([.. _sets[set], .. keywords], out newSet);
        var left = new List<string>(_sets[set]);
        foreach (var keyword in keywords)
            left.RemoveAll(member => member.Equals(keyword, StringComparison.OrdinalIgnoreCase));
        return Intern(left, out newSet);
    }

    /// <summary>Whether <see cref="With"/> would give another set than <paramref name="set"/>.</summary>
    public bool Changes(int set, FlagOperation operation, IReadOnlyCollection<string> keywords)
    {
        var present = 0;
        foreach (var keyword in keywords)
        {
            var has = Contains(set, keyword);
            if (operation == FlagOperation.Remove ? has : !has)
                return true;
            present++;
        }

        if (operation != FlagOperation.Replace || present == 0)
            return operation == FlagOperation.Replace && _sets[set].Length > 0;
        foreach (var member in _sets[set])
        {
            if (!keywords.Contains(member, StringComparer.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>True when every number that both know means the same set to both.</summary>
    internal bool NumbersAgreeWith(KeywordSets other)
    {
        if (ReferenceEquals(this, other))
            return true;
        for (var i = Math.Min(Count, other.Count) - 1; i > 0; i--)
        {
            if (_sets[i] != other._sets[i] && !SameSet(i, other, i))
                return false;
        }

        return true;
    }

    internal bool SameSet(int set, KeywordSets other, int otherSet) =>
        _sets[set].AsSpan().SequenceEqual(other._sets[otherSet].AsSpan(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Makes the sets in the order of their numbers, as a snapshot kept them; set 0 is not among them.</summary>
    /// <exception cref="InvalidDataException">A set is empty or comes twice.</exception>
    internal static KeywordSets Restore(IReadOnlyList<string> keywords, IReadOnlyList<int[]> sets)
    {
        var result = new KeywordSets(Empty._sets, Empty._hashes, [.. keywords]);
        foreach (var members in sets)
        {
            var next = result.Intern([.. members.Select(i => keywords[i])], out var set);
            if (set != result.Count || next.Count == result.Count)
                throw new InvalidDataException("A keyword set is empty or comes twice.");
            result = next;
        }

        return result;
    }

    private static string Spelling(ref ImmutableArray<string> all, string keyword)
    {
        foreach (var known in all)
        {
            if (known.Equals(keyword, StringComparison.OrdinalIgnoreCase))
                return known;
        }

        all = all.Add(keyword);
        return keyword;
    }

    private static int HashOf(ImmutableArray<string> members)
    {
        var hash = new HashCode();
        foreach (var member in members)
            hash.Add(member, StringComparer.OrdinalIgnoreCase);
        return hash.ToHashCode();
    }

    private KeywordSets Intern(ImmutableArray<string> members, ImmutableArray<string> all, out int set)
    {
        var hash = HashOf(members);
        for (var from = 0; ;)
        {
            var at = _hashes.AsSpan()[from..].IndexOf(hash);
            if (at < 0)
                break;
            set = from + at;
            if (_sets[set].AsSpan().SequenceEqual(members.AsSpan(), StringComparer.OrdinalIgnoreCase))
                return this;
            from = set + 1;
        }

        set = Count;
        return new KeywordSets(_sets.Add(members), _hashes.Add(hash), all);
    }
}
