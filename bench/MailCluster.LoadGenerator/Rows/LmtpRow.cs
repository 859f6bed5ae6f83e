using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Messages;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>
/// Deliveries, one at a time on each connection; each connection has its own recipient unless all have the same. Of a row with <see cref="Row.Sieve"/> it is looked at where the
/// messages are in the end: a script that is not run would be fast.
/// </summary>
internal sealed class LmtpRow(string name, double target, int size, int connections, bool oneRecipient = false)
    : Row(name, RowUnit.MessagesPerSecond, target)
{
    /// <summary>Where the last of the rules files the messages of <see cref="MessageMill"/>.</summary>
    private const string Filed = "Lists";

    public override Measurement Run(Setup setup)
    {
        var messages = MessageMill.Many(64, size);
        var measured = setup.Drive(this).Run(connections, index =>
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
        if (Sieve)
        {
            using var client = setup.Connect(setup.Fresh(this, 0));
            if (client.Run($"SELECT {Filed}").Exists == 0 || client.Run("SELECT INBOX").Exists > 0)
            {
                throw new ProtocolException($"{Name}: the script was not run.");
            }
        }
        return measured;
    }
}
