using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>
/// One reading command over and over in a prepared folder. <c>{n}</c> in the command is a random message of it. The value is in messages when the
/// command goes through the whole folder, else in commands.
/// </summary>
internal sealed class ReadRow(string name, double target, string folder, string command, bool whole, bool tls = false)
    : Row(name, whole ? RowUnit.MessagesPerSecond : RowUnit.CommandsPerSecond, target)
{
    /// <summary>One step takes seconds on some server: none is spent on warming up. Earlier rows have read the same.</summary>
    public bool IsLong { get; init; }

    public override void Prepare(Setup setup)
    {
        if (folder == Folders.Ten)
        {
            Folders.MakeTen(setup);
        }
        else
        {
            Folders.MakeHundred(setup);
        }
    }

    public override Measurement Run(Setup setup)
    {
        var count = folder == Folders.Ten ? setup.Ten : setup.Hundred;
        var drive = new Drive(Name, setup.Server) { Time = setup.Time, WarmUp = Restart != Restart.Cold && !IsLong, StepsMax = Restart == Restart.Cold ? 1 : 1_000_000 };
        return drive.Run(1, _ =>
        {
            var client = setup.Connect(Setup.Account(Folders.BigAccount), tls);
            client.Run($"SELECT {folder}");
            var random = new Random(setup.Round);
            return new Client(client, _ => whole ? Whole(client, count) : One(client, random.Next(count) + 1));
        });
    }

    private Step Whole(ImapClient client, int count)
    {
        var reply = client.Run(command);
        return new Step(count, reply.Fetches + reply.Hits);
    }

    private Step One(ImapClient client, int number)
    {
        var reply = client.Run(command.Replace("{n}", number.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
        return reply.Fetches == 1 ? new Step(1) : throw new ProtocolException("No FETCH response.");
    }
}
