using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>Limits of accounts count over all nodes, and a node that died gives its places back.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ClusterLimitTests(ClusterFleet fleet)
{
    [Fact]
    public async Task Connections_of_an_account_add_up_over_nodes_until_a_node_dies()
    {
        await fleet.RepairAsync();
        var account = (await fleet.AddAccountsAsync(1))[0];
        for (var node = 0; node < ClusterFleet.Nodes; node++)
            await RestartAsync(node, "limits.connections-per-account=2");
        await fleet.SettleAsync();

        await using var first = await fleet[0].Process.ConnectImapAsync(account);
        await using var second = await fleet[1].Process.ConnectImapAsync(account);
        await Wait.UntilAsync(async () => !await IsLetInAsync(2, account), () => "the third node knows of the other two's");
        Assert.False(await IsLetInAsync(0, account));

        await fleet[0].Process.KillAsync();
        await Wait.UntilAsync(() => IsLetInAsync(2, account), () => "the place of the dead node's connection is free");

        for (var node = 0; node < ClusterFleet.Nodes; node++)
            await RestartAsync(node);
        await fleet.SettleAsync();
    }

    private async Task<bool> IsLetInAsync(int node, string account)
    {
        try
        {
            await using var client = await fleet[node].Process.ConnectImapAsync(account);
            return true;
        }
        catch (InvalidOperationException refused) when (refused.Message.Contains("[LIMIT]", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private async Task RestartAsync(int node, params string[] settings)
    {
        if (!fleet[node].Process.HasEnded)
            await fleet[node].Process.TerminateAsync();
        await fleet.StartAsync(node, settings);
    }
}
