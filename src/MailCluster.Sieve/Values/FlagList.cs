using System.Collections.Immutable;

namespace MailCluster.Sieve;

/// <summary>Lists of flags as RFC 5232 §2 has them: a string may hold several, separated by spaces; each counts once, in any case.</summary>
internal static class FlagList
{
    private static readonly string[] s_system = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft"];

    private static readonly System.Buffers.SearchValues<char> s_notInKeyword = System.Buffers.SearchValues.Create("(){ %*\"\\]\u007F");

    /// <summary>A system flag that a client may set, or a keyword (an atom of IMAP).</summary>
    internal static bool IsFlag(string word) => word.StartsWith('\\')
        ? s_system.Contains(word, StringComparer.OrdinalIgnoreCase)
        : word.Length > 0 && !word.AsSpan().ContainsAny(s_notInKeyword) && !word.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <summary>Adds the flags of a string that are not there; words that are no flags are left out.</summary>
    internal static ImmutableArray<string> Add(ImmutableArray<string> flags, string text, int max)
    {
        foreach (var word in Words(text))
        {
            if (IsFlag(word) && !Contains(flags, word) && flags.Length < max)
                flags = flags.Add(s_system.FirstOrDefault(known => string.Equals(known, word, StringComparison.OrdinalIgnoreCase)) ?? word);
        }

        return flags;
    }

    internal static ImmutableArray<string> Remove(ImmutableArray<string> flags, string text)
    {
        foreach (var word in Words(text))
            flags = flags.RemoveAll(flag => string.Equals(flag, word, StringComparison.OrdinalIgnoreCase));
        return flags;
    }

    internal static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static bool Contains(ImmutableArray<string> flags, string word) => flags.Contains(word, StringComparer.OrdinalIgnoreCase);
}
