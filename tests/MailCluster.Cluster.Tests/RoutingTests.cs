using System.Buffers;
using MailCluster.Actors;
using MailCluster.Cluster.Routing;

namespace MailCluster.Cluster.Tests;

/// <summary>What goes over the wire to an entity elsewhere, and what its asker sees.</summary>
public sealed class RoutingTests
{
    private readonly TestCluster _cluster = new();

    [Fact]
    public void A_frame_is_read_as_it_was_written()
    {
        var entity = new EntityId("zoë@example.com");
        var frame = new ArrayBufferWriter<byte>();
        EntityFrame.WriteHead(frame, new ShardId(255), long.MaxValue, 300, 0, TimeSpan.FromSeconds(29), entity);
        frame.Write("body"u8);
        var read = EntityFrame.Read(frame.WrittenMemory);

        Assert.Equal((255, long.MaxValue, 300, 0), (read.Shard.Value, read.MapVersion, read.Route, read.Place));
        Assert.Equal((TimeSpan.FromSeconds(29), entity), (read.TimeLeft, read.Entity));
        Assert.Equal("body"u8.ToArray(), read.Body.ToArray());
        var head = frame.WrittenCount - "body".Length;
        for (var length = 0; length < head; length++)
        {
            Assert.Throws<InvalidDataException>(() => EntityFrame.Read(frame.WrittenMemory[..length]));
        }

        Assert.Throws<InvalidDataException>(() => EntityFrame.Read(new byte[] { 2, 0, 0, 0, 0, 0, 0 }));
        Assert.Throws<InvalidDataException>(() => EntityReply.Read(new byte[] { 7 }));
        Assert.Throws<InvalidDataException>(() => EntityReply.Read(default));
    }

    [Fact]
    public void A_bug_in_a_remote_entity_reaches_its_asker_as_a_text_and_the_next_message_is_answered() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(2);
        var entity = _cluster.EntityAt(nodes[1]);
        var failure = await Assert.ThrowsAsync<RemoteEntityException>(() => nodes[0].AskAsync<All>(entity, "throw"));
        Assert.Contains("a bug", failure.Message, StringComparison.Ordinal);
        Assert.Equal("n2", failure.Node);
        Assert.Empty((await nodes[0].AskAsync<All>(entity, new ReadAll())).Items);
    });

    [Fact]
    public void What_may_not_be_repeated_fails_with_an_unknown_outcome_when_its_node_is_lost() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(3);
        var entity = _cluster.EntityAt(nodes[2]);
        _cluster.Network.SetLatency(nodes[2].Address, nodes[0].Address, TimeSpan.FromMilliseconds(50));
        var once = nodes[0].AskAsync<Appended>(entity, new AppendOnce(0, 0));
        var again = nodes[0].AskAsync<Appended>(entity, new Append(Guid.NewGuid(), 0, 1));
        await _cluster.PassAsync(TimeSpan.FromMilliseconds(20));
        nodes[2].Kill();

        await Assert.ThrowsAsync<OutcomeUnknownException>(() => once);
        Assert.Equal(2, (await again).Length);
        Assert.Equal([0, 1], (await _cluster.ReadAsync(entity)).Select(item => item.Number));
    });

    [Fact]
    public void A_message_waits_for_a_home_as_long_as_its_asker_does() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(1);
        var edge = await _cluster.StartAsync("edge", Membership.NodeRoles.Edge);
        var entity = _cluster.EntityAt(nodes[0]);
        await edge.AskAsync<Appended>(entity, new Append(Guid.NewGuid(), 0, 0));
        nodes[0].Kill();
        var impatient = edge.AskAsync<All>(entity, new ReadAll(), TimeSpan.FromSeconds(5));
        var patient = edge.AskAsync<All>(entity, new ReadAll(), TimeSpan.FromSeconds(60));
        await Assert.ThrowsAsync<AskTimeoutException>(() => impatient);
        await _cluster.PassAsync(TimeSpan.FromSeconds(30));
        await _cluster.StartAsync("n2");
        Assert.Single((await patient).Items);
    });

    [Fact]
    public void A_full_buffer_says_so_and_those_who_gave_up_make_room() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(1);
        var edge = await _cluster.StartAsync("edge", Membership.NodeRoles.Edge, new ShardRegionOptions { BufferMax = 3 });
        var entity = _cluster.EntityAt(nodes[0]);
        await edge.AskAsync<All>(entity, new ReadAll());
        nodes[0].Kill();
        await _cluster.PassAsync(TimeSpan.FromSeconds(15));
        var impatient = Enumerable.Range(0, 3).Select(_ => edge.AskAsync<All>(entity, new ReadAll(), TimeSpan.FromSeconds(1))).ToArray();
        await Assert.ThrowsAsync<BusyException>(() => edge.AskAsync<All>(entity, new ReadAll()));
        foreach (var ask in impatient)
        {
            await Assert.ThrowsAsync<AskTimeoutException>(() => ask);
        }

        var patient = edge.AskAsync<All>(entity, new ReadAll(), TimeSpan.FromSeconds(60));
        await _cluster.StartAsync("n2");
        Assert.Empty((await patient).Items);
    });

    [Fact]
    public void A_route_takes_its_messages_in_order_or_not_at_all() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(1);
        var entity = _cluster.EntityAt(nodes[0]);
        var shard = nodes[0].Region.ShardOf(entity);
        var sender = new Membership.Generation(77);
        await nodes[0].Process.RunAsync(async () =>
        {
            Assert.Equal(EntityReplyKind.Answered, Accept(1, 0));
            Assert.Equal(EntityReplyKind.Answered, Accept(1, 1));
            Assert.Equal(EntityReplyKind.Moved, Accept(1, 3));
            Assert.Equal(EntityReplyKind.Moved, Accept(1, 2));
            Assert.Equal(EntityReplyKind.Moved, Accept(2, 1));
            Assert.Equal(EntityReplyKind.Moved, Accept(2, 0));
            Assert.Equal(EntityReplyKind.Answered, Accept(3, 0));
            Assert.Equal(EntityReplyKind.Moved, Accept(2, 0));
            Assert.Equal(EntityReplyKind.Answered, Accept(3, 1));
            await nodes[0].Region.HandOffAsync(shard);
            Assert.Equal(EntityReplyKind.Moved, Accept(3, 2));
        });

        EntityReplyKind Accept(long route, long place) => nodes[0].Region.Accept(
            sender, new EntityFrame(shard, 1, route, place, Timeout.InfiniteTimeSpan, entity, default), new ReadAll(), out _);
    });

    [Fact]
    public void What_an_entity_publishes_is_read_elsewhere_until_it_moves() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(2);
        var entity = _cluster.EntityAt(nodes[1]);
        Assert.Equal(EntityPlace.Elsewhere, nodes[0].Region.PlaceOf(entity));
        Assert.Equal(EntityPlace.Here, nodes[1].Region.PlaceOf(entity));
        Assert.Equal("n2", nodes[0].Node.Locate(entity).Owner!.Node);
        var read = new List<byte>();
        var reading = nodes[0].Process.RunAsync(async () =>
        {
            await foreach (var item in nodes[0].Region.SubscribeAsync(entity, new byte[] { 7 }, default))
            {
                read.AddRange(item.Span);
            }
        });
        await _cluster.UntilAsync(() => nodes[1].Publisher.Open == 1, TimeSpan.FromSeconds(1));
        nodes[1].Publisher.Publish(8);
        nodes[1].Publisher.Publish(9, 10);
        await _cluster.UntilAsync(() => read.Count == 4, TimeSpan.FromSeconds(1));
        Assert.Equal([7, 8, 9, 10], read);

        var moved = 0;
        nodes[0].Region.HomeChanged += shard => moved += shard == nodes[0].Region.ShardOf(entity) ? 1 : 0;
        await nodes[1].Process.RunAsync(() => nodes[1].Node.DrainAsync(default));
        await reading;
        Assert.True(moved > 0);
        await _cluster.UntilAsync(() => nodes[0].Region.PlaceOf(entity) == EntityPlace.Here, TimeSpan.FromSeconds(1));
        Assert.Equal(0, nodes[1].Publisher.Open);
        await nodes[0].Process.RunAsync(async () =>
        {
            await foreach (var item in nodes[0].Region.SubscribeAsync(entity, default, default))
            {
                Assert.Fail("It is here.");
            }
        });
    });

    [Fact]
    public void A_reader_hears_that_the_node_it_reads_from_is_lost() => _cluster.Run(async () =>
    {
        var nodes = await _cluster.StartAsync(3);
        var entity = _cluster.EntityAt(nodes[2]);
        var ended = 0;
        using var stop = new CancellationTokenSource();
        var reading = nodes[0].Process.RunAsync(async () =>
        {
            while (nodes[0].Region.PlaceOf(entity) != EntityPlace.Here && ended < 1)
            {
                await foreach (var item in nodes[0].Region.SubscribeAsync(entity, new byte[] { 1 }, stop.Token))
                {
                    Assert.Equal(1, item.Span[0]);
                }

                ended++;
            }
        });
        await _cluster.UntilAsync(() => nodes[2].Publisher.Open == 1, TimeSpan.FromSeconds(1));
        var killed = _cluster.Now;
        nodes[2].Kill();
        await reading;
        Assert.InRange(_cluster.Now - killed, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    });
}
