using System.Runtime.CompilerServices;
using MailCluster.Cluster.Peers;

namespace MailCluster.Cluster.Tests.Peers;

/// <summary>Streams: order, credit, and how they end.</summary>
public sealed class PeerStreamTests : IClassFixture<TestAuthority>
{
    private readonly TestAuthority _authority;

    public PeerStreamTests(TestAuthority authority) => _authority = authority;

    [Fact]
    public async Task Items_come_in_order_whatever_their_size_and_then_the_end()
    {
        await using var a = await _authority.StartAsync("a");
        await using var b = await _authority.StartAsync("b");
        b.Stream = (_, _) => Items(Enumerable.Range(0, 300).Select(number => new byte[number % 37 == 36 ? 700_000 : number]));
        var lengths = new List<int>();
        await foreach (var item in a.StreamAsync(b.Self))
        {
            lengths.Add(item.Length);
        }

        Assert.Equal(Enumerable.Range(0, 300).Select(number => number % 37 == 36 ? 700_000 : number), lengths);
    }

    [Fact]
    public async Task A_slow_reader_slows_its_stream_down_and_nothing_else()
    {
        await using var a = await _authority.StartAsync("a");
        await using var b = await _authority.StartAsync("b");
        var produced = 0;
        b.Stream = (request, token) => Endless(() => Interlocked.Increment(ref produced), token);
        await using var slow = a.StreamAsync(b.Self).GetAsyncEnumerator();
        Assert.True(await slow.MoveNextAsync());

        // The other stream and requests go on, many times the window.
        var window = TestPeer.Options.StreamWindowBytes;
        b.Stream = (_, _) => Items(Enumerable.Repeat(new byte[10_000], 10 * window / 10_000));
        var read = 0L;
        await foreach (var item in a.StreamAsync(b.Self))
        {
            read += item.Length;
        }

        Assert.True(read >= 10 * window - 10_000);
        Assert.Equal(5, (await a.AskAsync(b.Self, new byte[5])).Length);
        var bound = (window / (10_000 + 64)) + 3;
        Assert.True(Volatile.Read(ref produced) <= bound, $"{produced} items for a reader that took one");

        for (var i = 0; i < 5 * bound; i++)
        {
            Assert.True(await slow.MoveNextAsync()); // And it goes on when it is read.
        }
    }

    [Fact]
    public async Task A_reader_that_stops_cancels_the_handler()
    {
        await using var a = await _authority.StartAsync("a");
        await using var b = await _authority.StartAsync("b");
        var cancelled = new TaskCompletionSource();
        b.Stream = (_, token) =>
        {
            token.Register(cancelled.SetResult);
            return Endless(() => 0, token);
        };
        await foreach (var item in a.StreamAsync(b.Self))
        {
            Assert.Equal(10_000, item.Length);
            break;
        }

        await cancelled.Task;
    }

    [Fact]
    public async Task A_handler_that_fails_ends_the_stream_with_its_reason_after_what_it_sent()
    {
        await using var a = await _authority.StartAsync("a");
        await using var b = await _authority.StartAsync("b");
        b.Stream = (_, _) => Items(Enumerable.Range(0, 4).Select(number => number < 3 ? new byte[number] : throw new InvalidDataException("no more")));
        var count = 0;
        var failure = await Assert.ThrowsAsync<PeerFailedException>(async () =>
        {
            await foreach (var item in a.StreamAsync(b.Self))
            {
                count++;
            }
        });
        Assert.Contains("no more", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3, count);
    }

    [Fact]
    public async Task A_peer_that_goes_ends_the_stream()
    {
        await using var a = await _authority.StartAsync("a");
        var b = await _authority.StartAsync("b");
        var cancelled = new TaskCompletionSource();
        b.Stream = (_, token) =>
        {
            token.Register(cancelled.SetResult);
            return Endless(() => 0, token);
        };
        await using var items = a.StreamAsync(b.Self).GetAsyncEnumerator();
        Assert.True(await items.MoveNextAsync());
        await b.DisposeAsync();
        var lost = await Assert.ThrowsAsync<PeerLostException>(async () =>
        {
            while (await items.MoveNextAsync())
            {
            }
        });
        Assert.Equal(PeerFailure.ProcessGone, lost.Failure);
        await cancelled.Task;
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Items(IEnumerable<byte[]> items)
    {
        foreach (var item in items)
        {
            await Task.Yield();
            yield return item;
        }
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Endless(Func<int> made, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            made();
            await Task.Yield();
            yield return new byte[10_000];
        }
    }
}
