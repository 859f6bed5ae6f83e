using MailCluster.Persistence;

namespace MailCluster.Mailboxes.Tests.Actor;

/// <summary>Commands that a session sent without waiting run in their order, whatever the journal does under them.</summary>
public sealed class HeldCommandsTests
{
    private static readonly PersistenceOptions Holding = new() { HoldMax = TimeSpan.FromSeconds(30) };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_of_unknown_outcome_is_not_overtaken(bool stored)
    {
        using var host = await ActorHost.StartAsync(Holding);
        await host.SendAsync(new ListFolders());
        var (first, second, third) = (await host.AppendOneAsync(), await host.AppendOneAsync(), await host.AppendOneAsync());
        var hold = host.Journal.Faults.HoldAppends();
        if (stored)
            host.Journal.Faults.FailNextAppendAfterStoring();
        else
            host.Journal.Faults.FailNextAppend();

        var a = host.SendAsync(first).AsTask();
        await hold.WaitForAppendAsync();
        var b = host.SendAsync(second).AsTask();
        var c = host.SendAsync(third).AsTask();
        hold.Release();

        Assert.Equal(["1", "2", "3"], (await Task.WhenAll(a, b, c)).Select(result => result.Uids.ToString()));
        var index = (await host.OpenAsync("INBOX")).Index;
        Assert.Equal(
            [first.Messages[0].EmailId, second.Messages[0].EmailId, third.Messages[0].EmailId],
            Enumerable.Range(0, index.Exists).Select(i => index.RowAt(i).EmailId));
    }

    [Fact]
    public async Task A_journal_that_is_away_is_waited_for_in_order_and_then_not_any_more()
    {
        using var host = await ActorHost.StartAsync(Holding);
        await host.SendAsync(new ListFolders());
        for (var i = 0; i < 4; i++)
            host.Journal.Faults.FailNextAppend();
        var appends = new List<Task<AppendResult>>();
        for (var i = 0; i < 10; i++)
            appends.Add(host.SendAsync(await host.AppendOneAsync()).AsTask());
        await PassAsync(host, Task.WhenAll(appends));
        Assert.Equal(Enumerable.Range(1, 10).Select(i => $"{i}"), appends.Select(append => append.Result.Uids.ToString()));

        for (var i = 0; i < 10_000; i++)
            host.Journal.Faults.FailNextAppend();
        var lost = host.SendAsync(await host.AppendOneAsync()).AsTask();
        var started = host.Time.GetTimestamp();
        await Assert.ThrowsAsync<PersistenceUnavailableException>(() => PassAsync(host, lost));
        Assert.InRange(host.Time.GetElapsedTime(started), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(33));
    }

    [Fact]
    public async Task A_journal_that_failed_in_a_way_of_its_own_is_not_waited_for()
    {
        using var host = await ActorHost.StartAsync(Holding);
        await host.SendAsync(new ListFolders());
        host.Journal.Faults.FailNextAppend(new JournalUnavailableException("The disk is full.") { IsAway = false });

        await Assert.ThrowsAsync<PersistenceUnavailableException>(async () => await host.SendAsync(await host.AppendOneAsync()));
        Assert.Equal("1", (await host.SendAsync(await host.AppendOneAsync())).Uids.ToString());
    }

    [Fact]
    public async Task Commands_without_an_id_fail_at_once_and_those_behind_them_go_on()
    {
        using var host = await ActorHost.StartAsync(Holding);
        await host.SendAsync(new ListFolders());
        var hold = host.Journal.Faults.HoldAppends();
        host.Journal.Faults.FailNextAppend();
        var nameless = host.SendAsync(await host.AppendOneAsync(), CommandContext.None).AsTask();
        await hold.WaitForAppendAsync();
        var named = host.SendAsync(await host.AppendOneAsync()).AsTask();
        hold.Release();

        await Assert.ThrowsAsync<PersistenceUnavailableException>(() => nameless);
        Assert.Equal("1", (await named).Uids.ToString());
    }

    private static async Task PassAsync(ActorHost host, Task task)
    {
        while (!task.IsCompleted)
        {
            // One timer is that of the asks; a second is the pause.
            if (host.Time.ArmedTimers > 1)
                host.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        await task;
    }
}
