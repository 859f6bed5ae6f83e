using MailCluster.Bodies;
using MailCluster.Testing;

namespace MailCluster.Mailboxes.Tests;

public sealed class MailboxClientTests
{
    private static readonly AccountId Alice = AccountId.Create("alice@example.com");

    [Fact]
    public async Task An_opened_folder_follows_every_change()
    {
        await using var mailboxes = await InMemoryMailboxes.StartAsync();
        using var inbox = await mailboxes.Client.OpenFolderAsync(Alice, FolderName.Inbox, takeRecent: true, default);

        var appended = await mailboxes.Client.SendAsync(Alice, Append(1), NewContext(), default);

        Assert.Equal(0, inbox.Index.Exists);
        Assert.Equal(1, inbox.Feed.Current.Exists);
        Assert.Equal(appended.ModSeq, inbox.Feed.Current.HighestModSeq);
        Assert.Equal(1u, inbox.Feed.ClaimRecent(inbox.Feed.Current.UidNext).Min);
    }

    [Fact]
    public async Task Two_sessions_share_one_feed_and_the_last_to_leave_ends_it()
    {
        await using var mailboxes = await InMemoryMailboxes.StartAsync();
        var first = await mailboxes.Client.OpenFolderAsync(Alice, FolderName.Inbox, takeRecent: false, default);
        var second = await mailboxes.Client.OpenFolderAsync(Alice, FolderName.Inbox, takeRecent: false, default);

        Assert.Same(first.Feed, second.Feed);
        first.Dispose();
        first.Dispose();
        Assert.Equal(1, mailboxes.Feeds.Count);
        second.Dispose();
        Assert.Equal(0, mailboxes.Feeds.Count);
    }

    [Fact]
    public async Task Hundreds_of_listeners_all_hear_of_the_last_change()
    {
        await using var mailboxes = await InMemoryMailboxes.StartAsync();
        using var inbox = await mailboxes.Client.OpenFolderAsync(Alice, FolderName.Inbox, takeRecent: false, default);
        var listeners = Enumerable.Range(0, 300).Select(_ => new LastSeen(exists: 20)).ToList();
        foreach (var listener in listeners)
            inbox.Feed.AddListener(listener);

        for (ulong body = 1; body <= 20; body++)
            await mailboxes.Client.SendAsync(Alice, Append(body), NewContext(), default);

        await Task.WhenAll(listeners.Select(listener => listener.Reached)).WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task An_append_whose_outcome_was_unknown_happens_once()
    {
        await using var mailboxes = await InMemoryMailboxes.StartAsync();
        await mailboxes.Client.SendAsync(Alice, new ListFolders(), CommandContext.None, default);
        mailboxes.Journal.Faults.FailNextAppendAfterStoring();

        var stored = await mailboxes.Client.SendAsync(Alice, Append(1), NewContext(), default);
        mailboxes.Journal.Faults.FailNextAppend();
        var notStored = await mailboxes.Client.SendAsync(Alice, Append(2), NewContext(), default);

        Assert.Equal(("1", "2"), (stored.Uids.ToString(), notStored.Uids.ToString()));
        using var inbox = await mailboxes.Client.OpenFolderAsync(Alice, FolderName.Inbox, takeRecent: false, default);
        Assert.Equal(2, inbox.Index.Exists);
    }

    [Fact]
    public async Task A_deletion_whose_outcome_was_unknown_reaches_those_who_have_the_folder_open()
    {
        await using var mailboxes = await InMemoryMailboxes.StartAsync();
        var folder = FolderName.Create("Old");
        await mailboxes.Client.SendAsync(Alice, new CreateFolder(folder), NewContext(), default);
        using var opened = await mailboxes.Client.OpenFolderAsync(Alice, folder, takeRecent: false, default);
        mailboxes.Journal.Faults.FailNextAppendAfterStoring();

        await mailboxes.Client.SendAsync(Alice, new DeleteFolder(folder), NewContext(), default);

        Assert.True(opened.Feed.IsGone);
    }

    [Fact]
    public async Task A_journal_that_stays_away_is_a_refusal_that_says_try_again()
    {
        var options = new MailboxOptions { CommandTimeout = TimeSpan.FromMilliseconds(200) };
        await using var mailboxes = await InMemoryMailboxes.StartAsync(options: options);
        await mailboxes.Client.SendAsync(Alice, new ListFolders(), CommandContext.None, default);
        for (var i = 0; i < 1000; i++)
            mailboxes.Journal.Faults.FailNextAppend();

        var refusal = await Assert.ThrowsAsync<MailboxRefusedException>(
            async () => await mailboxes.Client.SendAsync(Alice, Append(1), NewContext(), default));

        Assert.Equal(RefusalReason.Unavailable, refusal.Reason);
    }

    [Fact]
    public async Task Opening_what_is_not_there_is_refused()
    {
        await using var mailboxes = await InMemoryMailboxes.StartAsync();

        var refusal = await Assert.ThrowsAsync<MailboxRefusedException>(
            async () => await mailboxes.Client.OpenFolderAsync(Alice, FolderName.Create("none"), takeRecent: false, default));

        Assert.Equal(RefusalReason.NonExistent, refusal.Reason);
        Assert.Equal(0, mailboxes.Feeds.Count);
    }

    private sealed class LastSeen(int exists) : IFolderListener
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public void OnFolderChanged(FolderFeed feed)
        {
            if (feed.Current.Exists >= exists)
                _reached.TrySetResult();
        }
    }

    private static AppendMessages Append(ulong body) => new(
        FolderName.Inbox,
        [new NewMessage(new EmailId(Guid.NewGuid()), new BodyRef(body), 1, new InternalDate(DateTimeOffset.UnixEpoch), SystemFlags.None, [])]);

    private static CommandContext NewContext() => new(new CommandId(Guid.NewGuid()), "s", "test", "");
}
