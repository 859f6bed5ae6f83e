using System.Collections.Concurrent;
using System.Globalization;
using Xunit.Abstractions;

namespace MailCluster.Simulation.Tests;

/// <summary>
/// The cluster under everything that can go wrong, seed by seed. A failing seed is printed with how to run it again; MAILCLUSTER_SIM_SEED runs that one
/// alone, with its trace.
/// </summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int SeedsInCi = 2000;
    private const int TraceLines = 80;

    [Fact]
    public void Every_promise_is_kept_whatever_goes_wrong()
    {
        if (Number("MAILCLUSTER_SIM_SEED") is { } only)
        {
            RunOne(only);
            return;
        }

        var first = Number("MAILCLUSTER_SIM_FROM") ?? 1;
        var seeds = Number("MAILCLUSTER_SIM_SEEDS") ?? SeedsInCi;
        var failed = new ConcurrentBag<Outcome>();
        long acknowledged = 0, refused = 0, views = 0, steps = 0, simulated = 0;
        Parallel.For(first, first + seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (seed, state) =>
        {
            var outcome = Simulator.Run(seed);
            Interlocked.Add(ref acknowledged, outcome.Acknowledged);
            Interlocked.Add(ref refused, outcome.Refused);
            Interlocked.Add(ref views, outcome.Views);
            Interlocked.Add(ref steps, outcome.Steps);
            Interlocked.Add(ref simulated, outcome.Simulated.Ticks);
            if (outcome.Violation is not null || outcome.ForeignPosts != 0)
            {
                failed.Add(outcome);
                state.Stop();
            }
        });
        output.WriteLine(
            $"{seeds} seeds from {first}: {acknowledged} commands acknowledged, {refused} refused, {views} views compared, {steps} steps, "
            + $"{TimeSpan.FromTicks(simulated)} of simulated time, {Environment.CpuUsage.TotalTime} of the processor's");
        if (!failed.IsEmpty)
        {
            var outcome = failed.MinBy(one => one.Seed)!;
            Assert.Fail(Describe(Simulator.Run(outcome.Seed, traced: true), outcome));
        }

        Assert.True(acknowledged > 10L * seeds, $"only {acknowledged} commands were acknowledged: nothing was tried");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_seed_gives_the_same_run_each_time(int seed)
    {
        var (one, other) = (Simulator.Run(seed), Simulator.Run(seed, traced: true));

        Assert.True(one.ForeignPosts + other.ForeignPosts == 0, one.FirstForeignPost ?? other.FirstForeignPost);
        Assert.Equal((one.Steps, one.Fingerprint), (other.Steps, other.Fingerprint));
        Assert.NotEmpty(other.Trace);
    }

    private static string Describe(Outcome traced, Outcome outcome) =>
        $"""
        Seed {outcome.Seed}: {outcome.Violation?.ToString() ?? $"{outcome.ForeignPosts} continuations left the simulation, {outcome.FirstForeignPost}"}
        {outcome.Scenario}
        Again, with the whole trace: MAILCLUSTER_SIM_SEED={outcome.Seed} dotnet test tests/MailCluster.Simulation.Tests -c Release --filter Every_promise
        {string.Join('\n', traced.Trace.TakeLast(TraceLines))}
        """;

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : null;

    private void RunOne(int seed)
    {
        var outcome = Simulator.Run(seed, traced: true);
        output.WriteLine($"{outcome.Scenario}: {outcome.Steps} steps, {outcome.Acknowledged} acknowledged, {outcome.Refused} refused, {outcome.Views} views");
        foreach (var line in outcome.Trace)
        {
            output.WriteLine(line);
        }

        Assert.True(outcome.Violation is null, outcome.Violation?.ToString());
        Assert.True(outcome.FirstForeignPost is null, outcome.FirstForeignPost);
    }
}
