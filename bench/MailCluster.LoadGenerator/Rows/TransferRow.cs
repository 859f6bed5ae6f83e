using System.Globalization;
using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

internal enum TransferForm
{
    Copy,
    Move,
    Expunge,
}

/// <summary>COPY 1:*, MOVE 1:* or EXPUNGE of 2,000 messages; what it takes to have them there is not timed (but its CPU is counted).</summary>
internal sealed class TransferRow(string name, double target, TransferForm form) : Row(name, RowUnit.MessagesPerSecond, target)
{
    private const int Count = 2_000;

    public override void Prepare(Setup setup)
    {
        using var client = setup.Connect(setup.Fresh(this, 0));
        Folders.Fill(client, "two", Count, 200);
    }

    public override Measurement Run(Setup setup)
    {
        var next = 0;
        return new Drive(Name, setup.Server) { Time = setup.Time, StepsMax = setup.Quick ? 3 : 12 }.Run(1, _ =>
        {
            var client = setup.Connect(setup.Fresh(this, 0));
            return new Client(client, clock => Transfer(client, clock, ++next));
        });
    }

    private Step Transfer(ImapClient client, StepClock clock, int number)
    {
        var folder = string.Create(CultureInfo.InvariantCulture, $"target{number}");
        client.Run($"CREATE {folder}");
        client.Run("SELECT two");
        if (form == TransferForm.Copy)
        {
            clock.Restart();
            client.Run($"COPY 1:* {folder}");
            return new Step(Count);
        }
        client.Run($"COPY 1:* {folder}");
        client.Run($"SELECT {folder}");
        if (form == TransferForm.Move)
        {
            client.Run($"CREATE {folder}.moved");
            clock.Restart();
            client.Run($"MOVE 1:* {folder}.moved");
            return new Step(Count);
        }
        client.Run("STORE 1:* +FLAGS.SILENT (\\Deleted)");
        clock.Restart();
        client.Run("EXPUNGE");
        return new Step(Count);
    }
}
