using System.Globalization;
using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>What a POP3 row does with a maildrop of ten thousand messages.</summary>
internal enum Pop3Form
{
    /// <summary>Connect, log in, STAT, QUIT: the client that polls.</summary>
    Poll,

    /// <summary>UIDL in an open session.</summary>
    Uidl,

    /// <summary>A whole session: log in, STAT, UIDL, LIST, each message by RETR, QUIT.</summary>
    Download,
}

/// <summary>POP3 on an inbox of ten thousand messages.</summary>
internal sealed class Pop3Row(string name, double target, Pop3Form form, bool tls = false, int clients = 1)
    : Row(name, form == Pop3Form.Poll ? RowUnit.CommandsPerSecond : RowUnit.MessagesPerSecond, target)
{
    /// <summary>Clients that poll have an account each; these are shared with no other row.</summary>
    private const int FirstAccount = 2_900;

    public override void Prepare(Setup setup)
    {
        for (var index = 0; index < clients; index++)
        {
            using var client = setup.Connect(Account(index));
            Folders.Fill(client, "INBOX", setup.Ten, setup.Ten);
        }
    }

    public override Measurement Run(Setup setup) => setup.Drive(this).Run(clients, index => form switch
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

    private static string Account(int index) => Setup.Account(FirstAccount + index);

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
