using System.Buffers;
using Google.Protobuf;
using MailCluster.Cluster;
using MailCluster.Mailboxes.Stored;
using MailCluster.Mailboxes.Tests.Actor;
using MailCluster.Mailboxes.Tests.Rules;
using MailCluster.Persistence;
using MailCluster.Testing;

namespace MailCluster.Mailboxes.Tests.Levels;

/// <summary>What an account writes while nodes of the release before may get it, and what it makes of what a later release has written.</summary>
public sealed class LevelActorTests
{
    private static readonly PersistenceId Alice = new(ActorHost.Alice.Value);
    private readonly SettableLevel _level = new(FeatureLevel.Mail);

    [Fact]
    public async Task Nothing_is_journaled_that_the_release_before_cannot_read_whoever_asks()
    {
        using var host = await ActorHost.StartAsync(level: _level);
        await host.SendAsync(new ListFolders());
        var before = await HighestAsync(host);

        await RefusedAsync(host, new SetQuota(1_000, null));
        await RefusedAsync(host, new PutScript(ScriptName.Create("main"), [.. "keep;"u8]));
        await RefusedAsync(
            host,
            DeliverMessage.Into(new Filing(FolderName.Inbox, await host.NewMessageAsync())) with
            {
                Marks = [new DeliveryMark(MarkKey.Of("x", "y"), host.Time.GetUtcNow().AddDays(1))],
            });
        Assert.Equal(before, await HighestAsync(host));

        // What it does is what counts, not what it is called.
        await host.SendAsync(DeliverMessage.Into(new Filing(FolderName.Inbox, await host.NewMessageAsync())));
        Assert.Equal(before.Next, await HighestAsync(host));

        _level.Current = FeatureLevel.Filtering;
        await host.SendAsync(new SetQuota(1_000, null));
        Assert.Equal(1_000, (await host.SendAsync(new DescribeQuota())).StorageLimit);
    }

    [Fact]
    public async Task What_the_user_database_says_of_quotas_counts_and_is_journaled_when_all_can_read_it()
    {
        var directory = new OneAnswer(QuotaRules.None with { Messages = 2 });
        using var host = await ActorHost.StartAsync(directory: directory, level: _level);
        await host.SendAsync(new ListFolders());
        var before = await HighestAsync(host);
        await host.SendAsync(await host.AppendOneAsync());
        Assert.Equal(before.Next, await HighestAsync(host));
        Assert.DoesNotContain(await EventsAsync(host), e => e is QuotaChanged);
        Assert.Equal(2, (await host.SendAsync(new DescribeQuota())).MessagesLimit);

        _level.Current = FeatureLevel.Filtering;
        await host.SendAsync(await host.AppendOneAsync());
        Assert.Single(await EventsAsync(host), e => e is QuotaChanged);
        var refused = await Assert.ThrowsAsync<MailboxRefusedException>(async () => await host.SendAsync(await host.AppendOneAsync()));
        Assert.Equal(RefusalReason.OverQuota, refused.Reason);
    }

    [Fact]
    public async Task Nobody_is_warned_while_the_warning_cannot_be_noted()
    {
        var watcher = new Watcher();
        using var host = await ActorHost.StartAsync(
            quota: new QuotaOptions { Rules = QuotaRules.None with { Messages = 4 }, Thresholds = [50] }, watcher: watcher, level: _level);
        for (var i = 0; i < 3; i++)
            await host.SendAsync(await host.AppendOneAsync());
        Assert.Equal(0, watcher.Heard);

        _level.Current = FeatureLevel.Filtering;
        await host.SendAsync(await host.AppendOneAsync());
        Assert.Equal(1, watcher.Heard);
    }

    [Fact]
    public async Task An_event_of_a_later_release_makes_the_account_unavailable_and_is_not_skipped()
    {
        using var host = await ActorHost.StartAsync();
        await host.SendAsync(await host.AppendOneAsync());
        var end = await HighestAsync(host);
        var batch = new ChangeBatch { Changes = { new Change { OriginSequenceNr = 9, TimeMs = 1, Events = { OfALaterRelease() } } } };
        await host.Journal.AppendAsync(
            new JournalWrite(Alice, end, host.Generation, batch.ToByteArray(), host.Time.GetUtcNow(), Durability.Disk), default);
        host.Crash();

        var failed = await Assert.ThrowsAsync<RecoveryFailedException>(async () => await host.SendAsync(await host.AppendOneAsync()));
        Assert.Contains("a later release wrote it", failed.InnerException!.Message, StringComparison.Ordinal);
        Assert.Equal(end.Next, await HighestAsync(host));
        Assert.Equal(RefusalReason.Unavailable, AskFailures.Refusal(failed)!.Reason);
    }

    [Fact]
    public void A_snapshot_of_a_later_level_is_not_used()
    {
        var mailbox = new MailboxDriver();
        mailbox.Append("INBOX", 2);
        Assert.Equal(2, Read(FeatureLevel.Newest).Messages);
        Assert.Equal(2, Read(FeatureLevel.Mail).Messages);
        var refused = Assert.Throws<InvalidDataException>(() => Read(FeatureLevel.Newest + 1));
        Assert.Contains($"feature level {FeatureLevel.Newest + 1}; this one reads up to level {FeatureLevel.Newest}", refused.Message, StringComparison.Ordinal);

        MailboxState Read(int level) => MailboxSnapshot.Read(
            new Snapshot(new SequenceNr(1), [.. MailboxSnapshot.Write(mailbox.State, null, _ => 1, level).Changed]), (_, _) => { });
    }

    /// <summary>An event with nothing but field 1000, as a reader of this release has it.</summary>
    private static Event OfALaterRelease()
    {
        var e = Event.Parser.ParseFrom([0xC2, 0x3E, 0x00]);
        Assert.Equal((Event.KindOneofCase.None, 3), (e.KindCase, e.CalculateSize()));
        return e;
    }

    private static async Task RefusedAsync<TResult>(ActorHost host, MailboxCommand<TResult> command)
    {
        var refused = await Assert.ThrowsAsync<MailboxRefusedException>(async () => await host.SendAsync(command));
        Assert.Equal(RefusalReason.Unavailable, refused.Reason);
        Assert.Contains("before all nodes run a release that knows of it", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<SequenceNr> HighestAsync(ActorHost host) => await host.Journal.GetHighestSequenceNrAsync(Alice, default);

    private static async Task<List<MailboxEvent>> EventsAsync(ActorHost host)
    {
        var events = new List<MailboxEvent>();
        await foreach (var entry in host.Journal.ReplayAsync(Alice, SequenceNr.Zero, default))
            events.AddRange(EventCodec.Decode(entry.Payload).SelectMany(change => change.Events));
        return events;
    }

    private sealed class OneAnswer(QuotaRules rules) : IQuotaDirectory
    {
        public ValueTask<QuotaRules?> FindAsync(AccountId account, CancellationToken cancellationToken) => new(rules);
    }

    private sealed class Watcher : IQuotaWatcher
    {
        public int Heard { get; private set; }

        public void OnLevel(QuotaLevel level) => Heard++;
    }
}
