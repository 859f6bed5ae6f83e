namespace MailCluster.Auth.Sasl.Gss;

/// <summary>Whose account a Kerberos principal is.</summary>
internal static class GssPrincipal
{
    /// <summary>
    /// <c>Alice@EXAMPLE.COM</c> is <c>alice@example.com</c>: the realm is the domain, in lower case. A principal of <paramref name="localRealm"/> is the name alone. Two
    /// realms are never one account, so that a realm which is trusted for its own people cannot speak for another's.
    /// </summary>
    public static string ToAccount(string principal, string? localRealm)
    {
        var at = principal.LastIndexOf('@');
        var isLocal = at > 0 && localRealm is not null && principal.AsSpan(at + 1).Equals(localRealm, StringComparison.Ordinal);
        return (isLocal ? principal[..at] : principal).ToLowerInvariant();
    }

    /// <summary>Whether an authorization identity is only the account's own name, with or without its domain.</summary>
    public static bool IsSame(string identity, string account)
    {
        var at = account.IndexOf('@', StringComparison.Ordinal);
        return identity.Equals(account, StringComparison.OrdinalIgnoreCase)
            || (at > 0 && identity.AsSpan().Equals(account.AsSpan(0, at), StringComparison.OrdinalIgnoreCase));
    }
}
