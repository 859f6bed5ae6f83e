using MailCluster.Auth.Users;

namespace MailCluster.Auth.Chains;

/// <summary>
/// Dovecot's username_filter: a name is taken when no <c>!pattern</c> matches it and, if there are patterns without <c>!</c>, one of
/// them does.
/// </summary>
internal static class NameFilter
{
    public static bool Accepts(IReadOnlyList<string> filter, string account)
    {
        bool hasIncludes = false, isIncluded = false;
        foreach (var pattern in filter)
        {
            var isExclusion = pattern.StartsWith('!');
            hasIncludes |= !isExclusion;
            if (!UserPattern.Matches(isExclusion ? pattern.AsSpan(1) : pattern, account)) continue;
            if (isExclusion) return false;
            isIncluded = true;
        }

        return isIncluded || !hasIncludes;
    }
}
