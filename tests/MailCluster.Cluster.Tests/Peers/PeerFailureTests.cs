using System.Net.Sockets;
using MailCluster.Cluster.Peers;
using MailCluster.Cluster.Peers.Handshake;
using MailCluster.Cluster.Peers.Wire;
using MailCluster.Testing;

namespace MailCluster.Cluster.Tests.Peers;

/// <summary>What an asker learns when a peer dies, falls silent, or was never there, and how soon it is found again.</summary>
public sealed class PeerFailureTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private TestPeer _node = null!;

    private static PeerOptions Timed => TestPeer.Options with { SilenceTimeout = TimeSpan.FromSeconds(4) };

    public async Task InitializeAsync() => _node = await TestPeer.StartAsync("node", time: _time, options: Timed);

    public async Task DisposeAsync()
    {
        var stopped = _node.DisposeAsync().AsTask();
        while (!stopped.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1)); // Last words to peers that do not listen.
            await Task.Yield();
        }

        await stopped;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_peer_that_is_killed_in_the_middle_fails_all_that_wait_on_it_at_once(bool reset)
    {
        using var listener = RawPeer.Listen();
        var victim = TestPeer.MemberAt("victim", 1, listener.LocalEndpoint.ToString()!);
        var answers = Enumerable.Range(0, 20).Select(_ => _node.AskAsync(victim, new byte[100], Timeout.InfiniteTimeSpan).AsTask()).ToArray();
        using var raw = await AcceptAsync(listener, victim);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(FrameKind.Request, (await raw.ReceiveAsync())!.Value.Header.Kind);
        }

        // Half an answer, then nothing more.
        await raw.SendAsync(new FrameHeader(FrameKind.Reply, FrameFlags.First, 1, 100, 50), new byte[50]);
        if (reset)
        {
            raw.Reset();
        }
        else
        {
            raw.Dispose();
        }

        foreach (var answer in answers)
        {
            Assert.Equal(PeerFailure.ProcessGone, (await Assert.ThrowsAsync<PeerLostException>(() => answer)).Failure);
        }

        Assert.Equal([("victim", PeerFailure.ProcessGone)], _node.Failures);
        // The first attempt after a connection that had worked does not wait.
        var again = _node.AskAsync(victim, default).AsTask();
        using var second = await AcceptAsync(listener, victim);
        var (header, _) = (await second.ReceiveAsync())!.Value;
        await second.SendAsync(new FrameHeader(FrameKind.Reply, FrameFlags.Whole, header.Id, 0, 0));
        Assert.Equal(0, (await again).Length);
    }

    [Fact]
    public async Task A_refused_connection_is_told_at_once_and_tried_again_after_a_while()
    {
        using var bound = new Socket(SocketType.Stream, ProtocolType.Tcp); // Has the port, and does not listen on it.
        bound.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        var gone = TestPeer.MemberAt("gone", 1, $"127.0.0.1:{((System.Net.IPEndPoint)bound.LocalEndPoint!).Port}");

        Assert.Equal(PeerFailure.ProcessGone, (await Assert.ThrowsAsync<PeerUnreachableException>(async () => await _node.AskAsync(gone, default))).Failure);
        Assert.Equal([("gone", PeerFailure.ProcessGone)], _node.Failures);

        // Within the delay: the same answer, without an attempt.
        await Assert.ThrowsAsync<PeerUnreachableException>(async () => await _node.AskAsync(gone, default));
        Assert.Single(_node.Failures);

        // Each failed attempt doubles the delay: 100 ms, 200 ms.
        _time.Advance(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<PeerUnreachableException>(async () => await _node.AskAsync(gone, default));
        Assert.Equal(2, _node.Failures.Length);
        _time.Advance(TimeSpan.FromMilliseconds(199));
        await Assert.ThrowsAsync<PeerUnreachableException>(async () => await _node.AskAsync(gone, default));
        Assert.Equal(2, _node.Failures.Length);

        // A later run of the node is not made to wait for the sins of the earlier.
        await using var back = await TestPeer.StartAsync("gone", 2);
        Assert.Equal(3, (await _node.AskAsync(back.Self, new byte[3])).Length);
    }

    [Fact]
    public async Task A_peer_that_says_nothing_is_silent()
    {
        using var listener = RawPeer.Listen();
        var mute = TestPeer.MemberAt("mute", 1, listener.LocalEndpoint.ToString()!);
        var answer = _node.AskAsync(mute, default, Timeout.InfiniteTimeSpan).AsTask();
        using var raw = await AcceptAsync(listener, mute);
        Assert.Equal(FrameKind.Request, (await raw.ReceiveAsync())!.Value.Header.Kind);

        // It answers the first ping; that counts.
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(FrameKind.Ping, (await raw.ReceiveAsync())!.Value.Header.Kind);
        var heard = _node.Transport.Metrics.Traffic.FramesReceived;
        _time.Advance(TimeSpan.FromSeconds(2));
        await raw.SendAsync(new FrameHeader(FrameKind.Pong, FrameFlags.Whole, 0, 0, 0));
        await Poll.UntilAsync(() => _node.Transport.Metrics.Traffic.FramesReceived > heard);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.False(answer.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(PeerFailure.Silent, (await Assert.ThrowsAsync<PeerLostException>(() => answer)).Failure);
        Assert.Equal([("mute", PeerFailure.Silent)], _node.Failures);
        Assert.Equal(Goodbye.Types.Reason.Silent, (await raw.ReceiveGoodbyeAsync())?.Reason);
    }

    [Fact]
    public async Task A_process_that_stood_still_accuses_nobody()
    {
        var stopped = new StoppedClock();
        await using var node = await TestPeer.StartAsync("paused", time: stopped, options: Timed);
        using var listener = RawPeer.Listen();
        var peer = TestPeer.MemberAt("peer", 1, listener.LocalEndpoint.ToString()!);
        var answer = node.AskAsync(peer, default, Timeout.InfiniteTimeSpan).AsTask();
        using var raw = await AcceptAsync(listener, peer, node);
        var (request, _) = (await raw.ReceiveAsync())!.Value;

        stopped.Jump(TimeSpan.FromSeconds(20)); // SIGSTOP and, twenty seconds later, SIGCONT: one beat, late.
        await raw.SendAsync(new FrameHeader(FrameKind.Reply, FrameFlags.Whole, request.Id, 0, 0));
        await answer;
        Assert.Empty(node.Failures);
    }

    [Fact]
    public async Task The_peer_learns_that_the_asker_fell_silent()
    {
        using var raw = await RawPeer.JoinAsync(_node, "asker");
        _time.Advance(TimeSpan.FromSeconds(4));
        await Poll.UntilAsync(() => _node.Failures.Length > 0);
        Assert.Equal([("asker", PeerFailure.Silent)], _node.Failures);
    }

    [Fact]
    public async Task A_request_that_waits_for_a_connection_fails_in_time_and_is_never_sent()
    {
        using var listener = RawPeer.Listen(); // The kernel completes the connection; nobody says anything.
        var slow = TestPeer.MemberAt("slow", 1, listener.LocalEndpoint.ToString()!);
        var hasty = _node.AskAsync(slow, "hasty"u8.ToArray(), TimeSpan.FromMilliseconds(100)).AsTask();
        var patient = _node.AskAsync(slow, "patient"u8.ToArray(), Timeout.InfiniteTimeSpan).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(PeerFailure.Silent, (await Assert.ThrowsAsync<PeerUnreachableException>(() => hasty)).Failure);

        using var raw = await AcceptAsync(listener, slow);
        var (header, payload) = (await raw.ReceiveAsync())!.Value;
        Assert.Equal("patient"u8.ToArray(), payload);
        await raw.SendAsync(new FrameHeader(FrameKind.Reply, FrameFlags.Whole, header.Id, 0, 0));
        await patient;
    }

    [Fact]
    public async Task Two_nodes_that_stop_do_not_wait_for_each_other()
    {
        var a = await TestPeer.StartAsync("a");
        var b = await TestPeer.StartAsync("b");
        await a.AskAsync(b.Self, default);
        await b.AskAsync(a.Self, default);
        await Task.WhenAll(a.DisposeAsync().AsTask(), b.DisposeAsync().AsTask());
        await Assert.ThrowsAsync<PeerUnreachableException>(async () => await a.AskAsync(b.Self, default));
    }

    [Fact]
    public async Task A_listener_that_closes_first_leaves_its_connections_alone()
    {
        await using var a = await TestPeer.StartAsync("a");
        await using var b = await TestPeer.StartAsync("b");
        await a.AskAsync(b.Self, default);
        await b.Listener.DisposeAsync();
        Assert.Equal(200_000, (await a.AskAsync(b.Self, new byte[200_000])).Length);
        Assert.Empty(a.Failures);
    }

    private async Task<RawPeer> AcceptAsync(TcpListener listener, Membership.Member self, TestPeer? node = null)
    {
        var raw = await RawPeer.AcceptAsync(listener);
        var (hello, _) = await raw.ReceiveHelloAsync();
        Assert.Equal(self.Node, hello!.PeerNode);
        await raw.SendAsync(FrameKind.Hello, RawPeer.Hello(self, (node ?? _node).Self));
        return raw;
    }

    /// <summary>A clock whose timers do not run while it jumps, as in a process that is stopped: a timer that is late runs once.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        private readonly ManualTimeProvider _timers = new();
        private long _jumped;

        public override long TimestampFrequency => _timers.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => _timers.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _jumped));

        public override long GetTimestamp() => _timers.GetTimestamp() + Volatile.Read(ref _jumped);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _timers.CreateTimer(callback, state, dueTime, period);

        internal void Jump(TimeSpan by)
        {
            Interlocked.Add(ref _jumped, by.Ticks);
            _timers.Advance(TestPeer.Options.HeartbeatInterval);
        }
    }
}
