using System.Globalization;
using System.Text;
using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

internal enum StoreForm
{
    OneByOne,

    /// <summary>100 commands with .SILENT are sent before the first answer is read.</summary>
    Pipelined,

    /// <summary>STORE 1:*; the value is in messages.</summary>
    All,
}

/// <summary>Sets and clears \Flagged in a folder of 2,000, so that every command changes something.</summary>
internal sealed class StoreRow(string name, double target, StoreForm form, int clients = 1, bool oneAccount = false)
    : Row(name, form == StoreForm.All ? RowUnit.MessagesPerSecond : RowUnit.CommandsPerSecond, target)
{
    private const int Count = 2_000;
    private const int PipelineDepth = 100;

    public override void Prepare(Setup setup)
    {
        for (var i = 0; i < (oneAccount ? 1 : clients); i++)
        {
            using var client = setup.Connect(setup.Fresh(this, i));
            Folders.Fill(client, "two", Count, 200);
        }
    }

    public override Measurement Run(Setup setup) => setup.Drive(this).Run(clients, index =>
    {
        var client = setup.Connect(setup.Fresh(this, oneAccount ? 0 : index));
        client.Run("SELECT two");
        var next = index * 37;
        return new Client(client, _ => form switch
        {
            StoreForm.OneByOne => One(client, ref next),
            StoreForm.Pipelined => Pipelined(client, ref next),
            _ => new Step(Count, client.Run($"STORE 1:* {Sign(next += Count)}FLAGS (\\Flagged)").Fetches),
        });
    });

    private static char Sign(int next) => next / Count % 2 == 0 ? '+' : '-';

    private static Step One(ImapClient client, ref int next)
    {
        client.Run(string.Create(CultureInfo.InvariantCulture, $"STORE {(next % Count) + 1} {Sign(next)}FLAGS (\\Flagged)"));
        next++;
        return new Step(1);
    }

    private static Step Pipelined(ImapClient client, ref int next)
    {
        var batch = new StringBuilder(8192);
        var first = 0;
        for (var i = 0; i < PipelineDepth; i++, next++)
        {
            var tag = client.NextTag();
            first = i == 0 ? tag : first;
            batch.Append(CultureInfo.InvariantCulture, $"A{tag} STORE {(next % Count) + 1} {Sign(next)}FLAGS.SILENT (\\Flagged)\r\n");
        }
        client.SendRaw(Encoding.ASCII.GetBytes(batch.ToString()));
        for (var i = 0; i < PipelineDepth; i++)
        {
            client.Finish(first + i);
        }
        return new Step(PipelineDepth);
    }
}
