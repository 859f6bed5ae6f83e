using MailCluster.Mailboxes;

namespace MailCluster.Node.Admin;

/// <summary>
/// Folder names by LIST's wildcards: <c>*</c> for anything, <c>%</c> for anything within one level (RFC 9051 §6.3.9). INBOX in any case.
/// </summary>
internal static class FolderMask
{
    /// <summary>True when no masks are given, or one matches.</summary>
    public static bool MatchesAny(IReadOnlyList<string>? masks, FolderName name)
    {
        if (masks is not { Count: > 0 }) return true;
        foreach (var mask in masks)
        {
            if (Matches(mask, name.Value) || (name.IsInbox && mask.Equals("INBOX", StringComparison.OrdinalIgnoreCase))) return true;
        }
        return false;
    }

    public static bool HasWildcard(string mask) => mask.AsSpan().ContainsAny('*', '%');

    // Dynamic programming over the mask's positions: linear in the product of the lengths, whatever the mask.
    internal static bool Matches(ReadOnlySpan<char> mask, ReadOnlySpan<char> name)
    {
        var reach = new bool[mask.Length + 1];
        reach[0] = true;
        Skip(mask, reach);
        foreach (var c in name)
        {
            var next = new bool[mask.Length + 1];
            for (var i = 0; i < mask.Length; i++)
            {
                if (!reach[i]) continue;
                if (mask[i] == '*' || (mask[i] == '%' && c != FolderName.Separator)) next[i] = true;
                else if (mask[i] == c) next[i + 1] = true;
            }
            Skip(mask, next);
            reach = next;
        }
        return reach[mask.Length];
    }

    private static void Skip(ReadOnlySpan<char> mask, bool[] reach)
    {
        for (var i = 0; i < mask.Length; i++)
        {
            if (reach[i] && mask[i] is ('*' or '%')) reach[i + 1] = true;
        }
    }
}
