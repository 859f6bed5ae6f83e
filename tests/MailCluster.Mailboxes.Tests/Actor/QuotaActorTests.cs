namespace MailCluster.Mailboxes.Tests.Actor;

/// <summary>What an actor does about a user database that answers late, differently, or not at all. Messages have 14 bytes.</summary>
public sealed class QuotaActorTests
{
    private static readonly QuotaOptions Ten = new() { Rules = QuotaRules.None with { Storage = 10 } };

    [Fact]
    public async Task Before_the_first_answer_nothing_is_refused_and_then_the_account_has_its_own_limit()
    {
        var directory = new SlowDirectory();
        using var host = await ActorHost.StartAsync(quota: Ten, directory: directory);

        await host.SendAsync(await host.AppendOneAsync());
        await directory.AnswerAsync(QuotaRules.None with { Storage = 30 });
        await host.SendAsync(await host.AppendOneAsync());
        var refusal = await Assert.ThrowsAsync<MailboxRefusedException>(async () => await host.SendAsync(await host.AppendOneAsync()));

        Assert.Equal(RefusalReason.OverQuota, refusal.Reason);
        var info = await host.SendAsync(new DescribeQuota(Recount: true));
        Assert.Equal(new QuotaInfo(28, 30, QuotaSource.UserDatabase, 2, null, QuotaSource.None, 5, IsCounted: true), info);
    }

    [Fact]
    public async Task After_a_crash_the_last_answer_holds_until_there_is_a_new_one()
    {
        var directory = new SlowDirectory();
        using var host = await ActorHost.StartAsync(quota: Ten, directory: directory);
        await host.SendAsync(new ListFolders());
        await directory.AnswerAsync(QuotaRules.None with { Storage = 20 });
        await host.SendAsync(await host.AppendOneAsync());
        host.Crash();

        var refusal = await Assert.ThrowsAsync<MailboxRefusedException>(async () => await host.SendAsync(await host.AppendOneAsync()));
        Assert.Equal(RefusalReason.OverQuota, refusal.Reason);
        await directory.AnswerAsync(QuotaRules.None with { Storage = 0 });
        await host.SendAsync(await host.AppendOneAsync());
        Assert.Null((await host.SendAsync(new DescribeQuota())).StorageLimit);
    }

    [Fact]
    public async Task A_database_that_is_away_changes_nothing_and_is_asked_again()
    {
        var directory = new SlowDirectory();
        using var host = await ActorHost.StartAsync(quota: Ten, directory: directory);
        await host.SendAsync(new ListFolders());
        await directory.AnswerAsync(QuotaRules.None with { Storage = 30 });
        await host.SendAsync(await host.AppendOneAsync());
        host.Time.Advance(Ten.DirectoryAge);
        await host.SendAsync(new DescribeQuota());
        await directory.FailAsync();

        Assert.Equal(30, (await host.SendAsync(new DescribeQuota())).StorageLimit);
        Assert.Equal(2, directory.Questions);
        host.Time.Advance(TimeSpan.FromSeconds(5));
        await host.SendAsync(new DescribeQuota());
        await directory.AnswerAsync(null); // the account is gone from the database: what was known stays
        Assert.Equal(30, (await host.SendAsync(new DescribeQuota())).StorageLimit);
        Assert.Equal(3, directory.Questions);
    }

    [Fact]
    public async Task An_answer_that_says_nothing_leaves_the_configured_limit()
    {
        var directory = new SlowDirectory();
        using var host = await ActorHost.StartAsync(quota: Ten, directory: directory);
        await host.SendAsync(new ListFolders());
        await directory.AnswerAsync(QuotaRules.None);

        var refusal = await Assert.ThrowsAsync<MailboxRefusedException>(async () => await host.SendAsync(await host.AppendOneAsync()));

        Assert.Equal(RefusalReason.OverQuota, refusal.Reason);
        Assert.Equal(QuotaSource.Configuration, (await host.SendAsync(new DescribeQuota())).StorageSource);
    }

    [Fact]
    public async Task Without_limits_in_the_configuration_an_empty_answer_is_not_worth_an_event()
    {
        var directory = new SlowDirectory();
        using var host = await ActorHost.StartAsync(directory: directory);
        await host.SendAsync(new ListFolders());
        var journal = await host.Journal.GetHighestSequenceNrAsync(new(ActorHost.Alice.Value), default);
        await directory.AnswerAsync(QuotaRules.None);

        await host.SendAsync(await host.AppendOneAsync());
        host.Crash();
        await host.SendAsync(new ListFolders());

        Assert.Equal(journal.Next, await host.Journal.GetHighestSequenceNrAsync(new(ActorHost.Alice.Value), default));
        await directory.AnswerAsync(QuotaRules.None);
    }

    [Fact]
    public async Task The_watcher_hears_of_a_threshold_until_it_is_marked_and_again_below_it()
    {
        var watcher = new Watcher();
        using var host = await ActorHost.StartAsync(
            quota: new QuotaOptions { Rules = QuotaRules.None with { Messages = 4 }, Thresholds = [50, 75] }, watcher: watcher);
        await host.SendAsync(await host.AppendOneAsync());
        Assert.Empty(watcher.Heard);

        await host.SendAsync(await host.AppendOneAsync());
        host.Crash(); // whoever was to tell the user is gone with it
        await host.SendAsync(await host.AppendOneAsync());
        await host.SendAsync(new MarkQuotaLevel(0, 75));
        await host.SendAsync(await host.AppendOneAsync());
        Assert.Equal([(0, 50), (0, 75)], watcher.Heard);

        var inbox = (await host.OpenAsync("INBOX")).Index.Id;
        await host.SendAsync(new ExpungeMessages(inbox, UidSet.OfRange(1, 2), OnlyDeleted: false));
        Assert.Equal((75, 50), watcher.Heard[^1]);
    }

    private sealed class Watcher : IQuotaWatcher
    {
        public List<(int Marked, int Reached)> Heard { get; } = [];

        public void OnLevel(QuotaLevel level) => Heard.Add((level.Marked, level.Reached));
    }

    /// <summary>Answers when it is told to, on the thread that tells it.</summary>
    private sealed class SlowDirectory : IQuotaDirectory
    {
        private TaskCompletionSource<QuotaRules?>? _asked;

        public int Questions { get; private set; }

        public ValueTask<QuotaRules?> FindAsync(AccountId account, CancellationToken cancellationToken)
        {
            Questions++;
            _asked = new TaskCompletionSource<QuotaRules?>();
            return new ValueTask<QuotaRules?>(_asked.Task);
        }

        // On a thread of the pool, which nothing keeps from going on with the actor's question at once: it has heard the answer when these complete.
        public Task AnswerAsync(QuotaRules? rules) => Task.Run(() => Assert.True(_asked!.TrySetResult(rules)));

        public Task FailAsync() => Task.Run(() => Assert.True(_asked!.TrySetException(new QuotaDirectoryUnavailableException("away"))));
    }
}
