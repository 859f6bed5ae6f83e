using System.Collections.Immutable;

namespace MailCluster.Sieve;

/// <summary>A compiled script: immutable, and shared freely between threads.</summary>
public sealed partial class SieveProgram
{
    internal SieveProgram(ImmutableArray<string> requiredExtensions) => RequiredExtensions = requiredExtensions;

    /// <summary>What the script requires, in the order of its <c>require</c>.</summary>
    public ImmutableArray<string> RequiredExtensions { get; }
}
