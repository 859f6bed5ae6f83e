using System.Text;

namespace MailCluster.Sieve.Matching;

/// <summary>
/// A pattern of <c>:matches</c> (RFC 5228 §2.7.1): <c>*</c> is any run of characters, <c>?</c> is one, a backslash takes the character behind it as it is.
/// It is kept as the runs between stars. To match, the first run must begin the value and the last one end it; each run between is looked for from where
/// the one before ended, and the first place found is taken: that is complete, and gives each star the least, from left to right, as RFC 5229 §3.2 wants.
/// </summary>
internal sealed class WildcardPattern
{
    /// <summary>Stands for <c>?</c> within a run: no Unicode text has it.</summary>
    internal const char One = '\uFFFF';

    private WildcardPattern(string[] runs, int wildcards)
    {
        Runs = runs;
        Wildcards = wildcards;
        HasOne = new bool[runs.Length];
        for (var i = 0; i < runs.Length; i++)
            HasOne[i] = runs[i].Contains(One);
    }

    /// <summary>One more than there are stars.</summary>
    internal string[] Runs { get; }

    /// <summary>Whether a run has question marks.</summary>
    internal bool[] HasOne { get; }

    /// <summary>Stars and question marks.</summary>
    internal int Wildcards { get; }

    internal static WildcardPattern Parse(string pattern)
    {
        var runs = new List<string>();
        var run = new StringBuilder();
        var wildcards = 0;
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*':
                    wildcards++;
                    runs.Add(run.ToString());
                    run.Clear();
                    break;
                case '?':
                    wildcards++;
                    run.Append(One);
                    break;
                case '\\' when i + 1 < pattern.Length:
                    run.Append(pattern[++i]);
                    break;
                default:
                    run.Append(pattern[i]);
                    break;
            }
        }

        runs.Add(run.ToString());
        return new WildcardPattern([.. runs], wildcards);
    }

    /// <summary>The same pattern with each run changed, for comparators that compare changed text.</summary>
    internal WildcardPattern Select(Func<string, string> change)
    {
        var runs = new string[Runs.Length];
        for (var i = 0; i < runs.Length; i++)
            runs[i] = string.Join(One, Runs[i].Split(One).Select(change));
        return new WildcardPattern(runs, Wildcards);
    }

    /// <summary>True if the value matches; then <paramref name="starts"/> has where each run was found.</summary>
    /// <param name="starts">As long as <see cref="Runs"/>.</param>
    internal bool IsMatch(ReadOnlySpan<char> value, bool ignoreAsciiCase, WorkMeter work, Span<int> starts)
    {
        work.Spend(1 + (value.Length >> 8));
        var last = Runs.Length - 1;
        starts[0] = 0;
        var at = MatchAt(0, value, 0, ignoreAsciiCase);
        if (at < 0 || last == 0)
            return at == value.Length;
        for (var i = 1; i < last; i++)
        {
            starts[i] = Find(i, value, at, ignoreAsciiCase, work);
            if (starts[i] < 0)
                return false;
            at = MatchAt(i, value, starts[i], ignoreAsciiCase);
        }

        var run = Runs[last];
        for (var start = Math.Max(at, value.Length - (HasOne[last] ? 2 * run.Length : run.Length)); start <= value.Length; start++)
        {
            work.Spend(1 + (run.Length >> 8));
            if (MatchAt(last, value, start, ignoreAsciiCase) == value.Length)
            {
                starts[last] = start;
                return true;
            }

            if (!HasOne[last])
                break;
        }

        return false;
    }

    /// <summary>What each wildcard took, in order, as ranges of the value; index 0 is all of it.</summary>
    internal (int Start, int Length)[] Captures(ReadOnlySpan<char> value, ReadOnlySpan<int> starts, int max)
    {
        var captures = new (int Start, int Length)[Math.Min(Wildcards, max) + 1];
        captures[0] = (0, value.Length);
        var count = 1;
        var at = 0;
        for (var i = 0; i < Runs.Length && count < captures.Length; i++)
        {
            if (i > 0)
                captures[count++] = (at, starts[i] - at);
            at = starts[i];
            foreach (var c in Runs[i])
            {
                var length = c == One ? OneLength(value, at) : 1;
                if (c == One && count < captures.Length)
                    captures[count++] = (at, length);
                at += length;
            }
        }

        return captures;
    }

    private static int OneLength(ReadOnlySpan<char> value, int at) =>
        char.IsHighSurrogate(value[at]) && at + 1 < value.Length && char.IsLowSurrogate(value[at + 1]) ? 2 : 1;

    /// <summary>Where a run ends if it stands at <paramref name="at"/>, else -1.</summary>
    private int MatchAt(int index, ReadOnlySpan<char> value, int at, bool ignoreAsciiCase)
    {
        var run = Runs[index];
        if (!HasOne[index])
        {
            return run.Length <= value.Length - at && Comparators.AreEqual(value.Slice(at, run.Length), run, ignoreAsciiCase) ? at + run.Length : -1;
        }

        foreach (var c in run)
        {
            if (at >= value.Length)
                return -1;
            if (c == One)
            {
                at += OneLength(value, at);
                continue;
            }

            if (value[at] != c && !(ignoreAsciiCase && Comparators.Lower(value[at]) == Comparators.Lower(c)))
                return -1;
            at++;
        }

        return at;
    }

    /// <summary>The first place of a run from <paramref name="from"/> on, or -1.</summary>
    private int Find(int index, ReadOnlySpan<char> value, int from, bool ignoreAsciiCase, WorkMeter work)
    {
        var run = Runs[index];
        if (!HasOne[index])
        {
            var found = Comparators.IndexOf(value[from..], run, ignoreAsciiCase, work);
            return found < 0 ? -1 : from + found;
        }

        // A run with question marks has a fixed part to look for only if it begins with one; else each place is tried.
        for (var at = from; at <= value.Length; at++)
        {
            if ((at & 63) == 0)
                work.Spend(1 + (run.Length >> 2));
            if (MatchAt(index, value, at, ignoreAsciiCase) >= 0)
                return at;
        }

        return -1;
    }
}
