using System.Buffers;
using System.Globalization;
using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Messages;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

internal enum AppendForm
{
    /// <summary>Waits for the continuation.</summary>
    Synchronising,

    /// <summary>LITERAL+, one command at a time.</summary>
    NonSynchronising,

    /// <summary>50 commands with LITERAL+ are sent before the first answer is read.</summary>
    Pipelined,

    /// <summary>100 messages in one command.</summary>
    Multi,
}

internal sealed class AppendRow(string name, double target, AppendForm form, int clients = 1, bool oneAccount = false)
    : Row(name, RowUnit.MessagesPerSecond, target)
{
    private const int PipelineDepth = 50;
    private const int MultiCount = 100;

    public override Measurement Run(Setup setup)
    {
        var messages = MessageMill.Many(128, Folders.MessageSize);
        return setup.Drive(this).Run(clients, index =>
        {
            var client = setup.Connect(setup.Fresh(this, oneAccount ? 0 : index));
            var batch = new ArrayBufferWriter<byte>(64 * 1024);
            var next = index;
            return new Client(client, _ => new Step(Append(client, batch, messages, ref next)));
        });
    }

    private int Append(ImapClient client, ArrayBufferWriter<byte> batch, byte[][] messages, ref int next)
    {
        batch.ResetWrittenCount();
        switch (form)
        {
            case AppendForm.Synchronising:
                var message = messages[next++ % messages.Length];
                var tag = client.Send(string.Create(CultureInfo.InvariantCulture, $"APPEND INBOX {{{message.Length}}}"));
                client.AwaitContinuation();
                batch.Write(message);
                batch.Write("\r\n"u8);
                client.SendRaw(batch.WrittenSpan);
                client.Finish(tag);
                return 1;
            case AppendForm.Multi:
                var one = client.NextTag();
                Folders.Write(batch, $"A{one} APPEND INBOX");
                for (var i = 0; i < MultiCount; i++)
                {
                    Literal(batch, messages[next++ % messages.Length]);
                }
                batch.Write("\r\n"u8);
                client.SendRaw(batch.WrittenSpan);
                client.Finish(one);
                return MultiCount;
            default:
                var count = form == AppendForm.Pipelined ? PipelineDepth : 1;
                var first = 0;
                for (var i = 0; i < count; i++)
                {
                    var each = client.NextTag();
                    first = i == 0 ? each : first;
                    Folders.Write(batch, $"A{each} APPEND INBOX");
                    Literal(batch, messages[next++ % messages.Length]);
                    batch.Write("\r\n"u8);
                }
                client.SendRaw(batch.WrittenSpan);
                for (var i = 0; i < count; i++)
                {
                    client.Finish(first + i);
                }
                return count;
        }
    }

    private static void Literal(ArrayBufferWriter<byte> batch, byte[] message)
    {
        Folders.Write(batch, $" {{{message.Length}+}}\r\n");
        batch.Write(message);
    }
}
