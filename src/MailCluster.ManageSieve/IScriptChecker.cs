using System.Collections.Immutable;
using MailCluster.Sieve;

namespace MailCluster.ManageSieve;

/// <summary>Finds what is wrong with a user's script.</summary>
public interface IScriptChecker
{
    /// <summary>
    /// What compiling it for a run would say (RFC 5804 §2.6): a script without <see cref="SieveSeverity.Error"/> can be run. Bounded in time and memory by the
    /// compiler's own limits.
    /// </summary>
    ImmutableArray<SieveDiagnostic> Check(ReadOnlySpan<byte> script);
}
