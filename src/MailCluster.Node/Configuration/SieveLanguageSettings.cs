using MailCluster.Sieve;

namespace MailCluster.Node.Configuration;

/// <summary>What scripts may be and may spend, and the scanners that they can ask.</summary>
internal sealed record SieveLanguageSettings(SieveCompilerOptions Compiler, SieveRunLimits Limits, SieveRunOptions Run);
