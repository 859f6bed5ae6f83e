using System.Diagnostics;
using MailCluster.LoadGenerator.Measuring;
using MailCluster.LoadGenerator.Wire;

namespace MailCluster.LoadGenerator.Rows;

/// <summary>Connections that are logged in, have INBOX selected and idle: what each adds to the PSS of the server's processes, in KiB.</summary>
internal sealed class IdleRow(string name, int connections, bool tls) : Row(name, RowUnit.KiB, 0)
{
    private const int FirstAccount = 1_000;
    private const int AccountCount = 1_000;
    private const int WarmCount = 200;

    public static string AccountOf(int index) => Setup.Account(FirstAccount + (index % AccountCount));

    private static ImapClient OpenIdle(Setup setup, string account, bool tls)
    {
        var client = setup.Connect(account, tls);
        client.Run("SELECT INBOX");
        client.Send("IDLE");
        client.AwaitContinuation();
        return client;
    }

    /// <summary>Opens many at a time: a server that starts a process for each takes its time.</summary>
    /// <param name="setup">The server.</param>
    /// <param name="tls">By TLS.</param>
    /// <param name="count">How many; a thousand accounts take turns.</param>
    /// <param name="first">How many accounts behind those of <see cref="AccountOf"/> they begin.</param>
    public static ImapClient[] OpenIdle(Setup setup, bool tls, int count, int first = 0)
    {
        var clients = new ImapClient[count];
        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i => clients[i] = OpenIdle(setup, Setup.Account(FirstAccount + first + (i % AccountCount)), tls));
            return clients;
        }
        catch
        {
            Close(clients);
            throw;
        }
    }

    public static void Close(ImapClient[] clients)
    {
        foreach (var client in clients)
        {
            client?.Dispose();
        }
    }

    public override Measurement Run(Setup setup)
    {
        var count = setup.Quick ? Math.Min(connections, 200) : connections;
        Warm(setup);
        Thread.Sleep(setup.Rest);
        var before = setup.Server.PssKiB();
        var cpu = setup.Server.CpuSeconds();
        var begun = Stopwatch.GetTimestamp();
        var clients = OpenIdle(setup, tls, count);
        try
        {
            var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            Thread.Sleep(setup.Rest);
            var after = setup.Server.PssKiB();
            return new Measurement
            {
                Row = Name,
                Server = "",
                Value = (after - before) / (double)count,
                Units = count,
                Seconds = seconds,
                ServerCpuSeconds = setup.Server.CpuSeconds() - cpu,
                PssKiB = after,
                BasePssKiB = before,
            };
        }
        finally
        {
            Close(clients);
        }
    }

    /// <summary>
    /// The way is gone before it is measured, by other accounts: code that is compiled, pools and threads are no cost of a connection. Again and again, since a
    /// runtime that counts calls to see what is worth compiling well begins to count once nothing new is called.
    /// </summary>
    private void Warm(Setup setup)
    {
        for (var i = 0; i < 4; i++)
        {
            Close(OpenIdle(setup, tls, WarmCount, AccountCount + (i * WarmCount)));
            Thread.Sleep(300);
        }
    }
}
