using System.Globalization;
using System.Net.Sockets;
using System.Text;
using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>A full disk, a stop amid deliveries, more clients than open files: what was acknowledged stays, the node goes on by itself.</summary>
public sealed class PressureTests
{
    private const string Alice = "alice@example.com";
    private const string Bob = "bob@example.com";

    /// <summary>What makes a message longer than what a spool keeps in memory, so that it goes through a file.</summary>
    private static readonly byte[] Filler = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(new string('x', 76) + "\r\n", 40_000)));

    [Fact]
    public async Task A_full_disk_puts_mail_off_and_loses_nothing()
    {
        using var folder = new TemporaryFolder();
        // No file may grow past a limit that is set and lifted while the node runs; the signal that comes with it is ignored, as a full disk has none.
        await using var node = await NodeProcess.StartUnderAsync("trap '' XFSZ", folder.Path, "lmtp.retry=1 s", "auth.allow-plaintext=true");
        await node.AddUserAsync(Alice);
        await using var sender = await LmtpClient.ConnectAsync(node.LmtpPort);
        await using var client = await node.ConnectImapAsync(Alice, tls: false);
        var stored = new List<int>();
        await DeliverAsync(1);
        await AppendAsync(2);

        for (var round = 0; round < 3; round++)
        {
            var first = 10 * (round + 1);
            await LimitFilesAsync(node, "1:unlimited");
            Assert.StartsWith("451", await TryDeliverAsync(first), StringComparison.Ordinal);
            Assert.StartsWith("452", await TryDeliverAsync(first + 1, isBig: true), StringComparison.Ordinal);
            Assert.StartsWith("NO [UNAVAILABLE]", (await client.AppendAsync("INBOX", TestMessages.Make(first + 2))).Tagged, StringComparison.Ordinal);
            Assert.StartsWith("NO [UNAVAILABLE]", (await client.SendAsync($"CREATE Folder{round}")).Tagged, StringComparison.Ordinal);
            Assert.Equal(stored.Count, await CountAsync());

            await LimitFilesAsync(node, "unlimited:unlimited");
            await DeliverAsync(first + 3);
            await DeliverAsync(first + 4, isBig: true);
            await AppendAsync(first + 5);
            await client.RequireAsync($"CREATE Folder{round}");
        }

        await node.KillAsync();
        await using var again = await NodeProcess.StartAsync(folder.Path);
        await RequireExactlyAsync(again, Alice, stored);

        async Task<string> TryDeliverAsync(int number, bool isBig = false) => (await sender.DeliverAsync(Message(number, isBig), Alice))[0];

        async Task DeliverAsync(int number, bool isBig = false)
        {
            Assert.StartsWith("250", await TryDeliverAsync(number, isBig), StringComparison.Ordinal);
            stored.Add(number);
        }

        async Task AppendAsync(int number)
        {
            Assert.True((await client.AppendAsync("INBOX", TestMessages.Make(number))).IsOk);
            stored.Add(number);
        }

        async Task<int> CountAsync()
        {
            await client.RequireAsync("SELECT INBOX");
            return (await client.FetchAllAsync()).Count;
        }
    }

    [Fact]
    public async Task SIGTERM_amid_deliveries_keeps_what_was_acknowledged()
    {
        using var folder = new TemporaryFolder();
        var acknowledged = new Dictionary<string, List<int>> { [Alice] = [], [Bob] = [] };
        var number = 0;
        for (var stop = 0; stop < 4; stop++)
        {
            await using var node = await NodeProcess.StartAsync(folder.Path);
            if (stop == 0)
            {
                await node.AddUserAsync(Alice);
                await node.AddUserAsync(Bob);
            }

            var before = acknowledged.Values.Sum(list => list.Count);
            var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var senders = Enumerable.Range(0, 4).Select(i => DeliverUntilToldToStopAsync(node, i % 2 == 0 ? Alice : Bob, before + 30 + 20 * stop, enough)).ToList();
            await Task.WhenAny(enough.Task, Task.WhenAll(senders));
            Assert.True(await node.TerminateAsync() == 0, node.Log);
            await Task.WhenAll(senders);
            Assert.True(enough.Task.IsCompleted, node.Log);

            await using var again = await NodeProcess.StartAsync(folder.Path);
            foreach (var (account, numbers) in acknowledged)
                await RequireExactlyAsync(again, account, numbers);
            Assert.Equal(0, await again.TerminateAsync());
        }

        async Task DeliverUntilToldToStopAsync(NodeProcess node, string account, int total, TaskCompletionSource enough)
        {
            await using var client = await LmtpClient.ConnectAsync(node.LmtpPort);
            while (true)
            {
                var mine = Interlocked.Increment(ref number);
                string reply;
                try
                {
                    reply = (await client.DeliverAsync(Message(mine, isBig: mine % 7 == 0), account))[0];
                }
                catch (Exception e) when (e is IOException or SocketException || e.Message.Contains("421", StringComparison.Ordinal))
                {
                    // The goodbye, or the end behind it.
                    return;
                }

                if (!reply.StartsWith("250", StringComparison.Ordinal))
                    return;
                lock (acknowledged)
                {
                    acknowledged[account].Add(mine);
                    if (acknowledged.Values.Sum(list => list.Count) >= total)
                        enough.TrySetResult();
                }
            }
        }
    }

    [Fact]
    public async Task More_clients_than_open_files_are_refused_and_the_node_goes_on()
    {
        using var folder = new TemporaryFolder();
        await using var node = await NodeProcess.StartUnderAsync("ulimit -n 700", folder.Path, "auth.allow-plaintext=true");
        await node.AddUserAsync(Alice);
        await using var sender = await LmtpClient.ConnectAsync(node.LmtpPort);
        await using var client = await node.ConnectImapAsync(Alice, tls: false);
        var flood = new List<TcpClient>();
        try
        {
            var refused = 0;
            for (var i = 0; i < 900; i++)
            {
                var connection = new TcpClient();
                flood.Add(connection);
                await connection.ConnectAsync("127.0.0.1", node.ImapPort);
                if (!await IsGreetedAsync(connection))
                    refused++;
            }

            Assert.InRange(refused, 1, 899);
            for (var i = 1; i <= 10; i++)
            {
                Assert.StartsWith("250", (await sender.DeliverAsync(Message(i, isBig: i % 2 == 0), Alice))[0], StringComparison.Ordinal);
                Assert.True((await client.AppendAsync("INBOX", TestMessages.Make(100 + i))).IsOk);
            }
        }
        finally
        {
            flood.ForEach(connection => connection.Dispose());
        }

        await client.RequireAsync("SELECT INBOX");
        Assert.Equal(20, (await client.FetchAllAsync()).Count);
        Assert.True(await node.TerminateAsync() == 0, node.Log);
    }

    /// <summary>Waits for what the node does with the connection: a greeting, or its end.</summary>
    private static async Task<bool> IsGreetedAsync(TcpClient connection)
    {
        var greeting = new byte[4];
        try
        {
            return await connection.GetStream().ReadAtLeastAsync(greeting, greeting.Length, throwOnEndOfStream: false) == greeting.Length
                && greeting.AsSpan().SequenceEqual("* OK"u8);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static Task LimitFilesAsync(NodeProcess node, string softAndHard) =>
        ClientProgram.RequireAsync("prlimit", ["--pid", node.Id.ToString(CultureInfo.InvariantCulture), "--fsize=" + softAndHard]);

    /// <summary>Each of these messages is there, once, byte by byte.</summary>
    private static async Task RequireExactlyAsync(NodeProcess node, string account, IReadOnlyCollection<int> numbers)
    {
        await using var client = await node.ConnectImapAsync(account);
        await client.RequireAsync("SELECT INBOX");
        var found = new Dictionary<int, byte[]>();
        foreach (var (_, body) in await client.FetchAllAsync())
            Assert.True(found.TryAdd(TestMessages.NumberOf(body), body), $"{account} has a message twice");
        foreach (var number in numbers)
        {
            Assert.True(found.TryGetValue(number, out var body), $"{account} has lost message {number}");
            Assert.True(TestMessages.WithoutTrace(body).AsSpan().SequenceEqual(Message(number, body.Length > Filler.Length)), $"message {number} differs");
        }
    }

    private static byte[] Message(int number, bool isBig) => isBig ? [.. TestMessages.Make(number), .. Filler] : TestMessages.Make(number);
}
