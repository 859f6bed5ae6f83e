using MailCluster.LoadGenerator.Measuring;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>A client whose step is a function.</summary>
internal sealed class Client(IDisposable? connection, Func<StepClock, Step> step) : IClient
{
    public Step Step(StepClock clock) => step(clock);

    public void Dispose() => connection?.Dispose();
}
