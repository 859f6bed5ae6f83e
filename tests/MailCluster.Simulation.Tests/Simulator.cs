using MailCluster.Simulation.Tests.Checks;
using MailCluster.Simulation.Tests.Defects;

namespace MailCluster.Simulation.Tests;

/// <summary>Runs one seed.</summary>
internal static class Simulator
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(30);

    internal static Outcome Run(int seed, Defect defect = Defect.None, bool traced = false)
    {
        var world = new World(seed, defect, traced);
        try
        {
            world.Loop.Run(world.RunAsync, s_limit);
        }
        catch (Exception failure)
        {
            world.Oracle.Fail(Promise.NoBug, failure.ToString());
        }
        finally
        {
            world.Release();
        }

        return new Outcome(world);
    }
}

/// <summary>What came of a seed.</summary>
internal sealed class Outcome(World world)
{
    internal int Seed => world.Scenario.Seed;

    internal Violation? Violation => world.Oracle.Violation;

    internal int Acknowledged => world.Oracle.Acknowledged;

    internal int Refused => world.Oracle.Refused;

    internal int Writes => world.Oracle.Writes;

    internal int Views => world.Oracle.Views;

    internal long Steps => world.Loop.Steps;

    internal TimeSpan Simulated => world.Now;

    /// <summary>Two runs of one seed have the same.</summary>
    internal ulong Fingerprint => world.Trace.Fingerprint;

    /// <summary>Something hopped out of the simulation: two runs may differ.</summary>
    internal long ForeignPosts => world.Loop.ForeignPosts;

    internal string? FirstForeignPost => world.Loop.FirstForeignPost;

    internal string Scenario => world.Scenario.ToString();

    internal IReadOnlyList<string> Trace => world.Trace.Lines;
}
