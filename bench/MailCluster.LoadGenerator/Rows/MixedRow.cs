using System.Buffers;
using System.Globalization;
using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Messages;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>What mail programs do all day, seven commands a step, several clients an account. The value is commands a second.</summary>
internal sealed class MixedRow(string name, double target, int clients) : Row(name, RowUnit.CommandsPerSecond, target)
{
    private const int Commands = 8;

    private static int Messages(Setup setup) => setup.Quick ? 50 : 200;

    public override void Prepare(Setup setup)
    {
        Parallel.For(0, Math.Min(clients, 50), new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            using var client = setup.Connect(Setup.Kept(this, i));
            Folders.Fill(client, "two", Messages(setup), Messages(setup));
        });
    }

    public override Measurement Run(Setup setup)
    {
        var count = Messages(setup);
        var messages = MessageMill.Many(32, Folders.MessageSize);
        return setup.Drive(this).Run(clients, index =>
        {
            var client = setup.Connect(Setup.Kept(this, index));
            client.Run("SELECT two");
            var random = new Random(index);
            var batch = new ArrayBufferWriter<byte>(8192);
            return new Client(client, _ =>
            {
                var number = random.Next(count - 10) + 1;
                client.Run("NOOP");
                client.Run(string.Create(CultureInfo.InvariantCulture, $"FETCH {number}:{number + 9} (UID FLAGS ENVELOPE)"));
                client.Run(string.Create(CultureInfo.InvariantCulture, $"FETCH {number} (BODYSTRUCTURE)"));
                client.Run(string.Create(CultureInfo.InvariantCulture, $"FETCH {number} (BODY.PEEK[])"));
                client.Run(string.Create(CultureInfo.InvariantCulture, $"STORE {number} {(random.Next(2) == 0 ? '+' : '-')}FLAGS (\\Flagged)"));
                client.Run("SEARCH UNSEEN");
                client.Run("STATUS INBOX (MESSAGES UNSEEN)");
                batch.ResetWrittenCount();
                var message = messages[random.Next(messages.Length)];
                var tag = client.NextTag();
                Folders.Write(batch, $"A{tag} APPEND INBOX {{{message.Length}+}}\r\n");
                batch.Write(message);
                batch.Write("\r\n"u8);
                client.SendRaw(batch.WrittenSpan);
                client.Finish(tag);
                return new Step(Commands);
            });
        });
    }
}
