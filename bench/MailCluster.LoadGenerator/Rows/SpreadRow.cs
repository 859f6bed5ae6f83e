using System.Globalization;
using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Messages;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>
/// Deliveries to 100,000 accounts in random order, under the node's default memory budget for accounts of 1 GiB. The value is the greatest PSS of
/// the whole process in any round, which goes on where the one before ended; the note has the rate of each fifth of the time, which has to be steady.
/// </summary>
internal sealed class SpreadRow(string name) : Row(name, RowUnit.MiB, 0)
{
    public static readonly Store Spread = new("spread", 100_000, 10_000);

    private const int Connections = 50;
    private const int Parts = 5;

    public override Measurement Run(Setup setup)
    {
        var accounts = Spread.Count(setup.Quick);
        var messages = MessageMill.Many(64, Folders.MessageSize);
        var part = TimeSpan.FromSeconds(setup.Seconds ?? (setup.Quick ? 1 : 2));
        var rates = new List<double>(Parts);
        long greatest = 0;
        Measurement measured = null!;
        double serverCpu = 0, ownCpu = 0, seconds = 0;
        long units = 0;
        for (var i = 0; i < Parts; i++)
        {
            var seed = (setup.Round * Parts) + i;
            measured = new Drive(Name, setup.Server) { Time = part, WarmUp = false, StepsMax = int.MaxValue }.Run(Connections, index =>
            {
                var client = new LmtpClient(setup.Lmtp.Next());
                var random = new Random((seed * Connections) + index);
                return new Client(client, _ =>
                {
                    client.Deliver(Setup.Account(random.Next(accounts)), messages[random.Next(messages.Length)]);
                    return new Step(1);
                });
            });
            rates.Add(measured.Value);
            greatest = Math.Max(greatest, measured.PssKiB);
            serverCpu += measured.ServerCpuSeconds;
            ownCpu += measured.GeneratorCpuSeconds;
            seconds += measured.Seconds;
            units += measured.Units;
            if (measured.Errors > 0)
            {
                break;
            }
        }
        return measured with
        {
            Value = greatest / 1024.0,
            Units = units,
            Seconds = seconds,
            ServerCpuSeconds = serverCpu,
            GeneratorCpuSeconds = ownCpu,
            PssKiB = greatest,
            Note = string.Create(CultureInfo.InvariantCulture, $"{accounts:#,##0} accounts, {units:#,##0} deliveries; msg/s in each fifth of the time: {string.Join(", ", rates.Select(rate => rate.ToString("#,##0", CultureInfo.InvariantCulture)))}"),
        };
    }
}
