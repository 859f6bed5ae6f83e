using MailCluster.Node.Hosting;
using MailCluster.Node.Tests.Support;

namespace MailCluster.Node.Tests.Hosting;

/// <summary>Nodes on one database: one mail store, whichever node a client comes to.</summary>
public sealed class ClusterTests
{
    private const string Alice = "alice@example.com";

    [Fact]
    public async Task MailThatComesToOneNodeIsReadOnAnotherAndOutlivesTheOwner()
    {
        await using var fleet = await NodeFleet.CreateAsync();
        await fleet.StartAsync("n1");
        await fleet.StartAsync("n2");
        await fleet.StartAsync("n3");
        await fleet.SettleAsync("n1", "n2", "n3");
        await fleet.AdminAsync("n1", "user/add", new { user = Alice, password = "secret" });
        var owner = Assert.Single(await fleet.AdminAsync("n2", "cluster/where", new { user = Alice })).GetProperty("node").GetString()!;
        var others = new[] { "n1", "n2", "n3" }.Where(node => node != owner).ToArray();

        Assert.StartsWith("250", await fleet.DeliverAsync(others[0], Alice, "one"), StringComparison.Ordinal);
        using var imap = await fleet.LogInAsync(others[1], Alice);
        Assert.Contains("* 1 EXISTS", await imap.AskAsync("a SELECT INBOX\r\n", "a OK"), StringComparison.Ordinal);
        Assert.Contains("Subject: one", await imap.AskAsync("b FETCH 1 BODY.PEEK[]\r\n", "b OK"), StringComparison.Ordinal);
        await fleet.DeliverAsync(owner, Alice, "two");
        await ToldAsync(imap, "* 2 EXISTS");

        await fleet.CutOffAsync(owner);
        Assert.Contains("UID 2", await imap.AskAsync("d UID STORE 2 +FLAGS (\\Flagged)\r\n", "d OK"), StringComparison.Ordinal);
        Assert.StartsWith("250", await fleet.DeliverAsync(others[0], Alice, "three"), StringComparison.Ordinal);
        await ToldAsync(imap, "* 3 EXISTS");
        await fleet.SettleAsync(others);
    }

    [Fact]
    public async Task AChangedPasswordCountsOnEveryNodeAtOnce()
    {
        await using var fleet = await NodeFleet.CreateAsync();
        await fleet.StartAsync("n1");
        await fleet.StartAsync("n2", "auth.failure-delay=0 s");
        await fleet.AdminAsync("n1", "user/add", new { user = Alice, password = "secret" });
        using (await fleet.LogInAsync("n2", Alice))
        {
            // It is remembered on n2 now.
        }
        await fleet.AdminAsync("n1", "user/passwd", new { user = Alice, password = "other" });
        using var imap = await LineClient.ConnectAsync(NodeFleet.EndPoint(fleet["n2"], "imaps"), "localhost");
        await imap.ReadToAsync("* OK");
        Assert.Contains("a NO", await imap.AskAsync($"a LOGIN {Alice} secret\r\n", "a "), StringComparison.Ordinal);
        Assert.Contains("b OK", await imap.AskAsync($"b LOGIN {Alice} other\r\n", "b "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANodeThatLeavesHandsOverEverythingAndOneThatDrainsGoesOn()
    {
        await using var fleet = await NodeFleet.CreateAsync();
        await fleet.StartAsync("n1");
        await fleet.StartAsync("n2");
        await fleet.StartAsync("n3");
        await fleet.SettleAsync("n1", "n2", "n3");
        await fleet.AdminAsync("n1", "user/add", new { user = Alice, password = "secret" });
        using var imap = await fleet.LogInAsync("n1", Alice);
        await imap.AskAsync("a SELECT INBOX\r\n", "a OK");

        Assert.Equal("200 ready", await fleet.ReadinessAsync("n1"));
        await fleet.AdminAsync("n3", "cluster/drain", new { node = "n1" });
        await fleet.SettleAsync("n2", "n3");
        Assert.Equal("503 drained", await fleet.ReadinessAsync("n1"));
        await fleet.DeliverAsync("n1", Alice, "one");
        await ToldAsync(imap, "* 1 EXISTS");

        await fleet.StopAsync("n2");
        await fleet.SettleAsync("n3");
        Assert.Contains("* 1 FETCH", await imap.AskAsync("c FETCH 1 FLAGS\r\n", "c OK"), StringComparison.Ordinal);
        Assert.Empty(fleet.Log.Errors);
    }

    [Fact]
    public async Task AnEdgeHoldsNoMailAndABackEndHasNoDoors()
    {
        await using var fleet = await NodeFleet.CreateAsync();
        await fleet.StartAsync("n1", "node.roles=[mailbox]");
        await fleet.StartAsync("n2", "node.roles=[edge]");
        await fleet.SettleAsync("n1");
        Assert.Equal(["admin", "http"], fleet["n1"].Listeners.Select(listener => listener.Name).Order());
        Assert.Equal("200 ready", await fleet.ReadinessAsync("n1"));
        Assert.Equal("200 ready", await fleet.ReadinessAsync("n2"));

        await fleet.AdminAsync("n1", "user/add", new { user = Alice, password = "secret" });
        await fleet.DeliverAsync("n2", Alice, "one");
        using var imap = await fleet.LogInAsync("n2", Alice);
        Assert.Contains("* 1 EXISTS", await imap.AskAsync("a SELECT INBOX\r\n", "a OK"), StringComparison.Ordinal);
        var members = await fleet.AdminAsync("n2", "cluster/members", new { });
        Assert.Equal([16, 0], members.Select(member => member.GetProperty("shards").GetInt32()));
    }

    [Fact]
    public async Task ANodeWithoutAClusterIsAloneOnItsDatabase()
    {
        await using var fleet = await NodeFleet.CreateAsync();
        await fleet.StartAsync("n1", fleet.Options("n1", inCluster: false));
        await fleet.AdminAsync("n1", "user/add", new { user = Alice, password = "secret" });
        Assert.StartsWith("250", await fleet.DeliverAsync("n1", Alice, "one"), StringComparison.Ordinal);

        var alone = await Assert.ThrowsAsync<NodeStartException>(() => fleet.StartAsync("n2", fleet.Options("n2", inCluster: false)));
        Assert.Contains("the node n1 uses this database; several nodes need cluster.enabled", alone.Message, StringComparison.Ordinal);
        var member = await Assert.ThrowsAsync<NodeStartException>(() => fleet.StartAsync("n3"));
        Assert.Contains("the node n1 uses this database without cluster.enabled", member.Message, StringComparison.Ordinal);
        Assert.StartsWith("250", await fleet.DeliverAsync("n1", Alice, "two"), StringComparison.Ordinal);

        await fleet.StopAsync("n1");
        await fleet.StartAsync("n2");
        using var imap = await fleet.LogInAsync("n2", Alice);
        Assert.Contains("* 2 EXISTS", await imap.AskAsync("a SELECT INBOX\r\n", "a OK"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANewRunEndsTheOneBeforeIt()
    {
        await using var fleet = await NodeFleet.CreateAsync();
        var first = await fleet.StartAsync("n1");
        await fleet.StartAsync("n1", fleet.Options("n1", inCluster: true, $"data-dir={fleet.File("n1-again")}"));
        Assert.StartsWith("superseded", await first.Fault.WaitAsync(TimeSpan.FromSeconds(30)), StringComparison.Ordinal);
        await first.StopAsync("test");
        await first.DisposeAsync();
    }

    /// <summary>What another node was given is told as soon as it is here, which is a moment after the one who gave it was answered.</summary>
    private static async Task ToldAsync(LineClient imap, string line)
    {
        for (var noop = 0; ; noop++)
        {
            if ((await imap.AskAsync($"t{noop} NOOP\r\n", $"t{noop} OK")).Contains(line, StringComparison.Ordinal))
            {
                return;
            }

            Assert.True(noop < 10_000, $"never told: {line}");
            await Task.Yield();
        }
    }
}
