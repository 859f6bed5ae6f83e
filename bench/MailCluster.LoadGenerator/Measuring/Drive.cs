using System.Diagnostics;

namespace MailCluster.LoadGenerator.Measuring;

/// <summary>
/// Runs clients, a thread each: all connect, all warm up for a quarter of the time, all begin together, and stop at the deadline or after their
/// share of the steps. CPU is read when they begin and when the last has done its last step; they log out after that. The rate is the sum of the clients', each
/// over the time from the common beginning to the end of its last step: one that a busy machine lets begin late has waited.
/// </summary>
internal sealed class Drive(string row, ProcessTree server)
{
    /// <summary>Of the measured part.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>Steps of one client at most.</summary>
    public int StepsMax { get; init; } = 1_000_000;

    /// <summary>False: the first step is measured, as for a cold server.</summary>
    public bool WarmUp { get; init; } = true;

    public Measurement Run(int clients, Func<int, IClient> open)
    {
        var clocks = new StepClock[clients];
        var errors = 0;
        string? firstError = null;
        long check = 0;
        var begun = 0L;
        double serverCpu = 0, ownCpu = 0, seconds = 0;
        using var ready = new Barrier(clients, _ =>
        {
            serverCpu = server.CpuSeconds();
            ownCpu = Environment.CpuUsage.TotalTime.TotalSeconds;
            Volatile.Write(ref begun, Stopwatch.GetTimestamp());
        });
        using var finished = new Barrier(clients, _ =>
        {
            seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            serverCpu = server.CpuSeconds() - serverCpu;
            ownCpu = Environment.CpuUsage.TotalTime.TotalSeconds - ownCpu;
        });
        var threads = new Thread[clients];
        for (var i = 0; i < clients; i++)
        {
            var index = i;
            clocks[i] = new StepClock();
            threads[i] = new Thread(() => RunClient(index), 256 * 1024);
            threads[i].Start();
        }
        foreach (var thread in threads)
        {
            thread.Join();
        }
        return Sum(clocks, seconds) with
        {
            Errors = errors,
            FirstError = firstError,
            Check = check,
            ServerCpuSeconds = serverCpu,
            GeneratorCpuSeconds = ownCpu,
            PssKiB = server.PssKiB(),
        };

        void RunClient(int index)
        {
            var clock = clocks[index];
            var waited = false;
            try
            {
                using var client = open(index);
                if (WarmUp)
                {
                    Steps(client, clock, Stopwatch.GetTimestamp(), Time / 4, Math.Max(1, StepsMax / 4));
                    clock.Clear();
                }
                waited = true;
                ready.SignalAndWait();
                check = Steps(client, clock, Volatile.Read(ref begun), Time, StepsMax);
                finished.SignalAndWait();
            }
            catch (Exception error)
            {
                Interlocked.Increment(ref errors);
                Interlocked.CompareExchange(ref firstError, error.Message, null);
                if (!waited)
                {
                    ready.RemoveParticipant();
                }
                finished.RemoveParticipant();
            }
        }
    }

    private static long Steps(IClient client, StepClock clock, long begun, TimeSpan time, int max)
    {
        var end = begun + (long)(time.TotalSeconds * Stopwatch.Frequency);
        clock.BeginLate(Stopwatch.GetTimestamp() - begun);
        long check = 0;
        for (var i = 0; i < max; i++)
        {
            clock.Restart();
            var step = client.Step(clock);
            clock.Finish(step.Units);
            check = step.Check;
            if (Stopwatch.GetTimestamp() >= end)
            {
                break;
            }
        }
        return check;
    }

    private Measurement Sum(StepClock[] clocks, double seconds)
    {
        var all = new List<long>();
        long units = 0;
        double rate = 0;
        foreach (var clock in clocks)
        {
            all.AddRange(clock.Ticks);
            units += clock.Units;
            if (clock.TimedTicks > 0)
            {
                rate += clock.Units / ((double)clock.TimedTicks / Stopwatch.Frequency);
            }
        }
        all.Sort();
        return new Measurement
        {
            Row = row,
            Server = "",
            Value = rate,
            Units = units,
            Seconds = seconds,
            P50 = At(all, 0.50),
            P95 = At(all, 0.95),
            P99 = At(all, 0.99),
        };
    }

    private static double At(List<long> sorted, double part) =>
        sorted.Count == 0 ? 0 : sorted[(int)(part * (sorted.Count - 1))] * 1000.0 / Stopwatch.Frequency;
}
