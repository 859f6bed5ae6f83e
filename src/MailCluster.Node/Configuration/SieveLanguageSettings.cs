using System.Collections.Immutable;
using MailCluster.Sieve;

namespace MailCluster.Node.Configuration;

/// <summary>What scripts may be and may spend, and the scanners that they can ask.</summary>
internal sealed record SieveLanguageSettings(SieveCompilerOptions Compiler, SieveRunLimits Limits, SieveRunOptions Run)
{
    /// <summary>
    /// What the compiler knows and nothing here carries out, so that no script may require it: no script runs on what IMAP does.
    /// </summary>
    public static ImmutableArray<string> WithoutEffect { get; } = ["imapsieve"];
}
