namespace MailCluster.Actors.Tests;

public sealed class MailboxTests : ActorTest
{
    [Fact]
    public async Task A_full_mailbox_says_busy_and_drops_nothing_it_accepted()
    {
        var gate = new Gate();
        var handled = 0;
        var actor = new Scripted(System, async (_, message) =>
        {
            await gate.PassAsync();
            handled++;
            message.Reply(Done.Instance);
        })
        {
            Capacity = 3,
        };
        var running = actor.AskAsync<Done>(0, Never, default);
        await gate.Reached;
        var waiting = Enumerable.Range(1, 3).Select(i => actor.AskAsync<Done>(i, Never, default).AsTask()).ToArray();

        Assert.Equal(EnqueueResult.Busy, actor.Tell(4));
        await Assert.ThrowsAsync<BusyException>(async () => await actor.AskAsync<Done>(5, Never, default));
        gate.Open();
        await running;
        await Task.WhenAll(waiting);

        Assert.Equal(4, handled);
        await actor.AskAsync<Done>(6, Never, default);
    }

    [Fact]
    public async Task One_handler_runs_at_a_time_while_others_queue()
    {
        var running = 0;
        var overlapped = false;
        var actor = new Scripted(System, async (_, message) =>
        {
            overlapped |= Interlocked.Increment(ref running) != 1;
            await Task.Yield();
            Interlocked.Decrement(ref running);
            message.Reply(Done.Instance);
        });

        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => Task.Run(() => actor.AskAsync<Done>(i, Never, default).AsTask())));

        Assert.False(overlapped);
    }

    [Fact]
    public async Task A_stop_lets_what_was_queued_finish_first()
    {
        var gate = new Gate();
        var seen = new List<object>();
        var actor = new Scripted(System, async (_, message) =>
        {
            await gate.PassAsync();
            seen.Add(message.Message);
        });
        actor.Tell(1);
        await gate.Reached;
        actor.Tell(2);
        var stopped = actor.StopAsync();
        var again = actor.StopAsync();
        var late = actor.AskAsync<Done>(3, Never, default).AsTask();
        gate.Open();

        await stopped;
        await again;
        await actor.StopAsync();
        Assert.Equal([1, 2], seen);
        await Assert.ThrowsAsync<ActorStoppedException>(() => late);
    }

    [Fact]
    public async Task A_stop_of_an_actor_that_never_ran_completes()
    {
        var actor = new Scripted(System, (_, _) => default);
        await actor.StopAsync();
        Assert.Equal(EnqueueResult.Stopped, actor.Tell(1));
    }

    [Fact]
    public async Task Stop_now_leaves_the_rest_to_the_parent()
    {
        var gate = new Gate();
        var parent = new RecordingParent();
        var actor = new Scripted(System, async (self, message) =>
        {
            await gate.PassAsync();
            self.Quit();
        });
        actor.AttachTo(parent);
        actor.Tell(1);
        await gate.Reached;
        actor.Tell(2);
        gate.Open();

        var (failure, unprocessed) = await parent.Terminated;
        Assert.IsType<ActorStoppedException>(failure);
        Assert.Equal([2], unprocessed);
    }

    [Fact]
    public async Task A_batch_holds_what_queued_up_in_order_and_no_more_than_its_bound()
    {
        var gate = new Gate();
        var batches = new List<int[]>();
        var actor = new ScriptedBatch(System, 4, async batch =>
        {
            batches.Add([.. batch.ToArray().Select(message => (int)message.Message)]);
            await gate.PassAsync();
            foreach (var message in batch.ToArray())
            {
                message.Reply(Done.Instance);
            }
        });
        var first = actor.AskAsync<Done>(0, Never, default).AsTask();
        await gate.Reached;
        var rest = Enumerable.Range(1, 10).Select(i => actor.AskAsync<Done>(i, Never, default).AsTask()).ToArray();
        gate.Open();
        await first;
        await Task.WhenAll(rest);

        Assert.Equal([[0], [1, 2, 3, 4], [5, 6, 7, 8], [9, 10]], batches);
    }

    [Fact]
    public async Task A_large_batch_grows()
    {
        var gate = new Gate();
        var largest = 0;
        var actor = new ScriptedBatch(System, 1000, async batch =>
        {
            await gate.PassAsync();
            largest = Math.Max(largest, batch.Length);
            for (var i = 0; i < batch.Length; i++)
            {
                batch.Span[i].Reply(batch.Span[i].Message);
            }
        });
        _ = actor.Tell(-1);
        await gate.Reached;
        var asks = Enumerable.Range(0, 700).Select(i => actor.AskAsync<int>(i, Never, default).AsTask()).ToArray();
        gate.Open();

        Assert.Equal(Enumerable.Range(0, 700), await Task.WhenAll(asks));
        Assert.Equal(700, largest);
    }

    [Fact]
    public async Task A_batch_that_throws_fails_only_those_not_yet_answered()
    {
        var gate = new Gate();
        var actor = new ScriptedBatch(System, 10, async batch =>
        {
            await gate.PassAsync();
            batch.Span[0].Reply("answered");
            if (batch.Length > 1)
            {
                throw new FormatException("bug");
            }
        });
        _ = actor.Tell("first");
        await gate.Reached;
        var one = actor.AskAsync<string>(1, Never, default).AsTask();
        var two = actor.AskAsync<string>(2, Never, default).AsTask();
        gate.Open();

        Assert.Equal("answered", await one);
        await Assert.ThrowsAsync<FormatException>(() => two);
        Assert.Equal("answered", await actor.AskAsync<string>(3, Never, default));
    }
}
