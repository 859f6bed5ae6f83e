using System.Buffers;
using System.Runtime.CompilerServices;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers;
using MailCluster.Cluster.Peers.InMemory;

namespace MailCluster.Cluster.Tests.Peers;

/// <summary>What every <see cref="IPeerTransport"/> keeps: the simulation's network and the real one are interchangeable.</summary>
public abstract class PeerTransportContract
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_question_is_answered_and_the_handler_knows_the_asker()
    {
        var (asker, self) = await OpenAsync("asker", 4, new Handler());
        var (_, peer) = await OpenAsync("peer", 5, new Handler
        {
            Answer = (from, request, reply, _) =>
            {
                reply.Write(System.Text.Encoding.UTF8.GetBytes($"{from.Node} {from.Generation} {from.Address} {request.Kind} {request.Payload.Length}"));
                return default;
            },
        });
        var answer = await asker.AskAsync(peer, new PeerRequest(PeerRequestKind.Counters, new byte[7]), s_long, default);
        Assert.Equal($"asker 4 {self.Address} Counters 7", System.Text.Encoding.UTF8.GetString(answer.Span));
    }

    [Fact]
    public async Task A_handler_that_fails_is_told_to_the_asker_alone()
    {
        var (asker, _) = await OpenAsync("asker", 1, new Handler());
        var (_, peer) = await OpenAsync("peer", 1, new Handler
        {
            Answer = (_, request, _, _) => request.Payload.Length == 0 ? throw new InvalidDataException("the reason") : default,
        });
        var failure = await Assert.ThrowsAsync<PeerFailedException>(async () => await AskAsync(asker, peer, 0));
        Assert.Contains("the reason", failure.Message, StringComparison.Ordinal);
        await AskAsync(asker, peer, 1);
    }

    [Fact]
    public async Task Questions_of_one_lane_come_in_order_and_the_buffer_is_the_askers_again()
    {
        var (asker, _) = await OpenAsync("asker", 1, new Handler());
        var seen = new List<byte>();
        var (_, peer) = await OpenAsync("peer", 1, new Handler
        {
            Answer = (_, request, _, _) =>
            {
                seen.Add(request.Payload.Span[0]);
                return default;
            },
        });
        var buffer = new byte[200_000];
        var answers = new List<Task>();
        for (byte i = 0; i < 100; i++)
        {
            buffer[0] = i;
            answers.Add(AskAsync(asker, peer, buffer.AsMemory(0, i % 10 == 3 ? buffer.Length : 1)));
        }

        await Task.WhenAll(answers);
        Assert.Equal(Enumerable.Range(0, 100), seen.Select(number => (int)number));
    }

    [Fact]
    public async Task A_process_that_ends_fails_who_waits_and_who_comes_after()
    {
        var (asker, _) = await OpenAsync("asker", 1, new Handler());
        var failures = new TaskCompletionSource<(Member, PeerFailure)>(TaskCreationOptions.RunContinuationsAsynchronously);
        asker.PeerFailed += (member, failure) => failures.TrySetResult((member, failure));
        var begun = new TaskCompletionSource();
        var (_, peer) = await OpenAsync("peer", 1, new Handler
        {
            Answer = async (_, _, _, token) =>
            {
                begun.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            },
        });
        var answer = AskAsync(asker, peer, 1);
        await begun.Task;
        await CrashAsync(peer);

        Assert.Equal(PeerFailure.ProcessGone, (await Assert.ThrowsAsync<PeerLostException>(() => answer)).Failure);
        Assert.Equal((peer, PeerFailure.ProcessGone), await failures.Task);
        Assert.Equal(PeerFailure.ProcessGone, (await Assert.ThrowsAsync<PeerUnreachableException>(() => AskAsync(asker, peer, 1))).Failure);
    }

    [Fact]
    public async Task Another_run_at_the_address_is_not_the_peer()
    {
        var (asker, _) = await OpenAsync("asker", 1, new Handler());
        var (_, peer) = await OpenAsync("peer", 6, new Handler());
        var earlier = peer with { Generation = new Generation(5) };
        Assert.Equal(PeerFailure.ProcessGone, (await Assert.ThrowsAsync<PeerUnreachableException>(() => AskAsync(asker, earlier, 1))).Failure);
        await AskAsync(asker, peer, 1);
    }

    [Fact]
    public async Task One_who_stops_waiting_disturbs_nobody()
    {
        var (asker, _) = await OpenAsync("asker", 1, new Handler());
        var begun = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        var (_, peer) = await OpenAsync("peer", 1, new Handler
        {
            Answer = async (_, request, _, _) =>
            {
                if (request.Payload.Length == 0)
                {
                    begun.SetResult();
                    await gate.Task;
                }
            },
        });
        using var patience = new CancellationTokenSource();
        var answer = asker.AskAsync(peer, new PeerRequest(PeerRequestKind.EntityMessage, default), s_long, patience.Token).AsTask();
        await begun.Task;
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await AskAsync(asker, peer, 1);
        gate.SetResult();
        await AskAsync(asker, peer, 1);
    }

    [Fact]
    public async Task A_stream_gives_its_items_in_order_and_ends()
    {
        var (asker, _) = await OpenAsync("asker", 1, new Handler());
        var (_, peer) = await OpenAsync("peer", 1, new Handler { Items = _ => ItemsAsync(50, default) });
        var items = new List<int>();
        await foreach (var item in asker.StreamAsync(peer, new PeerRequest(PeerRequestKind.EntityStream, new byte[1]), default))
        {
            items.Add(item.Length);
        }

        Assert.Equal(Enumerable.Range(0, 50), items);
    }

    [Fact]
    public async Task A_reader_that_leaves_ends_the_stream_at_the_peer()
    {
        var (asker, _) = await OpenAsync("asker", 1, new Handler());
        var cancelled = new TaskCompletionSource();
        var (_, peer) = await OpenAsync("peer", 1, new Handler
        {
            Items = token =>
            {
                token.Register(cancelled.SetResult);
                return ItemsAsync(int.MaxValue, token);
            },
        });
        await foreach (var item in asker.StreamAsync(peer, new PeerRequest(PeerRequestKind.EntityStream, default), default))
        {
            Assert.Equal(0, item.Length);
            break;
        }

        await cancelled.Task;
    }

    [Fact]
    public async Task A_stream_of_a_process_that_ends_fails()
    {
        var (asker, _) = await OpenAsync("asker", 1, new Handler());
        var (_, peer) = await OpenAsync("peer", 1, new Handler { Items = token => ItemsAsync(3, token, thenWait: true) });
        await using var items = asker.StreamAsync(peer, new PeerRequest(PeerRequestKind.EntityStream, default), default).GetAsyncEnumerator();
        for (var i = 0; i < 3; i++)
        {
            Assert.True(await items.MoveNextAsync());
        }

        var next = items.MoveNextAsync().AsTask();
        await CrashAsync(peer);
        await Assert.ThrowsAsync<PeerLostException>(() => next);
    }

    /// <summary>Starts a process that can be reached.</summary>
    protected abstract Task<(IPeerTransport Transport, Member Self)> OpenAsync(string node, long generation, IPeerHandler handler);

    /// <summary>Ends the process of that member: nothing listens at its address.</summary>
    protected abstract Task CrashAsync(Member member);

    private static Task AskAsync(IPeerTransport asker, Member peer, int length) => AskAsync(asker, peer, new byte[length]);

    private static Task AskAsync(IPeerTransport asker, Member peer, ReadOnlyMemory<byte> payload) =>
        asker.AskAsync(peer, new PeerRequest(PeerRequestKind.EntityMessage, payload, 3), s_long, default).AsTask();

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> ItemsAsync(
        int count, [EnumeratorCancellation] CancellationToken cancellationToken, bool thenWait = false)
    {
        for (var i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return new byte[Math.Min(i, 1000)];
        }

        if (thenWait)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
    }

    private sealed class Handler : IPeerHandler
    {
        internal Func<Member, PeerRequest, IBufferWriter<byte>, CancellationToken, ValueTask> Answer { get; init; } = (_, _, _, _) => default;

        internal Func<CancellationToken, IAsyncEnumerable<ReadOnlyMemory<byte>>> Items { get; init; } = _ => throw new NotSupportedException();

        public ValueTask AnswerAsync(Member from, PeerRequest request, IBufferWriter<byte> reply, CancellationToken cancellationToken) =>
            Answer(from, request, reply, cancellationToken);

        public IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(Member from, PeerRequest request, CancellationToken cancellationToken) => Items(cancellationToken);
    }
}

public sealed class InMemoryPeerTransportTests : PeerTransportContract
{
    private readonly InMemoryPeerNetwork _network = new(TimeProvider.System);

    protected override Task<(IPeerTransport Transport, Member Self)> OpenAsync(string node, long generation, IPeerHandler handler)
    {
        var self = TestPeer.MemberAt(node, generation, $"{node}:1");
        return Task.FromResult<(IPeerTransport, Member)>((_network.Open(self, handler), self));
    }

    protected override Task CrashAsync(Member member)
    {
        _network.Crash(member.Address);
        return Task.CompletedTask;
    }
}

public sealed class SocketPeerTransportTests : PeerTransportContract, IClassFixture<TestAuthority>, IAsyncLifetime
{
    private readonly TestAuthority _authority;
    private readonly Dictionary<Member, TestPeer> _open = [];

    public SocketPeerTransportTests(TestAuthority authority) => _authority = authority;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var peer in _open.Values)
        {
            await peer.DisposeAsync();
        }
    }

    protected override async Task<(IPeerTransport Transport, Member Self)> OpenAsync(string node, long generation, IPeerHandler handler)
    {
        var peer = await TestPeer.StartAsync(node, generation, _authority.CertificatesOf(node), begin: false);
        peer.Transport.Begin(peer.Self, handler);
        _open.Add(peer.Self, peer);
        return (peer.Transport, peer.Self);
    }

    protected override async Task CrashAsync(Member member)
    {
        _open.Remove(member, out var peer);
        await peer!.DisposeAsync();
    }
}
