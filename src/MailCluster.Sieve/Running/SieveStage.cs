namespace MailCluster.Sieve;

/// <summary>One script of a run. The next one runs only while the implicit keep is in effect.</summary>
/// <param name="Name">What messages and traces call it.</param>
public sealed record SieveStage(string Name, SieveProgram Program);
