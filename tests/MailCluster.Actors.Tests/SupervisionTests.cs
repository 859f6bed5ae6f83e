namespace MailCluster.Actors.Tests;

public sealed class SupervisionTests : ActorTest
{
    [Fact]
    public async Task A_throwing_handler_fails_its_message_and_stops_the_actor_by_default()
    {
        Exception? stoppedBy = null;
        var parent = new RecordingParent();
        var actor = new Scripted(System, (_, _) => throw new FormatException("bug"))
        {
            Stopping = failure =>
            {
                stoppedBy = failure;
                return default;
            },
        };
        actor.AttachTo(parent);

        await Assert.ThrowsAsync<FormatException>(async () => await actor.AskAsync<Done>("x", Never, default));
        var (failure, unprocessed) = await parent.Terminated;

        Assert.IsType<FormatException>(failure);
        Assert.Same(failure, stoppedBy);
        Assert.Empty(unprocessed);
        Assert.Equal(EnqueueResult.Stopped, actor.Tell("later"));
        await Assert.ThrowsAsync<ActorStoppedException>(async () => await actor.AskAsync<Done>("later", Never, default));
    }

    [Fact]
    public async Task What_a_failed_actor_had_not_begun_goes_to_its_parent_in_order()
    {
        var gate = new Gate();
        var parent = new RecordingParent();
        var actor = new Scripted(System, async (_, message) =>
        {
            await gate.PassAsync();
            throw new FormatException("bug");
        });
        actor.AttachTo(parent);
        actor.Tell("bad");
        await gate.Reached;
        actor.Tell("one");
        actor.Stop();
        actor.Tell("two");
        gate.Open();

        Assert.Equal(["one", "two"], (await parent.Terminated).Unprocessed);
    }

    [Fact]
    public async Task Resume_and_restart_go_on()
    {
        var restarts = 0;
        var count = 0;
        var actor = new Scripted(System, async (_, message) =>
        {
            count++;
            await Task.Yield();
            switch (message.Message)
            {
                case "resume":
                    throw new FormatException();
                case "restart":
                    throw new NotSupportedException();
                default:
                    message.Reply(count);
                    break;
            }
        })
        {
            Directive = failure => failure is FormatException ? FailureDirective.Resume : FailureDirective.Restart,
            Restarting = _ =>
            {
                restarts++;
                count = 0;
                return default;
            },
        };

        await Assert.ThrowsAsync<FormatException>(async () => await actor.AskAsync<int>("resume", Never, default));
        Assert.Equal(2, await actor.AskAsync<int>("count", Never, default));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await actor.AskAsync<int>("restart", Never, default));
        Assert.Equal(1, await actor.AskAsync<int>("count", Never, default));
        Assert.Equal(1, restarts);
    }

    [Fact]
    public async Task A_restart_that_throws_stops()
    {
        var parent = new RecordingParent();
        var actor = new Scripted(System, (_, _) => throw new FormatException())
        {
            Directive = _ => FailureDirective.Restart,
            Restarting = _ => throw new NotSupportedException(),
        };
        actor.AttachTo(parent);
        actor.Tell("x");

        Assert.IsType<NotSupportedException>((await parent.Terminated).Failure);
    }

    [Fact]
    public async Task An_actor_that_cannot_start_fails_what_waits_for_it()
    {
        var gate = new Gate();
        var parent = new RecordingParent();
        var actor = new Scripted(System, (_, _) => throw new InvalidOperationException("never runs"))
        {
            Starting = async () =>
            {
                await gate.PassAsync();
                throw new FormatException("cannot");
            },
        };
        actor.AttachTo(parent);
        var first = actor.AskAsync<Done>(1, Never, default).AsTask();
        await gate.Reached;
        var second = actor.AskAsync<Done>(2, Never, default).AsTask();
        gate.Open();

        await Assert.ThrowsAsync<FormatException>(() => first);
        await Assert.ThrowsAsync<FormatException>(() => second);
        var (failure, unprocessed) = await parent.Terminated;
        Assert.IsType<FormatException>(failure);
        Assert.Empty(unprocessed);
    }

    [Fact]
    public async Task Memory_is_reported_as_differences_and_given_back_at_the_end()
    {
        var parent = new RecordingParent();
        var actor = new Scripted(System, (self, message) =>
        {
            self.Report((int)message.Message);
            message.Reply(Done.Instance);
            return default;
        });
        actor.AttachTo(parent);

        await actor.AskAsync<Done>(1000, Never, default);
        Assert.Equal(1000, parent.Bytes);
        await actor.AskAsync<Done>(400, Never, default);
        Assert.Equal(400, parent.Bytes);
        Assert.Equal(400, actor.MemoryBytes);
        await actor.StopAsync();
        Assert.Equal(0, parent.Bytes);
    }
}
