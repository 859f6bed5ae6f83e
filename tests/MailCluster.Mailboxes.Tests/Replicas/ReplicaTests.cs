using MailCluster.Bodies;
using MailCluster.Mailboxes.Tests.Rules;
using MailCluster.Testing.Clusters;

namespace MailCluster.Mailboxes.Tests.Replicas;

/// <summary>Sessions on nodes that do not have the account see what its owner committed, whoever that is.</summary>
public sealed class ReplicaTests
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(30);
    private static readonly AccountId Alice = AccountId.Create("alice@example.com");
    private ulong _bodies;

    [Fact]
    public async Task A_command_that_returns_is_seen_in_the_replica()
    {
        await using var cluster = await MailboxCluster.StartAsync(2);
        var (owner, other) = (cluster.Nodes[0], cluster.Nodes[1]);
        using var here = await OpenAsync(owner);
        using var there = await OpenAsync(other);

        var appended = await SendAsync(other, Append(3));
        Assert.Equal((3, appended.ModSeq), (there.Feed.Current.Exists, there.Feed.Current.HighestModSeq));
        await SendAsync(other, new StoreFlags(here.Feed.Id, UidSet.Of(2), FlagOperation.Add, SystemFlags.Seen, ["todo"]));
        Assert.Equal(SystemFlags.Seen, there.Feed.Current.FlagsAt(1));
        await SendAsync(other, new ExpungeMessages(here.Feed.Id, UidSet.Of(1), OnlyDeleted: false));

        Assert.Equal(StateText.Of(here.Feed.Current), StateText.Of(there.Feed.Current));
        Assert.Equal(2, there.Feed.Current.Exists);
    }

    [Fact]
    public async Task A_store_that_changes_nothing_waits_for_the_change_it_saw()
    {
        await using var cluster = await MailboxCluster.StartAsync(2);
        await SendAsync(cluster.Nodes[0], Append(1));
        using var there = await OpenAsync(cluster.Nodes[1]);
        cluster.Streams.Close();
        var store = new StoreFlags(there.Feed.Id, UidSet.Of(1), FlagOperation.Add, SystemFlags.Seen, []);
        await SendAsync(cluster.Nodes[0], store);

        var again = SendAsync(cluster.Nodes[1], store);
        Assert.Equal(SystemFlags.None, there.Feed.Current.FlagsAt(0));
        cluster.Streams.Open();

        Assert.True((await again.AsTask().WaitAsync(PatienceMax)).Changed.IsEmpty);
        Assert.Equal(SystemFlags.Seen, there.Feed.Current.FlagsAt(0));
    }

    [Fact]
    public async Task Sessions_of_a_node_share_a_replica_and_the_last_one_ends_it()
    {
        await using var cluster = await MailboxCluster.StartAsync(2);
        var first = await OpenAsync(cluster.Nodes[1]);
        var second = await OpenAsync(cluster.Nodes[1]);
        Assert.Same(first.Feed, second.Feed);
        Assert.Equal(1, cluster.Nodes[0].Feeds.Count);
        var replica = first.Feed.Replica!;

        first.Dispose();
        Assert.True(replica.IsRunning);
        second.Dispose();
        await replica.Completion.WaitAsync(PatienceMax);

        Assert.Equal((0, 0), (cluster.Nodes[0].Feeds.Count, cluster.Nodes[1].Feeds.Count));
    }

    [Fact]
    public async Task Deleting_renaming_and_purging_are_seen_when_they_return()
    {
        await using var cluster = await MailboxCluster.StartAsync(2);
        var other = cluster.Nodes[1];
        var old = FolderName.Create("Old");
        await SendAsync(other, new CreateFolder(old));
        await SendAsync(other, Append(2));
        using var inbox = await OpenAsync(other);
        using var deleted = await other.Client.OpenFolderAsync(Alice, old, takeRecent: false, default);

        await SendAsync(other, new RenameFolder(FolderName.Inbox, FolderName.Create("Moved")));
        Assert.Equal(0, inbox.Feed.Current.Exists);
        await SendAsync(other, new DeleteFolder(old));
        Assert.True(deleted.Feed.IsGone);
        await SendAsync(other, new PurgeAccount());
        Assert.True(inbox.Feed.IsGone);
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_refused_as_on_its_own_node()
    {
        await using var cluster = await MailboxCluster.StartAsync(2);

        var refusal = await Assert.ThrowsAsync<MailboxRefusedException>(async () =>
            await cluster.Nodes[1].Client.OpenFolderAsync(Alice, FolderName.Create("none"), takeRecent: true, default));

        Assert.Equal(RefusalReason.NonExistent, refusal.Reason);
        Assert.Equal(0, cluster.Nodes[1].Feeds.Count);
    }

    [Fact]
    public async Task A_slow_node_is_sent_the_newest_version_and_none_in_between()
    {
        await using var cluster = await MailboxCluster.StartAsync(2);
        using var there = await OpenAsync(cluster.Nodes[1]);
        var versions = new VersionCounter();
        there.Feed.AddListener(versions);
        cluster.Streams.Close();
        for (var i = 0; i < 50; i++)
            await SendAsync(cluster.Nodes[0], Append(1));
        var last = SendAsync(cluster.Nodes[1], Append(1)).AsTask();
        cluster.Streams.Open();
        await last.WaitAsync(PatienceMax);

        Assert.Equal(51, there.Feed.Current.Exists);
        Assert.InRange(versions.Count, 1, 4);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_open_folder_follows_to_the_next_owner_and_to_this_node_and_away_again(bool killed)
    {
        await using var cluster = await MailboxCluster.StartAsync(4);
        await SendAsync(cluster.Nodes[1], Append(5));
        using var watched = await OpenAsync(cluster.Nodes[1]);
        foreach (var next in new[] { 2, 1, 3 })
        {
            await MoveAsync(cluster, next, killed);
            var appended = await SendAsync(cluster.Nodes[3], Append(1));
            await watched.Feed.ReachAsync(appended.ModSeq, default).WaitAsync(PatienceMax);
        }

        Assert.Equal(8, watched.Feed.Current.Exists);
        using var owners = await OpenAsync(cluster.Nodes[3]);
        Assert.Equal(StateText.Of(owners.Feed.Current), StateText.Of(watched.Feed.Current));
    }

    [Fact]
    public async Task What_was_committed_and_not_sent_before_the_owner_died_comes_from_the_next()
    {
        await using var cluster = await MailboxCluster.StartAsync(3);
        using var there = await OpenAsync(cluster.Nodes[1]);
        using var elsewhere = await OpenAsync(cluster.Nodes[2]);
        cluster.Streams.Close();
        var appended = await SendAsync(cluster.Nodes[0], Append(1));
        await cluster.KillOwnerAsync(to: 2);
        cluster.Streams.Open();

        // Nobody sends anything: the new owner wakes for its own session, and tells the other's.
        await elsewhere.Feed.ReachAsync(appended.ModSeq, default).WaitAsync(PatienceMax);
        await there.Feed.ReachAsync(appended.ModSeq, default).WaitAsync(PatienceMax);
    }

    [Fact]
    public async Task A_folder_deleted_while_nobody_could_tell_is_gone()
    {
        await using var cluster = await MailboxCluster.StartAsync(3);
        var name = FolderName.Create("Old");
        await SendAsync(cluster.Nodes[0], new CreateFolder(name));
        using var there = await cluster.Nodes[1].Client.OpenFolderAsync(Alice, name, takeRecent: false, default);
        using var next = await cluster.Nodes[2].Client.OpenFolderAsync(Alice, name, takeRecent: false, default);
        cluster.Streams.Close();
        await SendAsync(cluster.Nodes[0], new DeleteFolder(name));
        await cluster.KillOwnerAsync(to: 2);
        cluster.Streams.Open();

        await there.Feed.ReachAsync(new ModSeq(long.MaxValue), default).WaitAsync(PatienceMax);
        await next.Feed.ReachAsync(new ModSeq(long.MaxValue), default).WaitAsync(PatienceMax);
        Assert.True(there.Feed.IsGone && next.Feed.IsGone);
    }

    [Fact]
    public async Task A_message_is_recent_to_one_session_of_all_nodes()
    {
        await using var cluster = await MailboxCluster.StartAsync(3);
        await SendAsync(cluster.Nodes[0], Append(3));
        using var first = await OpenAsync(cluster.Nodes[1], takeRecent: true);
        using var second = await OpenAsync(cluster.Nodes[2], takeRecent: true);
        using var third = await OpenAsync(cluster.Nodes[0], takeRecent: true);
        Assert.Equal(("1:3", "", ""), (first.Recent.ToString(), second.Recent.ToString(), third.Recent.ToString()));

        var told = UidSet.Empty;
        for (var i = 0; i < 30; i++)
        {
            if (i % 10 == 9)
                await cluster.HandOverAsync(to: i / 10);
            var appended = await SendAsync(cluster.Nodes[i % 3], Append(1));
            foreach (var session in new[] { first, second, third })
            {
                await session.Feed.ReachAsync(appended.ModSeq, default).WaitAsync(PatienceMax);
                var claimed = session.Feed.ClaimRecent(session.Feed.Current.UidNext);
                Assert.True(told.Intersect(claimed).IsEmpty, $"{claimed} told again");
                told = told.Union(claimed);
            }
        }

        Assert.Equal("4:33", told.ToString());
        Assert.Equal(0, (await SendAsync(cluster.Nodes[1], new DescribeFolder(FolderName.Inbox))).Recent);
    }

    [Fact]
    public async Task Commands_get_an_id_and_run_once_when_their_node_dies_under_them()
    {
        await using var cluster = await MailboxCluster.StartAsync(2, options: new MailboxOptions());
        await SendAsync(cluster.Nodes[1], new ListFolders());
        cluster.Replies.Close();
        var append = cluster.Nodes[1].Client.SendAsync(Alice, Append(1), CommandContext.None, default).AsTask();
        while (cluster.Journal.Writes < 2)
            await Task.Yield();
        await cluster.KillOwnerAsync(to: 1);
        cluster.Replies.Open();

        Assert.Equal("1", (await append.WaitAsync(PatienceMax)).Uids.ToString());
        using var inbox = await OpenAsync(cluster.Nodes[1]);
        Assert.Equal(1, inbox.Index.Exists);
    }

    private static async Task MoveAsync(MailboxCluster cluster, int to, bool killed)
    {
        // The watching session is on node 1, which lives.
        if (killed && !cluster.Nodes[1].IsHere(new Cluster.EntityId(Alice.Value)))
            await cluster.KillOwnerAsync(to);
        else
            await cluster.HandOverAsync(to);
    }

    private static ValueTask<OpenedFolder> OpenAsync(MailboxNode node, bool takeRecent = false) =>
        node.Client.OpenFolderAsync(Alice, FolderName.Inbox, takeRecent, default);

    private static ValueTask<TResult> SendAsync<TResult>(MailboxNode node, MailboxCommand<TResult> command) =>
        node.Client.SendAsync(Alice, command, new CommandContext(new CommandId(Guid.NewGuid()), "s", "test", ""), default);

    private AppendMessages Append(int count) => new(
        FolderName.Inbox,
        [.. Enumerable.Range(0, count).Select(_ => new NewMessage(
            new EmailId(Guid.NewGuid()), new BodyRef(++_bodies), 100, InternalDate.FromPacked(0), SystemFlags.None, []))]);

    private sealed class VersionCounter : IFolderListener
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void OnFolderChanged(FolderFeed feed) => Interlocked.Increment(ref _count);
    }
}
