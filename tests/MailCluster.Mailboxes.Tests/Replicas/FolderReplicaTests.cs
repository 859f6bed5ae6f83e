using System.Runtime.CompilerServices;
using MailCluster.Cluster;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Mailboxes.Tests.Replicas;

/// <summary>When a replica asks again at once, and when after a pause. The clock stands still: a pause never ends.</summary>
public sealed class FolderReplicaTests
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(30);
    private static readonly AccountId Alice = AccountId.Create("alice@example.com");
    private static readonly FolderId Folder = new(Guid.NewGuid());

    [Fact]
    public async Task An_account_that_came_and_left_again_is_followed_at_once()
    {
        // To this node while nothing was published yet, and to the next one before its actor here was awake.
        var region = new WanderingRegion(
            onSubscribed: static region => region.IsOwner = true,
            onAsked: static region => region.IsOwner = false);
        var feed = new FolderFeed(Alice, FolderIndex.Create(Folder, 1), new RecentMarker(1));
        using var replica = new FolderReplica(feed, region, new MailboxOptions(), new ManualTimeProvider(), NullLogger.Instance);

        replica.Start();

        await region.SubscribedAgain.WaitAsync(PatienceMax);
    }

    /// <summary>Publishes nothing the first time, and from then on goes on for ever.</summary>
    private sealed class WanderingRegion(Action<WanderingRegion> onSubscribed, Action<WanderingRegion> onAsked) : IMailboxRegion
    {
        private readonly TaskCompletionSource _subscribedAgain = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _subscriptions;

        public event Action<ShardId>? HomeChanged
        {
            add { }
            remove { }
        }

        public bool IsOwner { get; set; }

        public Task SubscribedAgain => _subscribedAgain.Task;

        public ValueTask<TReply> AskAsync<TReply>(EntityId entity, object message, TimeSpan timeout, CancellationToken cancellationToken)
        {
            onAsked(this);
            return ValueTask.FromResult((TReply)(object)new RemoteAnswer(new FolderPlace(Folder, 1, 1, new ModSeq(1), 1), []));
        }

        public async IAsyncEnumerable<ReadOnlyMemory<byte>> SubscribeAsync(
            EntityId entity, ReadOnlyMemory<byte> subscription, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            onSubscribed(this);
            if (_subscriptions++ == 0)
                yield break;
            _subscribedAgain.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        public bool IsHere(EntityId entity) => IsOwner;

        public ShardId ShardOf(EntityId entity) => new(0);
    }
}
