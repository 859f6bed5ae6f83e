using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MailCluster.Cluster.Peers;
using MailCluster.Cluster.Peers.Wire;
using MailCluster.Testing;

namespace MailCluster.Cluster.Tests.Peers;

/// <summary>Many callers of all kinds at once, and what is counted of it.</summary>
public sealed class PeerLoadTests : IClassFixture<TestAuthority>
{
    private readonly TestAuthority _authority;

    public PeerLoadTests(TestAuthority authority) => _authority = authority;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_caller_gets_its_own_answer(int seed)
    {
        await using var a = await _authority.StartAsync("a");
        await using var b = await _authority.StartAsync("b");
        b.Answer = async (_, request, reply, token) =>
        {
            if (request.Payload.Span[0] % 3 == 0)
            {
                await Task.Yield();
            }

            System.Buffers.BuffersExtensions.Write(reply, request.Payload.Span);
        };

        var answered = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            var random = new Random(seed * 100 + caller);
            for (var i = 0; i < 200; i++)
            {
                var payload = new byte[random.Next(20) == 0 ? random.Next(60_000, 400_000) : random.Next(1, 300)];
                random.NextBytes(payload);
                using var hasty = new CancellationTokenSource();
                var request = new PeerRequest(PeerRequestKind.EntityMessage, payload, random.Next(4));
                var answer = a.Transport.AskAsync(b.Self, request, TimeSpan.FromSeconds(60), hasty.Token);
                if (random.Next(10) == 0)
                {
                    await hasty.CancelAsync();
                }

                try
                {
                    Assert.True((await answer).Span.SequenceEqual(payload), $"seed {seed}, caller {caller}, request {i}");
                    Interlocked.Increment(ref answered);
                }
                catch (OperationCanceledException) when (hasty.IsCancellationRequested)
                {
                    continue;
                }
            }
        })));

        Assert.InRange(answered, 16 * 200 / 2, 16 * 200);
        Assert.Empty(a.Failures);
        Assert.Empty(b.Failures);
    }

    [Fact]
    public async Task Requests_of_an_asker_that_dies_are_cancelled()
    {
        await using var node = await TestPeer.StartAsync("node");
        var begun = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();
        node.Answer = async (_, _, _, token) =>
        {
            await using var registration = token.Register(cancelled.SetResult);
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        };
        using var raw = await RawPeer.JoinAsync(node, "asker");
        await raw.SendAsync(new FrameHeader(FrameKind.Request, FrameFlags.Whole, 1, 0, 0, 0, PeerRequestKind.EntityMessage));
        await begun.Task;
        raw.Reset();
        await cancelled.Task;
        await Poll.UntilAsync(() => node.Failures.Length > 0);
        Assert.Equal([("asker", PeerFailure.ProcessGone)], node.Failures);
    }

    [Fact]
    public async Task A_request_that_is_given_up_half_way_does_not_hold_up_its_lane()
    {
        await using var node = await TestPeer.StartAsync("node");
        var seen = new ConcurrentQueue<int>();
        node.Answer = (_, request, _, _) =>
        {
            seen.Enqueue(request.Payload.Length);
            return default;
        };
        using var raw = await RawPeer.JoinAsync(node, "asker");
        var request = new FrameHeader(FrameKind.Request, FrameFlags.First, 1, 100, 50, 0, PeerRequestKind.EntityMessage, 5);
        await raw.SendAsync(request, new byte[50]);
        await raw.SendAsync(request with { Id = 2, Flags = FrameFlags.Whole, Total = 7, Length = 7 }, new byte[7]);
        await raw.SendAsync(request with { Id = 3, Flags = FrameFlags.Whole, Total = 8, Length = 8, Lane = 6 }, new byte[8]);
        Assert.Equal(3UL, (await raw.ReceiveAsync())!.Value.Header.Id);
        await raw.SendAsync(new FrameHeader(FrameKind.Cancel, FrameFlags.Whole, 1, 0, 0));
        Assert.Equal(2UL, (await raw.ReceiveAsync())!.Value.Header.Id);
        await raw.SendAsync(request with { Flags = FrameFlags.Last }, new byte[50]); // The rest of it was on its way.
        await raw.SendAsync(new FrameHeader(FrameKind.Ping, FrameFlags.Whole, 9, 0, 0));
        Assert.Equal(FrameKind.Pong, (await raw.ReceiveAsync())!.Value.Header.Kind);
        Assert.Equal([8, 7], seen);
    }

    [Fact]
    public async Task What_an_operator_looks_at_is_counted()
    {
        await using var a = await _authority.StartAsync("a");
        await using var b = await _authority.StartAsync("b");
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter, a.Transport.Metrics.Meter))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var name = instrument.Name + string.Concat(tags.ToArray().Select(tag => $" {tag.Value}"));
            seen.AddOrUpdate(name, instrument.IsObservable ? value : 1, (_, before) => instrument.IsObservable ? value : before + 1);
        }

        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();

        for (var i = 0; i < 5; i++)
        {
            await a.AskAsync(b.Self, new byte[1000]);
        }

        listener.RecordObservableInstruments();
        Assert.Equal(5, seen["mailcluster.peers.frames out"]);
        Assert.Equal(5, seen["mailcluster.peers.frames in"]);
        Assert.InRange(seen["mailcluster.peers.bytes out"], 5_000, 6_000);
        Assert.Equal(1, seen["mailcluster.peers.connections out"]);
        Assert.Equal(0, seen["mailcluster.peers.connections in"]);
        Assert.Equal(5, seen["mailcluster.peers.roundtrip"]);
    }
}
