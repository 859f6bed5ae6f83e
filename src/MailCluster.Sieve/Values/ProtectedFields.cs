using System.Collections.Immutable;

namespace MailCluster.Sieve;

/// <summary>Header fields that scripts do not edit (RFC 5293 §6); a command that tries to does nothing.</summary>
internal static class ProtectedFields
{
    /// <summary>Loops are found by them (RFC 3834 §5, RFC 5321 §6.3): nobody's script changes them.</summary>
    private static readonly ImmutableArray<string> s_always = ["Received", "Auto-Submitted"];

    /// <summary>Subject never is: RFC 5293 §6 has all scripts edit it.</summary>
    internal static ImmutableArray<string> Of(SieveCompilerOptions options, SieveScope scope) =>
        scope == SieveScope.Global ? s_always : [.. s_always, .. options.ProtectedFields.Where(static name => !name.Equals("Subject", StringComparison.OrdinalIgnoreCase))];
}
