using System.Text.RegularExpressions;
using MailCluster.Sieve.Matching;
using MailCluster.Sieve.Programs;

namespace MailCluster.Sieve.Running;

/// <summary>Values against keys (RFC 5228 §2.7): a test first collects its values, then they are compared here.</summary>
internal sealed partial class SieveRun
{
    /// <summary>Match variables that are kept.</summary>
    private const int CapturesMax = ProgramVerifier.MatchVariableMax;

    /// <summary>The values of the test that is being done; cleared by the next one.</summary>
    private readonly List<string> _values = [];

    /// <summary>True if a value matches a key; with :count, if the number of values does.</summary>
    /// <param name="noVariables">Wildcards are not noted.</param>
    /// <param name="splitKeys">Keys are lists of words (RFC 5232 §4).</param>
    private bool Match(ScriptFrame frame, MatchSpec spec, int keysId, bool noVariables = false, bool splitKeys = false)
    {
        if (spec.Type == MatchKind.Count)
        {
            var count = Number(_values.Count);
            _values.Clear();
            _values.Add(count);
        }

        if (_values.Count == 0)
            return false;
        var keys = List(frame, keysId);
        var ids = frame.Program.Lists[keysId];
        if (splitKeys && spec.Type is MatchKind.Is or MatchKind.Contains or MatchKind.Matches && Array.Exists(keys, static key => key.Contains(' ', StringComparison.Ordinal)))
            (keys, ids) = ([.. keys.SelectMany(FlagList.Words)], []);
        foreach (var value in _values)
        {
            for (var i = 0; i < keys.Length; i++)
            {
                var constant = i < ids.Length && (ids[i] & 1) == 0 ? ids[i] >> 1 : -1;
                var matches = Match(frame, spec, value, keys[i], constant, noVariables);
                TraceMatch(frame, value, keys[i], matches);
                if (matches)
                    return true;
            }
        }

        return false;
    }

    /// <param name="constant">The number of the key if it is a constant, whose pattern the program keeps; else -1.</param>
    private bool Match(ScriptFrame frame, MatchSpec spec, string value, string key, int constant, bool noVariables)
    {
        switch (spec.Type)
        {
            case MatchKind.Is:
                _work.Spend(1 + (value.Length >> 8));
                return spec.Comparator switch
                {
                    ComparatorKind.Octet => string.Equals(value, key, StringComparison.Ordinal),
                    ComparatorKind.AsciiCasemap => Comparators.AreEqual(value, key, true),
                    _ => Comparators.Compare(value, key, spec.Comparator) == 0,
                };
            case MatchKind.Contains:
                if (spec.Comparator == ComparatorKind.UnicodeCasemap)
                    (value, key) = (Fold(value), Fold(key));
                return Comparators.IndexOf(value, key, spec.Comparator == ComparatorKind.AsciiCasemap, _work) >= 0;
            case MatchKind.Matches:
                var pattern = constant >= 0 ? frame.Program.WildcardOf(constant) : WildcardPattern.Parse(key);
                return MatchWildcards(frame, spec.Comparator, value, pattern, !noVariables && frame.Program.UsesMatchVariables);
            case MatchKind.Regex:
                return MatchRegex(frame, spec.Comparator, value, key, constant, !noVariables && frame.Program.UsesMatchVariables);
            default:
                _work.Spend(1 + (value.Length >> 8));
                var order = Comparators.Compare(value, key, spec.Comparator);
                return spec.Relation switch
                {
                    Relation.Greater => order > 0,
                    Relation.GreaterOrEqual => order >= 0,
                    Relation.Less => order < 0,
                    Relation.LessOrEqual => order <= 0,
                    Relation.Equal => order == 0,
                    _ => order != 0,
                };
        }
    }

    private bool MatchWildcards(ScriptFrame frame, ComparatorKind comparator, string value, WildcardPattern pattern, bool keep)
    {
        List<int>? origins = null;
        var compared = value;
        if (comparator == ComparatorKind.UnicodeCasemap)
        {
            origins = keep ? [] : null;
            compared = origins is null ? Fold(value) : UnicodeCasemap.Fold(value, origins);
            pattern = pattern.Select(Fold);
        }

        Span<int> starts = pattern.Runs.Length <= 64 ? stackalloc int[pattern.Runs.Length] : new int[pattern.Runs.Length];
        if (!pattern.IsMatch(compared, comparator == ComparatorKind.AsciiCasemap, _work, starts))
            return false;
        if (!keep)
            return true;
        var captures = pattern.Captures(compared, starts, CapturesMax);
        if (origins is not null)
        {
            // The wildcards took characters of the folded text; the variables hold those of the text as it was.
            for (var i = 0; i < captures.Length; i++)
            {
                var from = origins[captures[i].Start];
                captures[i] = (from, origins[captures[i].Start + captures[i].Length] - from);
            }
        }

        frame.CaptureSource = value;
        frame.Captures = captures;
        return true;
    }

    private bool MatchRegex(ScriptFrame frame, ComparatorKind comparator, string value, string key, int constant, bool keep)
    {
        var ignoreCase = comparator != ComparatorKind.Octet;
        var input = value.Length <= _limits.RegexInputCharactersMax ? value : Cut(value, _limits.RegexInputCharactersMax);
        _work.Spend(8 + (input.Length >> 4));
        try
        {
            Regex regex;
            if (constant >= 0)
            {
                regex = frame.Program.RegexOf(constant, ignoreCase, _limits.RegexTimeMax);
            }
            else
            {
                if (key.Length > _limits.RegexPatternCharactersMax)
                    throw SieveRunException.Limit($"a regular expression is longer than {_limits.RegexPatternCharactersMax} characters");
                _work.Spend(RegexMakingCost);
                regex = PosixRegex.Translate(key, ignoreCase, _limits.RegexTimeMax);
            }

            if (!keep)
                return regex.IsMatch(input);
            var match = regex.Match(input);
            if (!match.Success)
                return false;
            frame.CaptureSource = value;
            frame.Captures = new (int Start, int Length)[Math.Min(match.Groups.Count, CapturesMax + 1)];
            for (var i = 0; i < frame.Captures.Length; i++)
                frame.Captures[i] = match.Groups[i].Success ? (match.Groups[i].Index, match.Groups[i].Length) : (0, 0);
            return true;
        }
        catch (SievePatternException e)
        {
            throw SieveRunException.Error($"the regular expression \"{Shown(key)}\" cannot be used: {e.Message}");
        }
        catch (RegexMatchTimeoutException)
        {
            throw SieveRunException.Limit($"the regular expression \"{Shown(key)}\" took longer than {_limits.RegexTimeMax.TotalMilliseconds:0} ms");
        }
        finally
        {
            _work.Look();
        }
    }

    /// <summary>What making an engine for a pattern costs: some hundred microseconds.</summary>
    private const int RegexMakingCost = 5000;

    private string Fold(string text)
    {
        _work.Spend(1 + (text.Length >> 6));
        return UnicodeCasemap.Fold(text);
    }
}
