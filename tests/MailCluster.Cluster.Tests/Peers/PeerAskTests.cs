using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using MailCluster.Cluster.Peers;
using MailCluster.Testing;

namespace MailCluster.Cluster.Tests.Peers;

/// <summary>Requests and answers over real sockets with mutual TLS.</summary>
public sealed class PeerAskTests : IClassFixture<TestAuthority>
{
    private readonly TestAuthority _authority;

    public PeerAskTests(TestAuthority authority) => _authority = authority;

    [Fact]
    public async Task A_request_is_answered_and_the_peer_knows_who_asks()
    {
        await using var a = await _authority.StartAsync("a", 3);
        await using var b = await _authority.StartAsync("b", 7);
        b.Answer = (from, request, reply, _) =>
        {
            reply.Write(System.Text.Encoding.UTF8.GetBytes($"{from.Node}/{from.Generation}/{from.Address}/{request.Kind}/{request.Lane}"));
            return default;
        };

        var answer = await a.AskAsync(b.Self, "x"u8.ToArray(), lane: 9);

        Assert.Equal($"a/3/{a.Self.Address}/EntityMessage/9", System.Text.Encoding.UTF8.GetString(answer.Span));
        Assert.True(a.Log.Has("TLSv1.3"), a.Log.ToString());
    }

    [Fact]
    public async Task A_ping_is_answered_by_the_transport()
    {
        await using var a = await _authority.StartAsync("a");
        await using var b = await _authority.StartAsync("b");
        b.Answer = (_, _, _, _) => throw new InvalidOperationException("not the handler's");
        Assert.Equal(0, (await a.Transport.AskAsync(b.Self, new PeerRequest(PeerRequestKind.Ping, default), TimeSpan.FromSeconds(30), default)).Length);
    }

    [Fact]
    public async Task What_the_handler_throws_reaches_the_asker()
    {
        await using var a = await _authority.StartAsync("a");
        await using var b = await _authority.StartAsync("b");
        b.Answer = (_, _, _, _) => throw new InvalidDataException("the reason");
        var failure = await Assert.ThrowsAsync<PeerFailedException>(async () => await a.AskAsync(b.Self, default));
        Assert.Contains("the reason", failure.Message, StringComparison.Ordinal);
        Assert.Empty(a.Failures);
    }

    [Fact]
    public async Task Requests_are_handed_over_in_the_order_in_which_they_were_sent()
    {
        await using var a = await _authority.StartAsync("a");
        await using var b = await _authority.StartAsync("b");
        var seen = new List<int>();
        b.Answer = (_, request, _, _) =>
        {
            seen.Add(BinaryPrimitives.ReadInt32BigEndian(request.Payload.Span));
            return default;
        };

        // Some come in many frames; those behind them in the lane wait. The first are sent while the connection is being made.
        var answers = new List<Task>();
        for (var i = 0; i < 500; i++)
        {
            var payload = new byte[i % 50 == 7 ? 700_000 : 4 + (i % 5)];
            BinaryPrimitives.WriteInt32BigEndian(payload, i);
            answers.Add(a.AskAsync(b.Self, payload).AsTask());
            payload.AsSpan().Clear(); // The caller may use its buffer again.
        }

        await Task.WhenAll(answers);
        Assert.Equal(Enumerable.Range(0, 500), seen);
    }

    [Fact]
    public async Task A_large_message_arrives_whole_and_other_lanes_overtake_it()
    {
        await using var a = await _authority.StartAsync("a");
        await using var b = await _authority.StartAsync("b");
        var large = new byte[64 * 1024 * 1024];
        RandomNumberGenerator.Fill(large);
        await a.AskAsync(b.Self, default);

        var answer = a.AskAsync(b.Self, large, lane: 1).AsTask();
        var overtaken = 0;
        while (!answer.IsCompleted)
        {
            await a.AskAsync(b.Self, new byte[10], lane: 2);
            overtaken++;
        }

        Assert.True((await answer).Span.SequenceEqual(large));
        Assert.True(overtaken > 10, $"{overtaken} small ones while the large one was under way");
    }

    [Fact]
    public async Task A_message_above_the_limit_is_refused_before_it_is_sent()
    {
        var small = TestPeer.Options with { MessageBytesMax = 100_000 };
        await using var a = await _authority.StartAsync("a");
        await using var b = await _authority.StartAsync("b", options: small);
        await a.AskAsync(b.Self, new byte[100_000]);
        await Assert.ThrowsAsync<ArgumentException>(async () => await a.AskAsync(b.Self, new byte[100_001]));
        await a.AskAsync(b.Self, new byte[100_000]);
        Assert.Empty(a.Failures);
    }

    [Fact]
    public async Task The_deadline_travels_with_the_request_and_cancels_its_handler()
    {
        var time = new ManualTimeProvider();
        await using var a = await _authority.StartAsync("a", time: time);
        await using var b = await _authority.StartAsync("b", time: time);
        var begun = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        b.Answer = async (_, _, _, token) =>
        {
            await using var registration = token.Register(cancelled.SetResult);
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        };

        var answer = a.AskAsync(b.Self, default, TimeSpan.FromMilliseconds(700)).AsTask();
        await begun.Task;
        time.Advance(TimeSpan.FromMilliseconds(600));
        Assert.False(answer.IsCompleted);
        Assert.False(cancelled.Task.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(200));

        var lost = await Assert.ThrowsAsync<PeerLostException>(() => answer);
        Assert.Equal(PeerFailure.Silent, lost.Failure);
        await cancelled.Task;
        b.Answer = (_, _, _, _) => default;
        await a.AskAsync(b.Self, default); // The connection is as good as before.
        Assert.Empty(a.Failures);
    }

    [Fact]
    public async Task A_caller_that_goes_away_cancels_the_handler()
    {
        await using var a = await _authority.StartAsync("a");
        await using var b = await _authority.StartAsync("b");
        var begun = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        b.Answer = async (_, _, _, token) =>
        {
            await using var registration = token.Register(cancelled.SetResult);
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        };
        using var gone = new CancellationTokenSource();
        var answer = a.Transport.AskAsync(b.Self, new PeerRequest(PeerRequestKind.EntityMessage, default), Timeout.InfiniteTimeSpan, gone.Token).AsTask();
        await begun.Task;
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        await cancelled.Task;
    }

    [Fact]
    public async Task Requests_beyond_the_bound_are_refused_and_certainly_not_carried_out()
    {
        await using var a = await _authority.StartAsync("a");
        await using var b = await _authority.StartAsync("b", options: TestPeer.Options with { RequestsMax = 2 });
        var gate = new TaskCompletionSource();
        b.Answer = async (_, _, _, _) => await gate.Task;
        var first = a.AskAsync(b.Self, default).AsTask();
        var second = a.AskAsync(b.Self, default).AsTask();
        await Assert.ThrowsAsync<PeerUnreachableException>(async () => await a.AskAsync(b.Self, default));
        gate.SetResult();
        await Task.WhenAll(first, second);
        await a.AskAsync(b.Self, default);
    }
}
