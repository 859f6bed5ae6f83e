namespace MailCluster.Simulation.Tests.Checks;

/// <summary>Which promise was broken.</summary>
internal enum Promise
{
    OneWriter,
    NothingLost,
    NothingTwice,
    Order,
    Reads,
    Views,
    ServedAgain,
    NoBug,
}

internal sealed record Violation(Promise Promise, string What)
{
    public override string ToString() => $"{Promise}: {What}";
}
