namespace MailCluster.Sieve;

/// <summary>The words that redirect takes (RFC 6009 §3 and §5), in the form that SMTP has them; null for what is none.</summary>
internal static class RedirectParameters
{
    private static readonly string[] s_conditions = ["SUCCESS", "FAILURE", "DELAY"];

    /// <summary>RFC 3461 §4.1: NEVER, or some of SUCCESS, FAILURE and DELAY.</summary>
    internal static string? Notify(string text)
    {
        var words = text.ToUpperInvariant().Split(',', StringSplitOptions.TrimEntries);
        if (words is ["NEVER"])
            return "NEVER";
        return words.All(static word => s_conditions.Contains(word)) ? string.Join(',', words.Distinct()) : null;
    }

    /// <summary>RFC 3461 §4.3.</summary>
    internal static string? Return(string text) => text.ToUpperInvariant() is "FULL" or "HDRS" ? text.ToUpperInvariant() : null;

    /// <summary>True for notify, false for return.</summary>
    internal static bool? IsNotify(string text) => text.ToUpperInvariant() switch { "NOTIFY" => true, "RETURN" => false, _ => null };
}
