using Xunit.Abstractions;

namespace MailCluster.Actors.Tests;

/// <summary>Many senders, bounded mailboxes, stops in the middle: nothing lost, nothing twice, the order of each sender kept.</summary>
public sealed class QueueStressTests(ITestOutputHelper output) : ActorTest
{
    private const int Senders = 6;

    [Fact]
    public async Task Nothing_is_lost_or_reordered_under_load()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        const int PerSender = 20_000;
        var next = new int[Senders];
        var wrong = 0;
        var random = new Random(seed);
        var actor = new Scripted(System, async (_, message) =>
        {
            var (sender, number) = ((int, int))message.Message;
            if (next[sender]++ != number)
            {
                wrong++;
            }

            if (random.Next(50) == 0)
            {
                await Task.Yield();
            }

            message.Reply(number);
        })
        {
            Capacity = 64,
        };
        var busy = 0;

        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(async () =>
        {
            var mine = new Random(seed + sender + 1);
            for (var i = 0; i < PerSender; i++)
            {
                while (true)
                {
                    if (mine.Next(4) == 0)
                    {
                        try
                        {
                            Assert.Equal(i, await actor.AskAsync<int>((sender, i), TimeSpan.FromHours(1), default));
                            break;
                        }
                        catch (BusyException)
                        {
                            Interlocked.Increment(ref busy);
                        }
                    }
                    else if (actor.Tell((sender, i)) == EnqueueResult.Accepted)
                    {
                        break;
                    }

                    await Task.Yield();
                }
            }
        })));
        await actor.StopAsync();

        Assert.Equal(0, wrong);
        Assert.All(next, count => Assert.Equal(PerSender, count));
        output.WriteLine($"{busy} times busy");
    }

    [Fact]
    public async Task A_stop_amid_senders_leaves_every_message_handled_or_handed_over()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        for (var round = 0; round < 200; round++)
        {
            var handled = 0;
            var parent = new RecordingParent();
            var actor = new Scripted(System, (_, _) =>
            {
                handled++;
                return default;
            });
            actor.AttachTo(parent);
            var accepted = 0;
            var random = new Random(seed + round);
            var stopAt = random.Next(200);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(sender => Task.Run(() =>
            {
                for (var i = 0; i < 100; i++)
                {
                    if (sender == 0 && i == stopAt / 2)
                    {
                        actor.Stop();
                    }

                    if (actor.Tell(i) == EnqueueResult.Accepted)
                    {
                        Interlocked.Increment(ref accepted);
                    }
                }
            })));
            actor.Stop();
            var (_, unprocessed) = await parent.Terminated;

            Assert.True(accepted == handled + unprocessed.Count, $"seed {seed}, round {round}: {accepted} != {handled} + {unprocessed.Count}");
        }
    }
}
