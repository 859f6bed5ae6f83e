using System.Net.Sockets;
using MailCluster.Cluster.Peers;
using MailCluster.Cluster.Peers.Handshake;
using MailCluster.Cluster.Peers.Wire;
using MailCluster.Testing;

namespace MailCluster.Cluster.Tests.Peers;

/// <summary>Who speaks with whom: versions, clusters, names, generations; and that both sides say why not.</summary>
public sealed class PeerHandshakeTests
{
    [Theory]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(1, 2, 1, 1, 1)] // The release before this one.
    [InlineData(1, 2, 2, 3, 2)] // The release after it.
    [InlineData(1, 2, 3, 4, null)]
    [InlineData(3, 4, 1, 2, null)]
    public void Two_releases_speak_the_newest_version_that_both_know(int min, int max, int otherMin, int otherMax, int? agreed)
    {
        var mine = new VersionRange((uint)min, (uint)max);
        var other = new VersionRange((uint)otherMin, (uint)otherMax);
        Assert.Equal((uint?)agreed, mine.Agree(other));
        Assert.Equal((uint?)agreed, other.Agree(mine));
    }

    [Theory]
    [InlineData(1, 1, true)] // Older.
    [InlineData(1, 2, true)]
    [InlineData(2, 3, true)] // Newer.
    [InlineData(3, 4, false)]
    public async Task Nodes_of_two_releases_meet(int min, int max, bool works)
    {
        await using var old = await TestPeer.StartAsync("old", options: TestPeer.Options with { Versions = new VersionRange(1, 2) });
        await using var other = await TestPeer.StartAsync("other", options: TestPeer.Options with { Versions = new VersionRange((uint)min, (uint)max) });
        await MeetAsync(old, other, works, "only adjacent releases work together");
        await MeetAsync(other, old, works, "only adjacent releases work together");
    }

    [Fact]
    public async Task A_newer_release_may_say_more_than_this_one_knows()
    {
        await using var node = await TestPeer.StartAsync("node");
        using var raw = await RawPeer.ConnectAsync(node.Listener.EndPoint);
        var hello = RawPeer.Hello(TestPeer.MemberAt("newer", 1, "127.0.0.1:1"), node.Self);
        hello.VersionMax = 2;
        var unknown = Hello.Parser.ParseFrom([.. Google.Protobuf.MessageExtensions.ToByteArray(hello), 0xfa, 0x01, 0x03, 1, 2, 3]); // Field 31.
        await raw.SendAsync(FrameKind.Hello, unknown);
        var (answer, goodbye) = await raw.ReceiveHelloAsync();
        Assert.True(answer is { Node: "node", Release: "1.0" }, goodbye?.Text);
    }

    [Fact]
    public async Task Nodes_of_different_clusters_refuse_each_other()
    {
        await using var a = await TestPeer.StartAsync("a");
        await using var b = await TestPeer.StartAsync("b", options: TestPeer.Options with { ClusterName = "other" });
        await MeetAsync(a, b, works: false, "belongs to the cluster test");
    }

    [Fact]
    public async Task An_address_that_belongs_to_another_node_is_noticed()
    {
        await using var a = await TestPeer.StartAsync("a");
        await using var b = await TestPeer.StartAsync("b");
        var wrong = TestPeer.MemberAt("c", 1, b.Self.Address);
        var failure = await Assert.ThrowsAsync<PeerUnreachableException>(async () => await a.AskAsync(wrong, default));
        Assert.Equal(PeerFailure.Rejected, failure.Failure);
        Assert.Contains("found node b", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_later_run_at_the_address_proves_that_the_one_looked_for_is_gone()
    {
        await using var a = await TestPeer.StartAsync("a");
        await using var b = await TestPeer.StartAsync("b", 8);
        await MeetAsync(a, b, works: false, "generation 7 of node b was looked for, generation 8 is there", PeerFailure.ProcessGone, meant: 7);
        Assert.Equal(1, (await a.AskAsync(b.Self, new byte[1])).Length);
        var stale = await Assert.ThrowsAsync<PeerUnreachableException>(
            async () => await a.AskAsync(TestPeer.MemberAt("b", 7, b.Self.Address), default));
        Assert.Equal(PeerFailure.ProcessGone, stale.Failure);
    }

    [Fact]
    public async Task An_earlier_run_at_the_address_proves_nothing()
    {
        await using var a = await TestPeer.StartAsync("a");
        await using var b = await TestPeer.StartAsync("b", 8);
        await MeetAsync(a, b, works: false, "generation 9 of node b was looked for, generation 8 is there", PeerFailure.Rejected, meant: 9);
    }

    [Fact]
    public async Task A_run_that_was_followed_by_another_is_not_heard_any_more()
    {
        await using var node = await TestPeer.StartAsync("node");
        using var first = await RawPeer.JoinAsync(node, "x", 4);
        using var second = await RawPeer.JoinAsync(node, "x", 5);
        Assert.Contains("generation 5", (await first.ReceiveGoodbyeAsync())!.Text, StringComparison.Ordinal);

        using var third = await RawPeer.ConnectAsync(node.Listener.EndPoint);
        await third.SendAsync(FrameKind.Hello, RawPeer.Hello(TestPeer.MemberAt("x", 4, "127.0.0.1:1"), node.Self));
        Assert.Equal(Goodbye.Types.Reason.Refused, (await third.ReceiveHelloAsync()).Goodbye?.Reason);
        Assert.True(node.Log.Has("generation 4 of node x was followed by generation 5"), node.Log.ToString());
    }

    [Fact]
    public async Task A_node_that_has_not_joined_yet_is_another_run_than_the_one_looked_for()
    {
        await using var a = await TestPeer.StartAsync("a");
        await using var b = await TestPeer.StartAsync("b", 2, begin: false);
        await MeetAsync(a, b, works: false, "the node starts", PeerFailure.ProcessGone, meant: 1);
        b.Transport.Begin(b.Self, b);
        Assert.Equal(1, (await a.AskAsync(b.Self, new byte[1])).Length);
    }

    [Fact]
    public async Task One_who_says_nothing_is_let_go()
    {
        var time = new ManualTimeProvider();
        await using var node = await TestPeer.StartAsync("node", time: time, options: TestPeer.Options with { HandshakeTimeout = TimeSpan.FromSeconds(3) });
        var idle = time.ArmedTimers;
        using var raw = await RawPeer.ConnectAsync(node.Listener.EndPoint);
        await Poll.UntilAsync(() => time.ArmedTimers > idle);
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Null(await raw.ReceiveAsync());
    }

    [Fact]
    public async Task More_connections_than_allowed_are_refused()
    {
        await using var node = await TestPeer.StartAsync("node", options: TestPeer.Options with { ConnectionsMax = 1 });
        using var first = await RawPeer.JoinAsync(node, "x");
        try
        {
            using var second = await RawPeer.ConnectAsync(node.Listener.EndPoint);
            Assert.Null(await second.ReceiveAsync());
        }
        catch (SocketException refused)
        {
            // The reset was here before the connection had been made.
            Assert.Equal(SocketError.ConnectionReset, refused.SocketErrorCode);
        }

        await Poll.UntilAsync(() => node.Log.Has("was refused"));
    }

    private static async Task MeetAsync(
        TestPeer asker, TestPeer peer, bool works, string reason, PeerFailure failure = PeerFailure.Rejected, long? meant = null)
    {
        var member = TestPeer.MemberAt(peer.Self.Node, meant ?? peer.Self.Generation.Value, peer.Self.Address);
        if (works)
        {
            Assert.Equal(3, (await asker.AskAsync(member, new byte[3])).Length);
            return;
        }

        var refused = await Assert.ThrowsAsync<PeerUnreachableException>(async () => await asker.AskAsync(member, default));
        Assert.Equal(failure, refused.Failure);
        Assert.Contains((peer.Self.Node, failure), asker.Failures);
        Assert.True(asker.Log.Has(reason), asker.Log.ToString());
        Assert.True(peer.Log.Has(reason), peer.Log.ToString());
    }
}
