using MailCluster.LoadGenerator.Measuring;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>Connect, LOGIN, LOGOUT, close; with whole TLS handshakes, or with resumed ones.</summary>
internal sealed class LoginRow(string name, double target, int clients, bool tls, bool resumes = false) : Row(name, RowUnit.CommandsPerSecond, target)
{
    public override Measurement Run(Setup setup) => setup.Drive(this).Run(clients, index =>
    {
        var account = setup.Fresh(this, index);
        return new Client(null, _ =>
        {
            using var client = setup.Connect(account, tls, resumes);
            client.Run("LOGOUT");
            return new Step(1);
        });
    });
}
