using System.Diagnostics;
using MailCluster.LoadGenerator.Measuring;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>
/// A start over a store of 10,000 accounts with 100 messages each and one folder of 100,000: from the process's first instruction to the greeting,
/// or from then on the first SELECT of the big folder.
/// </summary>
internal sealed class StartRow(string name, bool select) : Row(name, RowUnit.Milliseconds, 0)
{
    public static readonly Store Many = new("many", 10_000, 1_000);

    public override void Prepare(Setup setup) => ManyAccounts.Make(setup, Many.Count(setup.Quick));

    public override Measurement Run(Setup setup)
    {
        var cpu = setup.Server.CpuSeconds();
        var value = select ? FirstSelect(setup) : setup.StartedIn ?? throw new ArgumentException("--started-in is missing.");
        return new Measurement
        {
            Row = Name,
            Server = "",
            Value = value,
            Units = 1,
            Seconds = value / 1000,
            // That of a start has been used before the generator runs.
            ServerCpuSeconds = select ? setup.Server.CpuSeconds() - cpu : cpu,
            PssKiB = setup.Server.PssKiB(),
        };
    }

    private static double FirstSelect(Setup setup)
    {
        using var client = setup.Connect(Setup.Account(Folders.BigAccount));
        var begun = Stopwatch.GetTimestamp();
        client.Run($"SELECT {Folders.Hundred}");
        return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
    }
}
