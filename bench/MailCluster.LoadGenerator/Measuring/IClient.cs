namespace MailCluster.LoadGenerator.Measuring;

/// <summary>What one step did: how much of the row's unit, and a figure that must be the same on every server (0 = none).</summary>
internal readonly record struct Step(int Units, long Check = 0);

/// <summary>One connected client of a row.</summary>
internal interface IClient : IDisposable
{
    /// <summary>One timed step; <see cref="StepClock.Restart"/> leaves out what was done before it.</summary>
    Step Step(StepClock clock);
}
