using System.Globalization;
using System.Text;
using MailCluster.LoadGenerator.Measuring;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>What a client that was away asks: the thousand changes in a very large folder. The value is commands a second.</summary>
internal sealed class ChangesRow(string name, double target, bool qresync) : Row(name, RowUnit.CommandsPerSecond, target)
{
    private const int Changes = 1_000;

    public override void Prepare(Setup setup) => Folders.MakeHundred(setup);

    public override Measurement Run(Setup setup) => setup.Drive(this).Run(1, _ =>
    {
        var client = setup.Connect(Setup.Account(Folders.BigAccount));
        client.Run("ENABLE CONDSTORE QRESYNC");
        client.Run($"SELECT {Folders.Hundred}");
        var step = setup.Hundred / Changes;
        var set = new StringBuilder();
        for (var i = 0; i < Changes; i++)
        {
            set.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{(i * step) + 1}");
        }
        // Cleared first, so that setting it is a change whatever an earlier run left.
        client.Run($"STORE {set} -FLAGS.SILENT (\\Flagged)");
        client.Run("SELECT INBOX");
        var selected = client.Run($"SELECT {Folders.Hundred}");
        client.Run($"STORE {set} +FLAGS.SILENT (\\Flagged)");
        return new Client(client, clock =>
        {
            if (!qresync)
            {
                return new Step(1, client.Run(string.Create(CultureInfo.InvariantCulture, $"FETCH 1:* (FLAGS) (CHANGEDSINCE {selected.HighestModSeq})")).Fetches);
            }
            client.Run("SELECT INBOX");
            clock.Restart();
            return new Step(1, client.Run(string.Create(
                CultureInfo.InvariantCulture, $"SELECT {Folders.Hundred} (QRESYNC ({selected.UidValidity} {selected.HighestModSeq}))")).Fetches);
        });
    });
}
