using System.Diagnostics;

namespace MailCluster.LoadGenerator.Measuring;

/// <summary>Times the steps of one client. A step that must first put things in order calls <see cref="Restart"/> when the timed part begins.</summary>
internal sealed class StepClock
{
    private readonly List<long> _ticks = new(4096);
    private long _begun;

    public long Units { get; private set; }

    public long TimedTicks { get; private set; }

    public IReadOnlyList<long> Ticks => _ticks;

    /// <summary>Counts a wait before the first step.</summary>
    public void BeginLate(long ticks) => TimedTicks += ticks;

    public void Restart() => _begun = Stopwatch.GetTimestamp();

    public void Finish(int units)
    {
        var ticks = Stopwatch.GetTimestamp() - _begun;
        _ticks.Add(ticks);
        TimedTicks += ticks;
        Units += units;
    }

    public void Clear()
    {
        _ticks.Clear();
        Units = 0;
        TimedTicks = 0;
    }
}
