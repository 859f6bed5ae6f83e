using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>Connect, AUTHENTICATE SCRAM-SHA-256, LOGOUT, close. The client's share, 4096 rounds of HMAC, is in the figure of both servers.</summary>
internal sealed class ScramLoginRow(string name, double target, int clients) : Row(name, RowUnit.CommandsPerSecond, target)
{
    public override Measurement Run(Setup setup) => setup.Drive(this).Run(clients, index =>
    {
        var account = setup.Fresh(this, index);
        return new Client(null, _ =>
        {
            using var client = new ImapClient(setup.Imap.Next(), tls: false);
            client.LoginScram(account, setup.Password);
            client.Run("LOGOUT");
            return new Step(1);
        });
    });
}
