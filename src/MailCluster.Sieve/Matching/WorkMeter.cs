namespace MailCluster.Sieve.Matching;

/// <summary>
/// What a run has spent. Long comparisons report to it from within, so that no single one outlives the limits: <see cref="SieveRunLimits.OperationsMax"/>
/// always holds, <see cref="SieveRunLimits.TimeMax"/> is looked at each so many operations.
/// </summary>
internal sealed class WorkMeter(SieveRunLimits limits, TimeProvider time, CancellationToken cancellationToken)
{
    /// <summary>Operations between two looks at the clock: some tens of microseconds.</summary>
    private const int LookEvery = 1024;

    private readonly long _startedAt = time.GetTimestamp();
    private TimeSpan _elsewhere;
    private int _sinceLook;
    private long _spent;

    internal long Spent => _spent;

    /// <exception cref="SieveRunException">A limit was reached.</exception>
    internal void Spend(long operations)
    {
        _spent += operations;
        if (_spent > limits.OperationsMax)
            throw SieveRunException.Limit($"the script used more than {limits.OperationsMax} operations");
        _sinceLook += (int)Math.Min(operations, LookEvery);
        if (_sinceLook >= LookEvery)
            Look();
    }

    internal void Look()
    {
        _sinceLook = 0;
        cancellationToken.ThrowIfCancellationRequested();
        if (time.GetElapsedTime(_startedAt) - _elsewhere > limits.TimeMax)
            throw SieveRunException.Limit($"the script ran longer than {limits.TimeMax.TotalSeconds:0.###} s");
    }

    /// <summary>Time that the host took is not the script's.</summary>
    internal void Exclude(long sinceTimestamp) => _elsewhere += time.GetElapsedTime(sinceTimestamp);
}
