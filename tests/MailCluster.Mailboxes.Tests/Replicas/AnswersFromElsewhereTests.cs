using System.Runtime.CompilerServices;
using MailCluster.Bodies;
using MailCluster.Cluster;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Mailboxes.Tests.Replicas;

/// <summary>What a node's client makes of what the account's owner, another node, says or fails with.</summary>
public sealed class AnswersFromElsewhereTests
{
    private static readonly AccountId Alice = AccountId.Create("alice@example.com");
    private static readonly MailboxOptions Options = new();

    [Fact]
    public async Task What_was_carried_out_is_answered_also_when_the_folder_cannot_be_followed()
    {
        var time = new ManualTimeProvider();
        var feeds = new FolderFeedTable();
        var folder = new FolderId(Guid.NewGuid());
        var feed = feeds.Acquire(Alice, new FolderPlace(folder, 1, 1, new ModSeq(1), 1));
        var appended = new AppendResult(folder, 1, UidSet.Of(1), new ModSeq(2));
        var elsewhere = new Elsewhere(new RemoteAnswer(appended, [new FolderMark(folder, appended.ModSeq)]));
        using var replicas = new FolderReplicas(elsewhere, feeds, Options, time, NullLoggerFactory.Instance);
        var client = new MailboxClient(elsewhere, feeds, replicas, Options, time);

        var sent = client.SendAsync(Alice, Append(), CommandContext.None, default).AsTask();
        Assert.False(sent.IsCompleted);
        time.Advance(Options.CommandTimeout);

        Assert.Equal(appended, await sent);
        Assert.Equal(0, feed.Current.Exists);
    }

    [Fact]
    public async Task A_node_that_was_lost_with_a_command_is_a_refusal_and_no_bug()
    {
        var lost = new Elsewhere(new OutcomeUnknownException(new EntityId(Alice.Value), "node2"));
        var feeds = new FolderFeedTable();
        using var replicas = new FolderReplicas(lost, feeds, Options, TimeProvider.System, NullLoggerFactory.Instance);
        var client = new MailboxClient(lost, feeds, replicas, Options, TimeProvider.System);

        var refusal = await Assert.ThrowsAsync<MailboxRefusedException>(
            async () => await client.SendAsync(Alice, Append(), CommandContext.None, default));

        Assert.Equal(RefusalReason.Unavailable, refusal.Reason);
    }

    private static AppendMessages Append() => new(
        FolderName.Inbox,
        [new NewMessage(new EmailId(Guid.NewGuid()), new BodyRef(1), 100, InternalDate.FromPacked(0), SystemFlags.None, [])]);

    /// <summary>Another node that answers each message alike, and publishes nothing.</summary>
    private sealed class Elsewhere(object answer) : IMailboxRegion
    {
        public event Action<ShardId>? HomeChanged
        {
            add { }
            remove { }
        }

        public ValueTask<TReply> AskAsync<TReply>(EntityId entity, object message, TimeSpan timeout, CancellationToken cancellationToken) =>
            answer is Exception failure ? ValueTask.FromException<TReply>(failure) : ValueTask.FromResult((TReply)answer);

        public async IAsyncEnumerable<ReadOnlyMemory<byte>> SubscribeAsync(
            EntityId entity, ReadOnlyMemory<byte> subscription, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            yield break;
        }

        public bool IsHere(EntityId entity) => false;

        public ShardId ShardOf(EntityId entity) => new(0);
    }
}
