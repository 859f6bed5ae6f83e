using System.Text.RegularExpressions;
using MailCluster.Sieve.Matching;

namespace MailCluster.Sieve;

/// <summary>Patterns are read once per program: two threads that come at the same time may both read one, and either's result will do.</summary>
public sealed partial class SieveProgram
{
    /// <summary>For each constant: as wildcards, as a regular expression, as one without regard to case.</summary>
    private const int PatternCount = 3;

    private readonly object?[] _patterns;

    internal WildcardPattern WildcardOf(int constant) =>
        (WildcardPattern)(Volatile.Read(ref _patterns[constant * PatternCount]) ?? Keep(constant * PatternCount, WildcardPattern.Parse(Constants[constant])));

    /// <exception cref="SievePatternException">The constant is no regular expression; the compiler has refused it, so the program is not the compiler's.</exception>
    internal Regex RegexOf(int constant, bool ignoreCase, TimeSpan timeMax)
    {
        var slot = (constant * PatternCount) + (ignoreCase ? 2 : 1);
        var known = (Regex?)Volatile.Read(ref _patterns[slot]);
        return known is not null && known.MatchTimeout == timeMax ? known : (Regex)Keep(slot, PosixRegex.Translate(Constants[constant], ignoreCase, timeMax));
    }

    private object Keep(int slot, object pattern)
    {
        Volatile.Write(ref _patterns[slot], pattern);
        return pattern;
    }
}
