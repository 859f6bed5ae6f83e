using System.Buffers;
using MailCluster.Cluster.Peers;
using MailCluster.Cluster.Peers.Handshake;
using MailCluster.Cluster.Peers.Wire;

namespace MailCluster.Cluster.Tests.Peers;

/// <summary>What breaks the rules ends its own connection, with a reason, and no other.</summary>
public sealed class HostilePeerTests : IAsyncLifetime
{
    private TestPeer _node = null!;
    private TestPeer _friend = null!;

    public static TheoryData<string, byte[]> Frames
    {
        get
        {
            var data = new TheoryData<string, byte[]>
            {
                { "garbage", [.. Enumerable.Range(1, 64).Select(number => (byte)(number * 37))] },
                { "zeros", new byte[64] },
                { "TLS", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03, .. new byte[40]] },
                { "HTTP", [.. "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"u8] },
            };
            void Add(string what, params FrameHeader[] headers)
            {
                var bytes = new MemoryStream();
                foreach (var header in headers)
                {
                    var frame = new byte[FrameHeader.Size + Math.Min(header.Length, 100_000)];
                    header.Write(frame);
                    bytes.Write(frame);
                }

                data.Add(what, bytes.ToArray());
            }

            Add("a frame that is too long", new FrameHeader(FrameKind.Request, FrameFlags.First, 1, 200_000, 100_000));
            Add("a message that is too long", new FrameHeader(FrameKind.Request, FrameFlags.First, 1, 2_000_000_000, 10));
            Add("an unknown kind", new FrameHeader((FrameKind)99, FrameFlags.Whole, 1, 0, 0));
            Add("a second handshake", new FrameHeader(FrameKind.Hello, FrameFlags.Whole, 0, 0, 0));
            Add("an answer from the one who asks", new FrameHeader(FrameKind.Reply, FrameFlags.Whole, 1, 0, 0));
            Add("the same request again",
                new FrameHeader(FrameKind.Request, FrameFlags.First, 1, 20, 10), new FrameHeader(FrameKind.Request, FrameFlags.First, 1, 20, 10));
            Add("more than was announced",
                new FrameHeader(FrameKind.Request, FrameFlags.First, 1, 20, 10), new FrameHeader(FrameKind.Request, FrameFlags.Last, 1, 20, 11));
            Add("less than was announced",
                new FrameHeader(FrameKind.Request, FrameFlags.First, 1, 20, 10), new FrameHeader(FrameKind.Request, FrameFlags.Last, 1, 20, 9));
            Add("another kind in the middle",
                new FrameHeader(FrameKind.Request, FrameFlags.First, 1, 20, 10), new FrameHeader(FrameKind.Open, FrameFlags.Last, 1, 20, 10));
            return data;
        }
    }

    public async Task InitializeAsync()
    {
        _node = await TestPeer.StartAsync("node");
        _friend = await TestPeer.StartAsync("friend");
        await _friend.AskAsync(_node.Self, default);
    }

    public async Task DisposeAsync()
    {
        await _friend.DisposeAsync();
        await _node.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public async Task A_hostile_frame_closes_its_connection_alone(string what, byte[] bytes)
    {
        using var raw = await RawPeer.JoinAsync(_node);
        await raw.SendBytesAsync(bytes);

        var goodbye = await raw.ReceiveGoodbyeAsync();

        Assert.True(goodbye is { Reason: Goodbye.Types.Reason.Protocol, Text.Length: > 0 }, $"{what}: {goodbye}");
        await _friend.AskAsync(_node.Self, default);
        Assert.Empty(_friend.Failures);
        await MailCluster.Testing.Poll.UntilAsync(() => _node.Failures.Contains(("raw", PeerFailure.Rejected)));
        Assert.True(_node.Log.Has(goodbye!.Text), _node.Log.ToString());
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public async Task Before_the_handshake_it_is_refused_too(string what, byte[] bytes)
    {
        using var raw = await RawPeer.ConnectAsync(_node.Listener.EndPoint);
        await raw.SendBytesAsync(bytes);
        Assert.True(await raw.ReceiveAsync() is null or { Header.Kind: FrameKind.Goodbye }, what);
        await _friend.AskAsync(_node.Self, default);
        Assert.Empty(_node.Failures);
    }

    /// <summary>Seeded: a failure prints the seed by its case.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Mutated_conversations_never_harm_the_node(int seed)
    {
        var random = new Random(seed);
        var conversation = new MemoryStream();
        var frame = new byte[FrameHeader.Size + 50];
        for (ulong id = 1; id <= 20; id++)
        {
            var kind = (id % 5) switch { 0 => FrameKind.Open, 1 => FrameKind.Cancel, 2 => FrameKind.Credit, _ => FrameKind.Request };
            var length = kind is FrameKind.Request or FrameKind.Open ? 50 : 0;
            new FrameHeader(kind, FrameFlags.Whole, id, (uint)length, length, 1000, PeerRequestKind.EntityMessage, (int)id % 3).Write(frame);
            conversation.Write(frame.AsSpan(0, FrameHeader.Size + length));
        }

        for (var round = 0; round < 50; round++)
        {
            var bytes = conversation.ToArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            using var raw = await RawPeer.JoinAsync(_node);
            try
            {
                await raw.SendBytesAsync(bytes.AsMemory(0, random.Next(1, bytes.Length + 1)));
            }
            catch (IOException)
            {
                // The node has closed already; that is its right.
                Assert.NotEmpty(_node.Failures);
            }
        }

        Assert.Equal("still here"u8.ToArray(), (await _friend.AskAsync(_node.Self, "still here"u8.ToArray())).ToArray());
        Assert.Empty(_friend.Failures);
    }

    [Fact]
    public async Task An_answer_in_nonsense_ends_the_connection_of_the_asker()
    {
        using var listener = RawPeer.Listen();
        var hostile = TestPeer.MemberAt("hostile", 1, listener.LocalEndpoint.ToString()!);
        var answer = _node.AskAsync(hostile, default).AsTask();
        using var raw = await RawPeer.AcceptAsync(listener);
        await raw.ReceiveHelloAsync();
        await raw.SendAsync(FrameKind.Hello, RawPeer.Hello(hostile, _node.Self));
        await raw.SendAsync(new FrameHeader(FrameKind.Request, FrameFlags.Whole, 1, 0, 0));

        Assert.Equal(PeerFailure.Rejected, (await Assert.ThrowsAsync<PeerLostException>(() => answer)).Failure);
        Assert.Equal([("hostile", PeerFailure.Rejected)], _node.Failures);
        Assert.Equal(Goodbye.Types.Reason.Protocol, (await raw.ReceiveGoodbyeAsync())?.Reason);
    }

    [Fact]
    public async Task A_stream_beyond_its_credit_ends_the_connection()
    {
        using var listener = RawPeer.Listen();
        var hostile = TestPeer.MemberAt("hostile", 1, listener.LocalEndpoint.ToString()!);
        await using var items = _node.StreamAsync(hostile).GetAsyncEnumerator();
        var next = items.MoveNextAsync();
        using var raw = await RawPeer.AcceptAsync(listener);
        await raw.ReceiveHelloAsync();
        await raw.SendAsync(FrameKind.Hello, RawPeer.Hello(hostile, _node.Self));
        var (open, _) = (await raw.ReceiveAsync())!.Value;
        Assert.Equal(FrameKind.Open, open.Kind);
        for (var sent = 0; sent < open.Argument * 2; sent += 50_000)
        {
            await raw.SendAsync(new FrameHeader(FrameKind.Item, FrameFlags.Whole, open.Id, 50_000, 50_000), new byte[50_000]);
        }

        Assert.Equal(Goodbye.Types.Reason.Protocol, (await raw.ReceiveGoodbyeAsync())?.Reason);
        Assert.True(await next);
    }
}
