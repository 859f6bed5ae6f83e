namespace MailCluster.Sieve;

/// <summary>Header fields that scripts do not edit (RFC 5293 §7).</summary>
internal static class ProtectedFields
{
    /// <summary>Loops are found by them (RFC 3834 §5, RFC 5321 §6.3): nobody's script changes them.</summary>
    private static readonly string[] s_always = ["Received", "Auto-Submitted"];

    internal static bool IsProtected(string name, SieveCompilerOptions options, SieveScope scope) =>
        IsAlwaysProtected(name) || (scope == SieveScope.Personal && options.ProtectedFields.Contains(name, StringComparer.OrdinalIgnoreCase));

    internal static bool IsAlwaysProtected(string name) => s_always.Contains(name, StringComparer.OrdinalIgnoreCase);
}
