using MailCluster.Cluster;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes.Tests.Actor;

public sealed class MailboxActorTests
{
    [Fact]
    public async Task A_query_creates_the_account_durably()
    {
        using var host = await ActorHost.StartAsync();
        var first = await host.SendAsync(new ListFolders());
        host.Crash();

        var second = await host.SendAsync(new ListFolders());

        Assert.Equal("INBOX", Assert.Single(first.Folders).Name.Value);
        Assert.Equal(first.Folders[0].Id, second.Folders[0].Id);
        Assert.Equal(first.Folders[0].UidValidity, second.Folders[0].UidValidity);
    }

    [Fact]
    public async Task What_was_answered_survives_a_crash()
    {
        using var host = await ActorHost.StartAsync();
        var appended = await host.SendAsync(await host.AppendOneAsync());
        host.Crash();

        var inbox = await host.OpenAsync("INBOX");

        Assert.Equal("1", appended.Uids.ToString());
        Assert.Equal(1, inbox.Index.Exists);
        Assert.Equal(appended.ModSeq, inbox.Index.HighestModSeq);
    }

    [Fact]
    public async Task A_command_sent_again_after_its_answer_was_lost_is_answered_and_not_run()
    {
        using var host = await ActorHost.StartAsync();
        await host.SendAsync(new ListFolders());
        var command = await host.AppendOneAsync();
        var context = host.NewContext();
        host.Journal.Faults.FailNextAppendAfterStoring();

        await Assert.ThrowsAsync<PersistenceUnavailableException>(async () => await host.SendAsync(command, context));
        var again = await host.SendAsync(command, context);
        host.Crash();
        var afterCrash = await host.SendAsync(command, context);

        Assert.Equal("1", again.Uids.ToString());
        Assert.Equal(again, afterCrash);
        Assert.Equal(1, (await host.OpenAsync("INBOX")).Index.Exists);
    }

    [Fact]
    public async Task All_that_a_node_may_have_under_way_is_answered_and_not_run_when_it_is_sent_again()
    {
        using var host = await ActorHost.StartAsync();
        var sent = new List<(AppendMessages Command, CommandContext Context)>();
        for (var i = 0; i < new ShardRegionOptions().BufferMax; i++)
            sent.Add((await host.AppendOneAsync(), host.NewContext()));
        var answers = await SendAllAsync();

        // The node dies with all of the answers, and the senders turn to the next one.
        await host.StopAsync();

        Assert.Equal(answers.Select(answer => answer.Uids.ToString()), (await SendAllAsync()).Select(answer => answer.Uids.ToString()));
        Assert.Equal(sent.Count, (await host.OpenAsync("INBOX")).Index.Exists);

        async Task<AppendResult[]> SendAllAsync() =>
            await Task.WhenAll(sent.Select(each => host.SendAsync(each.Command, each.Context).AsTask()));
    }

    [Fact]
    public void Results_of_before_a_minute_are_kept_while_they_are_few()
    {
        var results = RecentResults.Empty;
        var begun = DateTimeOffset.UnixEpoch;
        var ids = Enumerable.Range(0, 1000).Select(_ => new CommandId(Guid.NewGuid())).ToArray();
        for (var i = 0; i < ids.Length; i++)
            results = results.Add(ids[i], begun, Done.Value);
        Assert.Equal(1000, results.Count);

        var now = begun;
        Pass(RecentResults.AgeMin);
        Assert.Equal(1000 + 3, results.Count);
        Pass(TimeSpan.FromSeconds(20));
        Assert.Equal(RecentResults.OldCountMax, results.Count);
        Assert.True(results.TryGet(ids[^1], out _) && !results.TryGet(ids[0], out _));

        Pass(RecentResults.AgeMax);
        Assert.False(results.TryGet(ids[^1], out _));
        Assert.Equal(31, results.Count);

        // A command every twenty seconds.
        void Pass(TimeSpan time)
        {
            for (var end = now + time; now < end;)
                results = results.Add(new CommandId(Guid.NewGuid()), now += TimeSpan.FromSeconds(20), Done.Value);
        }
    }

    [Fact]
    public async Task A_recorded_answer_survives_a_snapshot()
    {
        using var host = await ActorHost.StartAsync(new PersistenceOptions { SnapshotAfterEvents = 1 });
        var command = await host.AppendOneAsync();
        var context = host.NewContext();
        var first = await host.SendAsync(command, context);
        await host.StopAsync();

        Assert.Equal(first, await host.SendAsync(command, context));
        Assert.Equal(1, (await host.OpenAsync("INBOX")).Index.Exists);
    }

    [Fact]
    public async Task A_write_that_failed_leaves_no_trace()
    {
        using var host = await ActorHost.StartAsync();
        await host.SendAsync(await host.AppendOneAsync());
        host.Journal.Faults.FailNextAppend();

        await Assert.ThrowsAsync<PersistenceUnavailableException>(async () => await host.SendAsync(await host.AppendOneAsync()));
        var next = await host.SendAsync(await host.AppendOneAsync());

        Assert.Equal("2", next.Uids.ToString());
        Assert.Equal(2, (await host.OpenAsync("INBOX")).Index.Exists);
    }

    [Fact]
    public async Task A_feed_has_the_new_version_before_the_answer_and_tells_its_listeners()
    {
        using var host = await ActorHost.StartAsync();
        var feed = host.Feeds.Acquire(ActorHost.Alice, await host.OpenAsync("INBOX"), out var created);
        var listener = new CountingListener();
        feed.AddListener(listener);

        var appended = await host.SendAsync(await host.AppendOneAsync());

        Assert.True(created);
        Assert.Equal(appended.ModSeq, feed.Current.HighestModSeq);
        Assert.Equal(1, listener.Count);
    }

    [Fact]
    public async Task A_new_feed_is_as_new_as_the_owner_when_there_was_nothing_to_tell()
    {
        using var host = await ActorHost.StartAsync();
        await host.SendAsync(await host.AppendOneAsync());
        var untold = host.Feeds.UntoldOf(ActorHost.Alice);

        host.Feeds.Acquire(ActorHost.Alice, await host.OpenAsync("INBOX"), untold, out var mayBeOld);

        Assert.False(mayBeOld);
    }

    [Fact]
    public async Task A_new_feed_may_be_old_when_the_owner_has_changed_the_folder_before_it_was_made()
    {
        using var host = await ActorHost.StartAsync();
        await host.SendAsync(await host.AppendOneAsync());
        var untold = host.Feeds.UntoldOf(ActorHost.Alice);
        var answer = await host.OpenAsync("INBOX");
        await host.SendAsync(await host.AppendOneAsync());

        host.Feeds.Acquire(ActorHost.Alice, answer, untold, out var mayBeOld);

        Assert.True(mayBeOld);
    }

    [Fact]
    public async Task A_new_feed_may_be_old_when_the_owner_has_begun_anew_before_it_was_made()
    {
        using var host = await ActorHost.StartAsync();
        await host.SendAsync(await host.AppendOneAsync());
        var untold = host.Feeds.UntoldOf(ActorHost.Alice);
        var answer = await host.OpenAsync("INBOX");
        host.Crash();
        await host.OpenAsync("INBOX");

        host.Feeds.Acquire(ActorHost.Alice, answer, untold, out var mayBeOld);

        Assert.True(mayBeOld);
    }

    [Fact]
    public async Task A_feed_outlives_the_actor_and_follows_the_next_one()
    {
        using var host = await ActorHost.StartAsync();
        var feed = host.Feeds.Acquire(ActorHost.Alice, await host.OpenAsync("INBOX"), out _);
        await host.SendAsync(await host.AppendOneAsync());
        host.Crash();

        await host.SendAsync(await host.AppendOneAsync());

        Assert.Equal(2, feed.Current.Exists);
    }

    [Fact]
    public async Task A_deleted_folder_is_told_to_its_feed()
    {
        using var host = await ActorHost.StartAsync();
        await host.SendAsync(new CreateFolder(FolderName.Create("a")));
        var feed = host.Feeds.Acquire(ActorHost.Alice, await host.OpenAsync("a"), out _);

        await host.SendAsync(new DeleteFolder(FolderName.Create("a")));

        Assert.True(feed.IsGone);
    }

    [Fact]
    public async Task Recent_messages_are_claimed_once_also_over_a_restart()
    {
        using var host = await ActorHost.StartAsync(new PersistenceOptions { SnapshotOnStopAfterEvents = 0 });
        await host.SendAsync(await host.AppendOneAsync());
        var location = await host.OpenAsync("INBOX");

        Assert.Equal(1u, location.Recent.ClaimFrom(location.Index.UidNext));
        Assert.Equal(0, (await host.SendAsync(new ListFolders())).Folders[0].Recent);
        await host.SendAsync(await host.AppendOneAsync());
        await host.StopAsync();

        Assert.Equal(1, (await host.SendAsync(new ListFolders())).Folders[0].Recent);
        Assert.Equal(2u, (await host.OpenAsync("INBOX")).Recent.From);
    }

    [Fact]
    public async Task Released_bodies_are_told_to_the_store_before_a_snapshot_covers_their_removal()
    {
        using var host = await ActorHost.StartAsync(new PersistenceOptions { SnapshotOnStopAfterEvents = 0 });
        await host.SendAsync(await host.AppendOneAsync());
        var inbox = await host.OpenAsync("INBOX");
        await host.SendAsync(new ExpungeMessages(inbox.Index.Id, OnlyDeleted: false));
        host.Crash();
        Assert.Single((await host.SendAsync(new InspectAccount())).Released);

        await host.SendAsync(new SetSubscription(FolderName.Create("x"), true));
        await host.StopAsync();

        Assert.Empty((await host.SendAsync(new InspectAccount())).Released);
        Assert.Equal(1, host.Bodies.Collect(DateTimeOffset.MaxValue));
    }

    [Fact]
    public async Task Many_commands_at_once_are_all_answered_in_order()
    {
        using var host = await ActorHost.StartAsync();
        var commands = new List<AppendMessages>();
        for (var i = 0; i < 500; i++)
            commands.Add(await host.AppendOneAsync());

        var results = await Task.WhenAll(commands.Select(command => host.SendAsync(command).AsTask()));

        Assert.Equal(Enumerable.Range(1, 500), results.Select(result => (int)result.Uids.Min));
        Assert.True((await host.Journal.GetHighestSequenceNrAsync(new PersistenceId("alice@example.com"), default)).Value < 400);
    }

    [Fact]
    public async Task The_whole_state_is_the_same_after_a_crash()
    {
        using var host = await ActorHost.StartAsync(new PersistenceOptions { SnapshotAfterEvents = 7 });
        for (var i = 0; i < 20; i++)
        {
            await host.SendAsync(await host.AppendOneAsync());
            await host.SendAsync(new CreateFolder(FolderName.Create($"f{i}")));
        }

        var before = await host.SendAsync(new InspectAccount());
        host.Crash();
        var after = await host.SendAsync(new InspectAccount());

        Assert.Equal(
            before.Folders.Select(folder => (folder.Name, folder.Index.Id, folder.Index.Version, folder.Index.HighestModSeq)),
            after.Folders.Select(folder => (folder.Name, folder.Index.Id, folder.Index.Version, folder.Index.HighestModSeq)));
    }

    private sealed class CountingListener : IFolderListener
    {
        public int Count { get; private set; }

        public void OnFolderChanged(FolderFeed feed) => Count++;
    }
}
