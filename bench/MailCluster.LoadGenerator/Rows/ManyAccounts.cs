using System.Buffers;
using System.Globalization;
using MailCluster.LoadGenerator.Messages;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>
/// Fills the INBOX of many accounts with 100 messages each, of which ten differ, by one MULTIAPPEND and four COPYs that are sent in one piece with the
/// login. A million messages take some twenty seconds so; by themselves they would take minutes.
/// </summary>
internal static class ManyAccounts
{
    private const int Different = 10;
    private const int MessageSize = 1_024;
    private const int Connections = 16;

    // 10, 20, 40, 80, 100.
    private static readonly int[] s_copies = [10, 20, 40, 20];

    public static void Make(Setup setup, int accounts)
    {
        Folders.MakeHundred(setup);
        using (var last = setup.Connect(Setup.Account(accounts - 1)))
        {
            if (last.Run("SELECT INBOX").Exists > 0)
            {
                return;
            }
        }
        var messages = MessageMill.Many(Different, MessageSize);
        var next = 0;
        var threads = new Thread[Connections];
        Exception? failure = null;
        for (var i = 0; i < Connections; i++)
        {
            threads[i] = new Thread(() =>
            {
                try
                {
                    // Account 0 has the big folder; the last one shows that all is done, and is filled last.
                    for (var account = Interlocked.Increment(ref next); account < accounts - 1; account = Interlocked.Increment(ref next))
                    {
                        Fill(setup, account, messages);
                    }
                }
                catch (Exception error)
                {
                    Interlocked.CompareExchange(ref failure, error, null);
                }
            });
            threads[i].Start();
        }
        foreach (var thread in threads)
        {
            thread.Join();
        }
        if (failure is not null)
        {
            throw new IOException($"The accounts could not be filled: {failure.Message}", failure);
        }
        Fill(setup, accounts - 1, messages);
    }

    private static void Fill(Setup setup, int account, byte[][] messages)
    {
        using var client = new Wire.ImapClient(setup.Imap.Next(), tls: false);
        var batch = new ArrayBufferWriter<byte>(Different * (MessageSize + 128));
        var first = client.NextTag();
        Folders.Write(batch, string.Create(CultureInfo.InvariantCulture, $"A{first} LOGIN {Setup.Account(account)} {setup.Password}\r\nA{client.NextTag()} APPEND INBOX"));
        foreach (var message in messages)
        {
            Folders.Write(batch, string.Create(CultureInfo.InvariantCulture, $" {{{message.Length}+}}\r\n"));
            batch.Write(message);
        }
        Folders.Write(batch, string.Create(CultureInfo.InvariantCulture, $"\r\nA{client.NextTag()} SELECT INBOX\r\n"));
        var last = 0;
        foreach (var count in s_copies)
        {
            last = client.NextTag();
            Folders.Write(batch, string.Create(CultureInfo.InvariantCulture, $"A{last} COPY 1:{count} INBOX\r\n"));
        }
        client.SendRaw(batch.WrittenSpan);
        for (var tag = first; tag <= last; tag++)
        {
            client.Finish(tag);
        }
    }
}
