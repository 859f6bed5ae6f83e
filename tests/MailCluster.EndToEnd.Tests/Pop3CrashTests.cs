using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>kill -9 around DELE and QUIT: all that was marked is gone, or nothing; and all, if QUIT was acknowledged.</summary>
public sealed class Pop3CrashTests
{
    private const string Alice = "alice@example.com";
    private const int Messages = 12;
    private const int Kills = 12;
    private const int Seed = 20260102;

    [Fact]
    public async Task Deletions_are_all_or_none_and_all_when_acknowledged()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(Seed);
        var left = new HashSet<int>();
        var next = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var node = await NodeProcess.StartAsync(folder.Path);
            if (kill == 0)
                await node.AddUserAsync(Alice);
            await FillAsync(node, left, () => next++);
            await using var client = await Pop3Client.ConnectAsync(node.Pop3sPort, Alice, NodeProcess.Password);
            var numbers = await NumbersAsync(client);
            var chosen = Enumerable.Range(0, numbers.Count).Where(_ => random.Next(2) == 0).ToList();
            foreach (var at in chosen)
                await client.RequireAsync($"DELE {at + 1}");
            // The first kills come before QUIT, the others at about the time of it.
            var acknowledged = false;
            if (kill < 2)
            {
                await node.KillAsync();
            }
            else
            {
                await client.SendAsync("QUIT");
                var reply = AcknowledgedAsync(client);
                if (random.Next(3) == 0)
                    await reply;
                await node.KillAsync();
                acknowledged = await reply;
            }

            await using var again = await NodeProcess.StartAsync(folder.Path);
            var found = await InboxAsync(again);
            var deleted = chosen.Select(at => numbers[at]).ToHashSet();
            var without = left.Except(deleted).Order();
            Assert.True(
                found.SequenceEqual(without) || (!acknowledged && found.SequenceEqual(left.Order())),
                $"seed {Seed}, kill {kill}, acknowledged {acknowledged}: left {string.Join(' ', found)}, of {string.Join(' ', left.Order())} less {string.Join(' ', deleted.Order())}");
            if (kill < 2)
                Assert.Equal(left.Order(), found);
            left = [.. found];
        }
    }

    private static async Task FillAsync(NodeProcess node, HashSet<int> left, Func<int> next)
    {
        await using var client = await node.ConnectImapAsync(Alice);
        while (left.Count < Messages)
        {
            var number = next();
            Assert.True((await client.AppendAsync("INBOX", TestMessages.Make(number))).IsOk);
            left.Add(number);
        }
    }

    private static async Task<List<int>> NumbersAsync(Pop3Client client)
    {
        var count = int.Parse((await client.RequireAsync("STAT")).Split(' ')[1], null);
        var numbers = new List<int>();
        for (var number = 1; number <= count; number++)
            numbers.Add(TestMessages.NumberOf(System.Text.Encoding.Latin1.GetBytes(await client.RequireLinesAsync($"RETR {number}"))));
        return numbers;
    }

    private static async Task<List<int>> InboxAsync(NodeProcess node)
    {
        await using var client = await node.ConnectImapAsync(Alice);
        await client.RequireAsync("SELECT INBOX");
        return [.. (await client.FetchAllAsync()).Select(static message => TestMessages.NumberOf(message.Body)).Order()];
    }

    private static async Task<bool> AcknowledgedAsync(Pop3Client client)
    {
        try
        {
            return (await client.ReplyAsync()).StartsWith("+OK", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}
