using System.Text;
using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>POP3 sessions on one node of accounts that another has, which is killed.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ClusterPop3Tests(ClusterFleet fleet)
{
    private const int Messages = 40;

    [Fact]
    public async Task A_quit_whose_owner_is_killed_deletes_once_and_is_acknowledged()
    {
        await fleet.RepairAsync();
        var account = (await fleet.AddAccountsAsync(1))[0];
        var owner = await fleet.OwnerOfAsync(account);
        var edge = (owner + 1) % ClusterFleet.Nodes;
        await FillAsync(edge, account);
        await using var client = await Pop3Client.ConnectAsync(fleet[edge].Process.Pop3sPort, account, NodeProcess.Password);
        for (var number = 1; number <= Messages; number += 2)
            await client.RequireAsync($"DELE {number}");

        await client.SendAsync("QUIT");
        await fleet[owner].KillAsync();
        var reply = client.ReplyAsync();
        await reply.ForAsync("QUIT is answered", () => fleet[edge].Process.Log);
        Assert.Equal($"+OK Goodbye, {Messages / 2} messages deleted", await reply);
        await fleet.StartAsync(owner);
        await fleet.SettleAsync();
        Assert.Equal(Enumerable.Range(0, Messages).Where(static number => number % 2 == 1), await InboxAsync(edge, account));
    }

    [Fact]
    public async Task A_session_reads_on_when_its_owner_is_killed_and_deletes_at_the_next_one()
    {
        await fleet.RepairAsync();
        var account = (await fleet.AddAccountsAsync(1))[0];
        var owner = await fleet.OwnerOfAsync(account);
        var edge = (owner + 1) % ClusterFleet.Nodes;
        await FillAsync(edge, account);
        await using var client = await Pop3Client.ConnectAsync(fleet[edge].Process.Pop3sPort, account, NodeProcess.Password);
        Assert.StartsWith($"+OK {Messages} ", await client.RequireAsync("STAT"), StringComparison.Ordinal);
        await fleet[owner].KillAsync();
        for (var number = 1; number <= Messages; number++)
        {
            var text = await client.RequireLinesAsync($"RETR {number}");
            Assert.Equal(Encoding.Latin1.GetString(TestMessages.Make(number - 1)), text);
            await client.RequireAsync($"DELE {number}");
        }

        await client.SendAsync("QUIT");
        var reply = client.ReplyAsync();
        await reply.ForAsync("QUIT is answered", () => fleet[edge].Process.Log);
        Assert.Equal($"+OK Goodbye, {Messages} messages deleted", await reply);
        await fleet.StartAsync(owner);
        await fleet.SettleAsync();
        Assert.Empty(await InboxAsync(owner, account));
    }

    private async Task FillAsync(int node, string account)
    {
        await using var client = await fleet[node].Process.ConnectImapAsync(account);
        for (var i = 0; i < Messages; i++)
            Assert.True((await client.AppendAsync("INBOX", TestMessages.Make(i))).IsOk);
    }

    private async Task<List<int>> InboxAsync(int node, string account)
    {
        await using var client = await fleet[node].Process.ConnectImapAsync(account);
        await client.RequireAsync("SELECT INBOX");
        return [.. (await client.FetchAllAsync()).Select(static message => TestMessages.NumberOf(message.Body)).Order()];
    }
}
