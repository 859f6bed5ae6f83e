using System.Buffers;
using System.Globalization;
using System.Text;
using MailCluster.LoadGenerator.Messages;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>Folders that rows read: made once for a server, by MULTIAPPEND and COPY, found again by their names and counts.</summary>
internal static class Folders
{
    /// <summary>The account with <see cref="Ten"/> and <see cref="Hundred"/>.</summary>
    public const int BigAccount = 0;

    /// <summary>Different messages.</summary>
    public const string Ten = "ten";

    /// <summary>The same ten times.</summary>
    public const string Hundred = "hundred";

    /// <summary>Of the messages in prepared folders.</summary>
    public const int MessageSize = 4096;

    private const int BatchSize = 200;

    public static string MakeTen(Setup setup)
    {
        using var client = setup.Connect(Setup.Account(BigAccount));
        Fill(client, Ten, setup.Ten, setup.Ten);
        return Setup.Account(BigAccount);
    }

    public static string MakeHundred(Setup setup)
    {
        MakeTen(setup);
        using var client = setup.Connect(Setup.Account(BigAccount));
        var count = Count(client, Hundred);
        if (count == setup.Hundred)
        {
            return Setup.Account(BigAccount);
        }
        if (count < 0)
        {
            client.Run($"CREATE {Hundred}");
            count = 0;
        }
        client.Run($"SELECT {Ten}");
        for (; count < setup.Hundred; count += setup.Ten)
        {
            client.Run(string.Create(CultureInfo.InvariantCulture, $"COPY 1:{Math.Min(setup.Ten, setup.Hundred - count)} {Hundred}"));
        }
        return Setup.Account(BigAccount);
    }

    /// <summary>A folder of <paramref name="count"/> messages, of which <paramref name="different"/> differ and half are seen.</summary>
    public static void Fill(ImapClient client, string folder, int count, int different)
    {
        var there = Count(client, folder);
        if (there == count)
        {
            return;
        }
        if (there < 0)
        {
            client.Run($"CREATE {folder}");
            there = 0;
        }
        var batch = new ArrayBufferWriter<byte>(BatchSize * (MessageSize + 256));
        for (var next = there; next < Math.Min(count, different); next += BatchSize)
        {
            batch.ResetWrittenCount();
            var tag = client.NextTag();
            Write(batch, $"A{tag} APPEND {folder}");
            for (var i = next; i < Math.Min(next + BatchSize, Math.Min(count, different)); i++)
            {
                var message = MessageMill.Make(i, MessageSize);
                Write(batch, $"{(i % 2 == 0 ? " (\\Seen)" : "")} {{{message.Length}+}}\r\n");
                batch.Write(message);
            }
            Write(batch, "\r\n");
            client.SendRaw(batch.WrittenSpan);
            client.Finish(tag);
        }
        client.Run($"SELECT {folder}");
        for (var have = Math.Max(there, different); have < count; have += different)
        {
            client.Run(string.Create(CultureInfo.InvariantCulture, $"COPY 1:{Math.Min(different, count - have)} {folder}"));
        }
    }

    public static void Write(IBufferWriter<byte> writer, string text) => Encoding.ASCII.GetBytes(text, writer);

    /// <summary>Messages in a folder, or -1 if there is none.</summary>
    public static int Count(ImapClient client, string folder)
    {
        try
        {
            return client.Run($"SELECT {folder}").Exists;
        }
        catch (ProtocolException)
        {
            return -1;
        }
    }
}
