using MailCluster.Simulation.Tests.Checks;
using MailCluster.Simulation.Tests.Defects;
using Xunit.Abstractions;

namespace MailCluster.Simulation.Tests;

/// <summary>The simulation can fail: each defect put into the code is found, and found to be what it is.</summary>
public sealed class DefectTests(ITestOutputHelper output)
{
    /// <summary>Of the seeds of one CI run at most so many are needed; the two thousand of it find each many times over.</summary>
    private const int SeedsMax = 500;

    [Theory]
    [InlineData(nameof(Defect.NoFence), nameof(Promise.OneWriter))]
    [InlineData(nameof(Defect.NoDeduplication), nameof(Promise.NothingTwice))]
    [InlineData(nameof(Defect.ServesPastLease), nameof(Promise.Reads))]
    [InlineData(nameof(Defect.NoOrder), nameof(Promise.Order))]
    [InlineData(nameof(Defect.LosesWrites), nameof(Promise.NothingLost))]
    [InlineData(nameof(Defect.ClaimsNothing), nameof(Promise.ServedAgain))]
    [InlineData(nameof(Defect.InventsVersions), nameof(Promise.Views))]
    [InlineData(nameof(Defect.SnapshotsSkipWrites), nameof(Promise.Reads))]
    public void A_defect_is_found(string defect, string broken)
    {
        var injected = Enum.Parse<Defect>(defect);
        var others = new List<string>();
        for (var seed = 1; seed <= SeedsMax; seed++)
        {
            if (Simulator.Run(seed, injected).Violation is not { } violation)
            {
                continue;
            }

            if (violation.Promise == Enum.Parse<Promise>(broken))
            {
                output.WriteLine($"seed {seed}: {violation}");
                return;
            }

            others.Add($"seed {seed}: {violation}");
        }

        Assert.Fail($"{defect} was not found to break {broken} in {SeedsMax} seeds; what was found instead:\n{string.Join('\n', others.Take(5))}");
    }
}
