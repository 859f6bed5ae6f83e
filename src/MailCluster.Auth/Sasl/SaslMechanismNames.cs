namespace MailCluster.Auth.Sasl;

/// <summary>The names that <c>auth.mechanisms</c> may list.</summary>
public static class SaslMechanismNames
{
    /// <summary>All of them, the ones that bind or sign before the ones that send secrets.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256", "SCRAM-SHA-1", "GSSAPI", "GSS-SPNEGO", "EXTERNAL", "OAUTHBEARER", "XOAUTH2",
        "CRAM-MD5", "PLAIN", "LOGIN", "APOP", "ANONYMOUS",
    ];

    /// <summary>True when the name is one of <see cref="All"/>.</summary>
    public static bool IsKnown(string name) => All.Contains(name, StringComparer.Ordinal);
}
