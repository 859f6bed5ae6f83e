using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Messages;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>Deliveries, one at a time on each connection; each connection has its own recipient unless all have the same.</summary>
internal sealed class LmtpRow(string name, double target, int size, int connections, bool oneRecipient = false)
    : Row(name, RowUnit.MessagesPerSecond, target)
{
    public override Measurement Run(Setup setup)
    {
        var messages = MessageMill.Many(64, size);
        return setup.Drive(this).Run(connections, index =>
        {
            var client = new LmtpClient(setup.Lmtp.Next());
            var recipient = setup.Fresh(this, oneRecipient ? 0 : index);
            var next = index;
            return new Client(client, _ =>
            {
                client.Deliver(recipient, messages[next++ % messages.Length]);
                return new Step(1);
            });
        });
    }
}
