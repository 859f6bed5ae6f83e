using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>What an operator does with a cluster of processes, and what a client sees while its database is away.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ClusterOperationTests(ClusterFleet fleet)
{
    [Fact]
    public async Task A_user_added_on_any_node_counts_on_all_at_once()
    {
        await fleet.RepairAsync();
        for (var adding = 0; adding < ClusterFleet.Nodes; adding++)
        {
            var account = (await fleet.AddAccountsAsync(1, adding))[0];
            for (var node = 0; node < ClusterFleet.Nodes; node++)
            {
                await using var client = await fleet[node].Process.ConnectImapAsync(account);
                await using var lmtp = await LmtpClient.ConnectAsync(fleet[node].Process.LmtpPort);
                Assert.StartsWith("250", (await lmtp.DeliverAsync(TestMessages.Make(node), account))[0], StringComparison.Ordinal);
                await client.RequireAsync("SELECT INBOX");
                Assert.Equal(node + 1, (await client.FetchAllAsync()).Count);
            }
        }
    }

    [Fact]
    public async Task Guesses_that_are_spread_over_the_nodes_add_up_and_the_ban_holds_on_all()
    {
        await fleet.RepairAsync();
        var account = (await fleet.AddAccountsAsync(1))[0];
        for (var node = 0; node < ClusterFleet.Nodes; node++)
        {
            await RestartAsync(
                node, "auth.allow-plaintext=true", "auth.failure-delay=0 s", "auth.penalty=false", $"auth.ban.failures={ClusterFleet.Nodes}", "auth.ban.allow=[]");
        }

        await fleet.SettleAsync();
        for (var node = 0; node < ClusterFleet.Nodes; node++)
            Assert.Equal(Curl.LoginDenied, await Curl.LogInAsync(fleet[node].Process.ImapPort, "127.0.0.7", account, $"guess{node}"));

        for (var node = 0; node < ClusterFleet.Nodes; node++)
        {
            // Told in a moment, and nobody waits for it.
            var port = fleet[node].Process.ImapPort;
            await Wait.UntilAsync(
                async () => await Curl.LogInAsync(port, "127.0.0.7", account, NodeProcess.Password) != 0, () => "the guesser is banned on each node");
            Assert.Equal(0, await Curl.LogInAsync(port, "127.0.0.8", account, NodeProcess.Password));
        }

        Assert.Contains("127.0.0.7", (await fleet[1].Process.CtlAsync("ban", "list")).Output, StringComparison.Ordinal);
        await fleet[2].Process.CtlAsync("ban", "remove", "127.0.0.7");
        await Wait.UntilAsync(
            async () => await Curl.LogInAsync(fleet[0].Process.ImapPort, "127.0.0.7", account, NodeProcess.Password) == 0, () => "the ban is lifted everywhere");
        for (var node = 0; node < ClusterFleet.Nodes; node++)
            await RestartAsync(node);
        await fleet.SettleAsync();
    }

    [Fact]
    public async Task Without_the_database_sessions_stay_reads_go_on_and_writes_are_refused_for_now()
    {
        await fleet.RepairAsync();
        var account = (await fleet.AddAccountsAsync(1))[0];
        var owner = fleet[await fleet.OwnerOfAsync(account)];
        await using var reader = await owner.Process.ConnectImapAsync(account);
        await using var writer = await owner.Process.ConnectImapAsync(account);
        await using var appender = await owner.Process.ConnectImapAsync(account);
        await using var lmtp = await LmtpClient.ConnectAsync(owner.Process.LmtpPort);
        Assert.True((await writer.AppendAsync("INBOX", TestMessages.Make(1))).IsOk);
        await reader.RequireAsync("SELECT INBOX");
        await writer.RequireAsync("SELECT INBOX");

        foreach (var node in fleet.Up)
            fleet[node].Database.Reset();
        var append = appender.AppendAsync("INBOX", TestMessages.Make(2));
        var store = writer.SendAsync("STORE 1 +FLAGS (\\Flagged)");
        var delivery = lmtp.DeliverAsync(TestMessages.Make(3), account);
        Assert.Contains("UID 1", Assert.Single((await reader.RequireAsync("FETCH 1 (UID FLAGS INTERNALDATE RFC822.SIZE)")).Untagged).Text, StringComparison.Ordinal);
        Assert.StartsWith("451 4.", (await delivery)[0], StringComparison.Ordinal);
        Assert.StartsWith("NO [UNAVAILABLE]", (await append).Tagged, StringComparison.Ordinal);

        foreach (var node in fleet.Up)
            fleet[node].Database.Heal();
        // A command that its mailbox has waits as long as timeouts.command, and is done when the database is back in time.
        Assert.True((await store).IsOk, (await store).Tagged);
        await Wait.UntilAsync(async () => (await appender.AppendAsync("INBOX", TestMessages.Make(4))).IsOk, () => "the same session can append again");
        Assert.StartsWith("250", (await lmtp.DeliverAsync(TestMessages.Make(5), account))[0], StringComparison.Ordinal);
        await reader.RequireAsync("NOOP");
        var numbers = (await reader.FetchAllAsync()).Select(message => TestMessages.NumberOf(message.Body)).ToList();
        Assert.Equal(numbers.Distinct(), numbers);
        Assert.Superset(new HashSet<int> { 1, 4, 5 }, numbers.ToHashSet());
    }

    [Fact]
    public async Task A_node_with_a_certificate_of_another_authority_is_refused_and_both_sides_say_so()
    {
        await fleet.RepairAsync();
        await ClientProgram.RequireAsync(Repository.CtlProgram, ["cluster", "init", fleet.File("other"), "--name", "fleet", "--node", "n4"]);
        var refused = fleet[0].Process.NextAsync("was refused: ");
        await using (var stranger = await fleet.StartStrangerAsync("n4", fleet.File("other/n4"), "node.roles=[edge]"))
        {
            await refused.ForAsync("a node says that it refused the stranger", () => stranger.Process.Log);
            await stranger.Process.SaidAsync("Connection to node").ForAsync("the stranger says that it was refused", () => stranger.Process.Log);
            Assert.Contains("certificate", stranger.Process.Log.Split('\n').First(line => line.Contains("Connection to node", StringComparison.Ordinal)), StringComparison.Ordinal);
        }

        var line = fleet[0].Process.Log.Split('\n').Last(line => line.Contains("was refused: ", StringComparison.Ordinal));
        Assert.Contains("certificate", line, StringComparison.Ordinal);
        await fleet.SettleAsync();
    }

    [Fact]
    public async Task Edges_and_back_ends_share_the_work_as_their_roles_say()
    {
        await fleet.RepairAsync();
        var account = (await fleet.AddAccountsAsync(1))[0];
        await RestartAsync(0, "node.roles=[edge]");
        await RestartAsync(1, "node.roles=[mailbox]");
        await fleet.SettleAsync(drained: 0);
        Assert.Throws<InvalidOperationException>(() => fleet[1].Process.ImapPort);

        await using (var imap = await fleet[0].Process.ConnectImapAsync(account))
        {
            Assert.True((await imap.AppendAsync("INBOX", TestMessages.Make(1))).IsOk);
            await imap.RequireAsync("SELECT INBOX");
            Assert.Equal(TestMessages.Make(1), Assert.Single(await imap.FetchAllAsync()).Body);
        }

        await RestartAsync(0);
        await RestartAsync(1);
        await fleet.SettleAsync();
    }

    private async Task RestartAsync(int index, params string[] settings)
    {
        Assert.Equal(0, await fleet[index].TerminateAsync());
        await fleet.StartAsync(index, settings);
    }
}
