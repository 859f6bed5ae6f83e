using System.Buffers;
using System.Globalization;
using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Messages;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

internal enum ScaleForm
{
    Select,

    /// <summary>FETCH FLAGS of the last 100.</summary>
    LastFlags,

    /// <summary>STORE of one.</summary>
    Store,

    /// <summary>APPEND of one.</summary>
    Append,
}

/// <summary>One operation in a folder of a million messages; the value is how many times as long it takes there as in one of a thousand, by medians.</summary>
internal sealed class ScaleRow(string name, ScaleForm form) : Row(name, RowUnit.TimesOfThousand, 0)
{
    // An account each, so that what one holds is no burden to the other.
    private const int LargeAccount = 4;
    private const int SmallAccount = 5;
    private const string Folder = "scale";
    private const int Small = 1_000;

    private static int Large(Setup setup) => setup.Quick ? 100_000 : 1_000_000;

    public override void Prepare(Setup setup)
    {
        using (var client = setup.Connect(Setup.Account(SmallAccount)))
        {
            FillByCopies(client, Small);
        }
        using (var client = setup.Connect(Setup.Account(LargeAccount)))
        {
            FillByCopies(client, Large(setup));
        }
    }

    public override Measurement Run(Setup setup)
    {
        var small = Measure(setup, SmallAccount, Small);
        var large = Measure(setup, LargeAccount, Large(setup));
        return large with
        {
            Value = large.P50 / small.P50,
            Errors = large.Errors + small.Errors,
            FirstError = large.FirstError ?? small.FirstError,
            Note = string.Create(CultureInfo.InvariantCulture, $"p50 {small.P50:0.000} ms with {Small:#,##0}, {large.P50:0.000} ms with {Large(setup):#,##0}"),
        };
    }

    private Measurement Measure(Setup setup, int account, int count) => setup.Drive(this).Run(1, _ =>
    {
        var client = setup.Connect(Setup.Account(account));
        client.Run($"SELECT {Folder}");
        var random = new Random(setup.Round);
        var message = MessageMill.Make(1, Folders.MessageSize);
        var batch = new ArrayBufferWriter<byte>(message.Length + 128);
        return new Client(client, clock => Step(client, clock, random, count, message, batch));
    });

    private Step Step(ImapClient client, StepClock clock, Random random, int count, byte[] message, ArrayBufferWriter<byte> batch)
    {
        switch (form)
        {
            case ScaleForm.Select:
                client.Run("SELECT INBOX");
                clock.Restart();
                client.Run($"SELECT {Folder}");
                return new Step(1);
            case ScaleForm.LastFlags:
                var reply = client.Run(string.Create(CultureInfo.InvariantCulture, $"FETCH {count - 99}:{count} (FLAGS)"));
                return reply.Fetches == 100 ? new Step(1) : throw new ProtocolException($"{reply.Fetches} FETCH responses for 100 messages.");
            case ScaleForm.Store:
                client.Run(string.Create(
                    CultureInfo.InvariantCulture, $"STORE {random.Next(count) + 1} {(random.Next(2) == 0 ? '+' : '-')}FLAGS.SILENT (\\Flagged)"));
                return new Step(1);
            default:
                batch.ResetWrittenCount();
                var tag = client.NextTag();
                Folders.Write(batch, string.Create(CultureInfo.InvariantCulture, $"A{tag} APPEND {Folder} {{{message.Length}+}}\r\n"));
                batch.Write(message);
                Folders.Write(batch, "\r\n");
                client.SendRaw(batch.WrittenSpan);
                client.Finish(tag);
                return new Step(1);
        }
    }

    // Doubles the folder by copies within it.
    private static void FillByCopies(ImapClient client, int count)
    {
        if (Folders.Count(client, Folder) < Math.Min(count, Small))
        {
            Folders.Fill(client, Folder, Small, Small);
        }
        for (var have = Folders.Count(client, Folder); have < count;)
        {
            var more = Math.Min(have, count - have);
            client.Run(string.Create(CultureInfo.InvariantCulture, $"COPY 1:{more} {Folder}"));
            have += more;
        }
    }
}
