namespace MailCluster.Sieve.Compilation;

/// <summary>The name within <c>${…}</c> (RFC 5229 §3): a number, or a word with words before it, separated by dots.</summary>
/// <param name="Namespace">The first word of several, lower case; null if there is only one.</param>
/// <param name="Name">The rest, lower case.</param>
/// <param name="MatchNumber">The number of a match variable.</param>
internal readonly record struct VariableReference(string? Namespace, string Name, int? MatchNumber)
{
    internal static bool IsIdentifier(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.AsSpan().IndexOfAnyExcept(s_nameCharacters) < 0;

    private static readonly System.Buffers.SearchValues<char> s_nameCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    internal static bool HasAny(string text)
    {
        for (var at = 0; (at = text.IndexOf("${", at, StringComparison.Ordinal)) >= 0; at += 2)
        {
            if (TryRead(text, at, out _, out _))
                return true;
        }

        return false;
    }

    /// <summary>Reads the reference that begins with the <c>${</c> at a place. What is none stays text (RFC 5229 §3).</summary>
    internal static bool TryRead(string text, int at, out VariableReference reference, out int end)
    {
        reference = default;
        var close = text.AsSpan(at + 2).IndexOfAnyExcept(s_nameOrDot);
        end = close < 0 ? text.Length : at + 2 + close + 1;
        return close > 0 && text[end - 1] == '}' && TryParse(text[(at + 2)..(end - 1)], out reference);
    }

    private static readonly System.Buffers.SearchValues<char> s_nameOrDot =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.");

    internal static bool TryParse(string name, out VariableReference reference)
    {
        reference = default;
        if (name.Length > 0 && !name.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            var digits = name.AsSpan().TrimStart('0');
            reference = new VariableReference(null, "", digits.Length > 6 ? int.MaxValue : digits.IsEmpty ? 0 : int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture));
            return true;
        }

        var words = name.Split('.');
        if (!IsIdentifier(words[0]) || words.Skip(1).Any(static word => word.Length == 0 || word.AsSpan().ContainsAnyExcept(s_nameCharacters)))
            return false;
        reference = words.Length == 1
            ? new VariableReference(null, words[0].ToLowerInvariant(), null)
            : new VariableReference(words[0].ToLowerInvariant(), string.Join('.', words.Skip(1)).ToLowerInvariant(), null);
        return true;
    }
}
