namespace MailCluster.Auth.Passwords;

/// <summary>What a stored password, <c>{SCHEME.encoding}data</c>, says of itself.</summary>
internal static class StoredPassword
{
    /// <summary>The scheme's name as written, without its encoding; empty when there are no braces.</summary>
    public static ReadOnlySpan<char> SchemeOf(ReadOnlySpan<char> stored)
    {
        if (stored.Length == 0 || stored[0] != '{') return default;
        var end = stored.IndexOf('}');
        if (end < 0) return default;
        var name = stored[1..end];
        var dot = name.LastIndexOf('.');
        return dot < 0 ? name : name[..dot];
    }

    public static bool Is(ReadOnlySpan<char> stored, ReadOnlySpan<char> scheme) => SchemeOf(stored).Equals(scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>True when the password itself is stored, so that every mechanism can be served from it.</summary>
    public static bool IsPlain(ReadOnlySpan<char> stored) => Is(stored, "PLAIN") || Is(stored, "CLEAR") || Is(stored, "CLEARTEXT");
}
