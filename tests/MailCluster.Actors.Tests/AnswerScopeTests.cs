namespace MailCluster.Actors.Tests;

public sealed class AnswerScopeTests : ActorTest
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    [Fact]
    public Task An_asker_goes_on_on_the_thread_that_answers_when_the_scope_ends() => Task.Run(async () =>
    {
        var gate = new Gate();
        var order = new List<string>();
        var answeredOn = 0;
        var actor = new Scripted(System, async (_, message) =>
        {
            await gate.PassAsync();
            answeredOn = Environment.CurrentManagedThreadId;
            using (AnswerScope.Enter())
            {
                message.Reply(7);
                order.Add("answered");
            }

            order.Add("scope over");
        });
        var wentOnThere = AskAsync();
        await gate.Reached;
        gate.Open();
        Assert.True(await wentOnThere.WaitAsync(s_limit));
        Assert.Equal(["answered", "went on", "scope over"], order);

        async Task<bool> AskAsync()
        {
            Assert.Equal(7, await actor.AskAsync<int>(1, Never, default));
            order.Add("went on");
            var isThere = answeredOn == Environment.CurrentManagedThreadId;
            await Task.Yield();
            return isThere;
        }
    });

    [Fact]
    public Task Who_asks_again_when_it_goes_on_is_answered_as_ever() => Task.Run(async () =>
    {
        var gate = new Gate();
        var actor = new Scripted(System, async (_, message) =>
        {
            if (message.Message is 1)
                await gate.PassAsync();
            using (AnswerScope.Enter())
                message.Reply(message.Message);
        });
        var sum = SumAsync();
        await gate.Reached;
        gate.Open();
        Assert.Equal(1 + 2 + 3, await sum.WaitAsync(s_limit));

        async Task<int> SumAsync() =>
            await actor.AskAsync<int>(1, Never, default) + await actor.AskAsync<int>(2, Never, default) + await actor.AskAsync<int>(3, Never, default);
    });

    [Fact]
    public Task An_answer_of_another_kind_fails_the_ask_at_once() => Task.Run(async () =>
    {
        var actor = new Scripted(System, (_, message) =>
        {
            using (AnswerScope.Enter())
                message.Reply("seven");
            return ValueTask.CompletedTask;
        });
        await Assert.ThrowsAsync<UnexpectedReplyException>(async () => await actor.AskAsync<int>(1, Never, default));
    });
}
