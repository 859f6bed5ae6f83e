namespace MailCluster.Auth.Users;

/// <summary>A pattern of account names: <c>*</c> stands for any characters (none too), <c>?</c> for one. Compared in lower case.</summary>
public static class UserPattern
{
    /// <summary>True when the text has a wildcard.</summary>
    public static bool HasWildcard(string text) => text.AsSpan().ContainsAny('*', '?');

    /// <summary>Matches in time linear in each of the two lengths' product at worst; no backtracking beyond the last <c>*</c>.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> account)
    {
        int p = 0, a = 0, star = -1, resume = 0;
        while (a < account.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = a;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || char.ToLowerInvariant(pattern[p]) == account[a]))
            {
                p++;
                a++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                a = ++resume;
            }
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }
}
