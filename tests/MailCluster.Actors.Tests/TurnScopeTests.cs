namespace MailCluster.Actors.Tests;

public sealed class TurnScopeTests : ActorTest
{
    [Fact]
    public Task An_idle_actor_takes_its_turn_on_the_senders_thread_when_the_scope_ends() => OnThePool(async () =>
    {
        var thread = 0;
        var actor = new Scripted(System, (_, message) =>
        {
            thread = Environment.CurrentManagedThreadId;
            message.Reply(7);
            return ValueTask.CompletedTask;
        });
        var (asked, begunInside) = Ask(actor, () => thread != 0);
        Assert.False(begunInside);
        Assert.True(asked.IsCompletedSuccessfully);
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
        Assert.Equal(7, await asked);
    });

    [Fact]
    public Task A_running_actor_keeps_its_thread_and_takes_the_message_next() => OnThePool(async () =>
    {
        var gate = new Gate();
        var actor = new Scripted(System, async (_, message) =>
        {
            if (message.Message is 1)
                await gate.PassAsync();
            message.Reply(message.Message);
        });
        var first = actor.AskAsync<int>(1, Never, default);
        await gate.Reached;
        var (second, _) = Ask(actor, () => false, message: 2);
        Assert.False(second.IsCompleted);
        gate.Open();
        Assert.Equal(1, await first);
        Assert.Equal(2, await second);
    });

    [Fact]
    public Task The_thread_gives_one_turn_and_the_pool_the_rest() => OnThePool(async () =>
    {
        var threads = new List<int>();
        var actor = new Scripted(System, (_, message) =>
        {
            threads.Add(Environment.CurrentManagedThreadId);
            message.Reply(Done.Instance);
            return ValueTask.CompletedTask;
        });
        var asked = AskTwice(actor);
        await asked.First;
        await asked.Second;
        Assert.Equal(2, threads.Count);
        Assert.Equal(asked.Thread, threads[0]);
    });

    [Fact]
    public Task Only_one_actor_comes_to_the_thread() => OnThePool(async () =>
    {
        // What runs while the sender holds it, and holds it too, runs on the sender's thread within the call.
        var held = new object();
        var withinCall = new bool[2];
        (ValueTask<Done> First, ValueTask<Done> Second, int Thread) asked;
        lock (held)
            asked = AskBoth(Recorder(0), Recorder(1));
        await asked.First;
        await asked.Second;
        Assert.Equal([true, false], withinCall);

        Scripted Recorder(int index) => new(System, (_, message) =>
        {
            withinCall[index] = Monitor.IsEntered(held);
            message.Reply(Done.Instance);
            return ValueTask.CompletedTask;
        });
    });

    [Fact]
    public Task A_turn_never_runs_inside_another() => OnThePool(async () =>
    {
        var running = 0;
        var inner = new Scripted(System, (_, message) =>
        {
            message.Reply(Volatile.Read(ref running) == Environment.CurrentManagedThreadId);
            return ValueTask.CompletedTask;
        });
        var outer = new Scripted(System, async (_, message) =>
        {
            ValueTask<bool> nested;
            Volatile.Write(ref running, Environment.CurrentManagedThreadId);
            using (TurnScope.Enter())
                nested = inner.AskAsync<bool>(1, Never, default);
            Volatile.Write(ref running, 0);
            message.Reply(await nested ? 1 : 0);
        });
        var (asked, _) = Ask(outer, () => false);
        Assert.Equal(0, await asked);
    });

    [Fact]
    public Task A_synchronisation_context_is_not_carried_into_an_actor() => OnThePool(async () =>
    {
        SynchronizationContext? seen = null;
        var actor = new Scripted(System, (_, message) =>
        {
            seen = SynchronizationContext.Current;
            message.Reply(1);
            return ValueTask.CompletedTask;
        });
        ValueTask<int> asked;
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
        try
        {
            (asked, _) = Ask(actor, () => false);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        Assert.Equal(1, await asked);
        Assert.Null(seen);
    });

    [Fact]
    public Task A_handler_that_throws_fails_its_message_and_leaves_the_thread_usable() => OnThePool(async () =>
    {
        var actor = new Scripted(System, (_, message) => message.Message is 1 ? throw new FormatException("bad") : Answer(message))
        {
            Directive = _ => FailureDirective.Resume,
        };
        var (bad, _) = Ask(actor, () => false, message: 1);
        await Assert.ThrowsAsync<FormatException>(async () => await bad);
        var (good, _) = Ask(actor, () => false, message: 2);
        Assert.Equal(2, await good);
    });

    private static ValueTask Answer(Delivery message)
    {
        message.Reply(message.Message);
        return ValueTask.CompletedTask;
    }

    // A test has a synchronisation context of its own.
    private static Task OnThePool(Func<Task> test) => Task.Run(test);

    private static (ValueTask<int> Asked, bool BegunInside) Ask(Scripted actor, Func<bool> hasBegun, int message = 0)
    {
        using var turn = TurnScope.Enter();
        var asked = actor.AskAsync<int>(message, Never, default);
        return (asked, hasBegun());
    }

    private static (ValueTask<Done> First, ValueTask<Done> Second, int Thread) AskTwice(Scripted actor) => AskBoth(actor, actor);

    private static (ValueTask<Done> First, ValueTask<Done> Second, int Thread) AskBoth(Scripted first, Scripted second)
    {
        using var turn = TurnScope.Enter();
        var one = first.AskAsync<Done>(1, Never, default);
        var two = second.AskAsync<Done>(2, Never, default);
        return (one, two, Environment.CurrentManagedThreadId);
    }
}
