using System.Globalization;
using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>What a POP3 row does.</summary>
internal enum Pop3Form
{
    /// <summary>Connect, log in, STAT, QUIT: the client that polls.</summary>
    Poll,

    /// <summary>UIDL in an open session.</summary>
    Uidl,

    /// <summary>A whole session: log in, STAT, UIDL, LIST, each message by RETR, QUIT.</summary>
    Download,
}

/// <summary>POP3 on an inbox of ten thousand messages, or of two thousand for each that polls.</summary>
internal sealed class Pop3Row(string name, double target, Pop3Form form, bool tls = false, int clients = 1)
    : Row(name, form == Pop3Form.Poll ? RowUnit.CommandsPerSecond : RowUnit.MessagesPerSecond, target)
{
    /// <summary>The account of the rows that read; behind it one for each client that polls.</summary>
    private const int FirstAccount = 2_900;

    public override void Prepare(Setup setup)
    {
        for (var index = 0; index < clients; index++)
        {
            using var client = setup.Connect(Account(index));
            var count = form == Pop3Form.Poll ? setup.Ten / 5 : setup.Ten;
            Folders.Fill(client, "INBOX", count, count);
        }
    }

    // A download of ten thousand is long enough to be measured by itself.
    public override Measurement Run(Setup setup) => new Drive(Name, setup.Server) { Time = setup.Time, WarmUp = form != Pop3Form.Download }.Run(clients, index => form switch
    {
        Pop3Form.Uidl => Uidl(Connect(setup, index), setup.Ten),
        Pop3Form.Download => new Client(null, _ => Download(setup, index)),
        _ => new Client(null, _ =>
        {
            using var client = Connect(setup, index);
            client.Run("STAT");
            client.Run("QUIT");
            return new Step(1);
        }),
    });

    private string Account(int index) => Setup.Account(FirstAccount + index + (form == Pop3Form.Poll ? 1 : 0));

    private static Client Uidl(Pop3Client client, int count) => new(client, _ => new Step(count, client.RunLines("UIDL")));

    private Pop3Client Connect(Setup setup, int index) => new(setup.Pop3.Next(), Account(index), setup.Password, tls);

    private Step Download(Setup setup, int index)
    {
        using var client = Connect(setup, index);
        client.Run("STAT");
        var count = client.RunLines("UIDL");
        client.RunLines("LIST");
        long lines = 0;
        for (var number = 1; number <= count; number++)
        {
            lines += client.RunLines(string.Create(CultureInfo.InvariantCulture, $"RETR {number}"));
        }
        client.Run("QUIT");
        return new Step(count, lines);
    }
}
