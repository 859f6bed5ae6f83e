using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>Scripts on messages that a client moved, and the owner of the account goes before they can have run: each has its turn, and none has two.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ClusterImapSieveTests(ClusterFleet fleet)
{
    private const int Messages = 150;

    [Fact]
    public Task Behind_a_kill() => PlayAsync(async victim =>
    {
        await fleet[victim].KillAsync();
        return () => fleet.StartAsync(victim);
    });

    [Fact]
    public Task Behind_a_hand_over() => PlayAsync(async victim =>
    {
        await fleet.DrainAsync(victim);
        return async () =>
        {
            Assert.Equal(0, await fleet[victim].TerminateAsync());
            await fleet.StartAsync(victim);
        };
    });

    private async Task PlayAsync(Func<int, Task<Func<Task>>> strike)
    {
        await fleet.RepairAsync();
        var account = (await fleet.AddAccountsAsync(1))[0];
        var victim = await fleet.OwnerOfAsync(account);
        await using var client = await fleet[(victim + 1) % ClusterFleet.Nodes].Process.ConnectImapAsync(account);
        await client.RequireAsync("CREATE Learn");
        for (var i = 0; i < Messages; i++)
            Assert.True((await client.AppendAsync("INBOX", TestMessages.Make(i))).IsOk);
        await client.RequireAsync("SELECT INBOX");
        await client.RequireAsync("MOVE 1:* Learn");
        var repair = await strike(victim);

        await client.RequireAsync("SELECT Learn");
        await Wait.UntilAsync(
            async () => (await client.RequireAsync("UID SEARCH KEYWORD learned")).Untagged
                .Any(line => line.Text.StartsWith("* SEARCH ", StringComparison.Ordinal) && line.Text.Split(' ').Length - 2 == Messages),
            () => $"each of {Messages} messages has had its turn\n{fleet.LogEnds()}");
        await client.RequireAsync("SELECT Learned");
        Assert.Equal(
            Enumerable.Range(0, Messages), (await client.FetchAllAsync()).Select(static message => TestMessages.NumberOf(message.Body)).Order());
        await repair();
        await fleet.SettleAsync();
    }
}
