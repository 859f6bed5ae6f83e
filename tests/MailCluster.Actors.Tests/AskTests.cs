namespace MailCluster.Actors.Tests;

public sealed class AskTests : ActorTest
{
    [Fact]
    public async Task A_reply_reaches_the_asker()
    {
        var doubler = new Scripted(System, (_, message) =>
        {
            message.Reply((int)message.Message * 2);
            return default;
        });

        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(2 * i, await doubler.AskAsync<int>(i, Never, default));
        }
    }

    [Fact]
    public async Task A_failure_reaches_the_asker_and_so_does_a_wrong_type()
    {
        var actor = new Scripted(System, (_, message) =>
        {
            if (message.Message is "fail")
            {
                message.Fail(new FormatException("no"));
            }
            else
            {
                message.Reply("text");
            }

            return default;
        });

        await Assert.ThrowsAsync<FormatException>(async () => await actor.AskAsync<string>("fail", Never, default));
        await Assert.ThrowsAsync<UnexpectedReplyException>(async () => await actor.AskAsync<int>("other", Never, default));
        Assert.Equal("text", await actor.AskAsync<string>("other", Never, default));
    }

    [Fact]
    public async Task A_deadline_passes_never_early_and_at_most_a_tick_late()
    {
        var silent = new Scripted(System, (_, _) => default);
        var ask = silent.AskAsync<Done>("?", TimeSpan.FromMilliseconds(1234), default).AsTask();

        Time.Advance(TimeSpan.FromMilliseconds(1233));
        Assert.False(ask.IsCompleted);
        Time.Advance(TimeSpan.FromMilliseconds(101));

        var timeout = await Assert.ThrowsAsync<AskTimeoutException>(() => ask);
        Assert.Contains("1.234", timeout.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deadlines_beyond_one_turn_of_the_wheel_and_after_a_long_pause_are_met()
    {
        var silent = new Scripted(System, (_, _) => default);
        var hour = silent.AskAsync<Done>("?", TimeSpan.FromHours(1), default).AsTask();
        var second = silent.AskAsync<Done>("?", TimeSpan.FromSeconds(1), default).AsTask();

        Time.Advance(TimeSpan.FromMinutes(59));
        await Assert.ThrowsAsync<AskTimeoutException>(() => second);
        Assert.False(hour.IsCompleted);
        Time.Advance(TimeSpan.FromMinutes(1.1));
        await Assert.ThrowsAsync<AskTimeoutException>(() => hour);
    }

    [Fact]
    public async Task A_wheel_without_deadlines_stands_still_and_starts_again()
    {
        Assert.Equal(0, Time.ArmedTimers);
        var echo = new Scripted(System, (_, message) =>
        {
            if (message.Message is "answer")
            {
                message.Reply("ok");
            }

            return default;
        });
        for (var round = 0; round < 3; round++)
        {
            await echo.AskAsync<string>("answer", TimeSpan.FromSeconds(30), default);
            Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(0, Time.ArmedTimers);
            var silent = echo.AskAsync<string>("?", TimeSpan.FromSeconds(30), default).AsTask();
            Time.Advance(TimeSpan.FromSeconds(31));
            await Assert.ThrowsAsync<AskTimeoutException>(() => silent);
        }
    }

    [Fact]
    public async Task A_zero_timeout_expires_at_the_next_tick()
    {
        var silent = new Scripted(System, (_, _) => default);
        var ask = silent.AskAsync<Done>("?", TimeSpan.Zero, default).AsTask();
        Time.Advance(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAsync<AskTimeoutException>(() => ask);
    }

    [Fact]
    public async Task A_cancelled_ask_ends_at_once()
    {
        using var source = new CancellationTokenSource();
        var silent = new Scripted(System, (_, _) => default);
        var ask = silent.AskAsync<Done>("?", Never, source.Token).AsTask();
        await source.CancelAsync();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ask);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await silent.AskAsync<Done>("?", Never, source.Token));
    }

    [Fact]
    public async Task A_message_whose_asker_gave_up_before_it_began_is_not_carried_out()
    {
        var gate = new Gate();
        var seen = new List<object>();
        var actor = new Scripted(System, async (_, message) =>
        {
            seen.Add(message.Message);
            await gate.PassAsync();
            message.Reply(Done.Instance);
        });
        var first = actor.AskAsync<Done>("first", Never, default);
        await gate.Reached;
        var given = actor.AskAsync<Done>("given up", TimeSpan.FromSeconds(1), default).AsTask();
        var last = actor.AskAsync<Done>("last", Never, default);

        Time.Advance(TimeSpan.FromSeconds(2));
        await Assert.ThrowsAsync<AskTimeoutException>(() => given);
        gate.Open();
        await first;
        await last;

        Assert.Equal(["first", "last"], seen);
    }

    [Fact]
    public async Task A_late_or_second_answer_never_reaches_another_ask()
    {
        var kept = new List<Delivery>();
        var actor = new Scripted(System, (_, message) =>
        {
            kept.Add(message);
            if ((int)message.Message >= 0)
            {
                message.Reply(message.Message);
            }

            // Answers to asks that are long over, whose envelopes have been used again since.
            foreach (var old in kept)
            {
                old.Reply(-1);
                old.Fail(new InvalidOperationException("stale"));
            }

            return default;
        });

        for (var i = 0; i < 300; i++)
        {
            Assert.Equal(i, await actor.AskAsync<int>(i, TimeSpan.FromMinutes(1), default));
        }
    }

    [Fact]
    public async Task A_reply_may_come_after_the_handler_returned()
    {
        Delivery kept = default;
        var actor = new Scripted(System, (_, message) =>
        {
            if (message.Message is "keep")
            {
                kept = message;
            }
            else
            {
                kept.Reply("late");
                message.Reply("now");
            }

            return default;
        });

        var late = actor.AskAsync<string>("keep", Never, default);
        Assert.Equal("now", await actor.AskAsync<string>("release", Never, default));
        Assert.Equal("late", await late);
    }

    /// <summary>Reply, deadline and cancellation race for pooled envelopes; each asker must get its own answer or its own failure.</summary>
    [Fact]
    public async Task Racing_ends_never_mix_up_askers()
    {
        var seed = Environment.TickCount;
        var echo = new Scripted(System, async (_, message) =>
        {
            if ((int)message.Message % 3 == 0)
            {
                await Task.Yield();
            }

            message.Reply(message.Message);
        });
        var ended = new int[3];
        using var stop = new CancellationTokenSource();
        var clock = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                Time.Advance(TimeSpan.FromMilliseconds(100));
                await Task.Yield();
            }
        });

        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(async () =>
        {
            var random = new Random(seed + worker);
            for (var i = 0; i < 4000; i++)
            {
                var number = (worker * 1_000_000) + i;
                using var source = new CancellationTokenSource();
                try
                {
                    var ask = echo.AskAsync<int>(number, TimeSpan.FromMilliseconds(random.Next(1, 400)), source.Token);
                    if (random.Next(8) == 0)
                    {
                        _ = Task.Run(source.Cancel);
                    }

                    Assert.True(number == await ask, $"seed {seed}: asked {number}");
                    Interlocked.Increment(ref ended[0]);
                }
                catch (AskTimeoutException timeout)
                {
                    Assert.Contains("Int32", timeout.Message, StringComparison.Ordinal);
                    Interlocked.Increment(ref ended[1]);
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref ended[2]);
                }
            }
        })));
        await stop.CancelAsync();
        await clock;

        Assert.Equal(32_000, ended.Sum());
    }
}
