using System.Buffers;
using System.Runtime.CompilerServices;
using MailCluster.Actors;
using MailCluster.Cluster;
using MailCluster.Cluster.Peers;
using MailCluster.Mailboxes;
using MailCluster.Mailboxes.Wire;
using MailCluster.Persistence;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Testing.Clusters;

/// <summary>One node of a <see cref="MailboxCluster"/>.</summary>
public sealed class MailboxNode : IMailboxRegion, IAsyncDisposable
{
    private readonly MailboxCluster _cluster;
    private readonly ActorSystem _system;
    private readonly PersistenceContext _persistence;
    private readonly FolderReplicas _replicas;
    private readonly MailboxPublisher _publisher;
    private readonly MailboxCodec _codec = new();
    private readonly CancellationTokenSource _killed = new();
    private readonly Lock _taking = new();
    private int _remoteAsks;

    internal MailboxNode(MailboxCluster cluster, int number, WriterGeneration generation, MailboxOptions options)
    {
        _cluster = cluster;
        Number = number;
        Generation = generation;
        _system = new ActorSystem(cluster.Time, NullLoggerFactory.Instance);
        var persistence = new PersistenceOptions { HoldMax = options.CommandTimeout };
        _persistence = new PersistenceContext(
            _system, cluster.Journal, cluster.Snapshots, generation, persistence, cluster.Time, NullLoggerFactory.Instance, _ => { });
        var services = new MailboxServices(_persistence, cluster.Bodies, Feeds, options, cluster.Time);
        Region = MailboxClient.CreateRegion(services, shardCount: 1, new LocalShardAllocation(), new ShardRegionOptions(), NullLoggerFactory.Instance);
        _publisher = new MailboxPublisher(this, Feeds, options);
        _replicas = new FolderReplicas(this, Feeds, options, cluster.Time, NullLoggerFactory.Instance);
        Client = new MailboxClient(this, Feeds, _replicas, options, cluster.Time);
    }

    public event Action<ShardId>? HomeChanged;

    public int Number { get; }

    public FolderFeedTable Feeds { get; } = new();

    public IMailboxClient Client { get; }

    /// <summary>Messages that this node has sent to others.</summary>
    public int RemoteAsks => Volatile.Read(ref _remoteAsks);

    internal WriterGeneration Generation { get; }

    internal ShardRegion Region { get; }

    public bool IsHere(EntityId entity) => _cluster.IsOwner(this);

    public ShardId ShardOf(EntityId entity) => new(0);

    public async ValueTask<TReply> AskAsync<TReply>(EntityId entity, object message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, _cluster.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            while (true)
            {
                var ownership = await _cluster.OwnerAsync(either.Token);
                if (ownership.Owner == this)
                {
                    if (TryTake<TReply>(entity, message, timeout, cancellationToken, out var here))
                        return await here;
                    continue;
                }

                try
                {
                    if (await AskOwnerAsync(ownership.Owner!, entity, message, timeout, either.Token) is { } answer)
                        return (TReply)answer;
                }
                catch (PeerLostException) when (_codec.MayBeRepeated(message))
                {
                    // To the next owner.
                    await ownership.Changed.WaitAsync(either.Token);
                }
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new AskTimeoutException(message, timeout);
        }
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> SubscribeAsync(
        EntityId entity, ReadOnlyMemory<byte> subscription, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ownership = await _cluster.OwnerAsync(cancellationToken);
        if (ownership.Owner == this)
            yield break;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ownership.Ended, cancellationToken);
        var items = ownership.Owner!._publisher.PublishAsync(entity, subscription, either.Token).GetAsyncEnumerator(either.Token);
        await using (items)
        {
            while (await NextAsync(items, ownership.Ended))
            {
                await _cluster.Streams.PassAsync(cancellationToken);
                if (ownership.Ended.IsCancellationRequested)
                    yield break;
                yield return items.Current;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _replicas.Dispose();
        if (!_killed.IsCancellationRequested)
            await Region.DisposeAsync();
        _persistence.Dispose();
        _system.Dispose();
        _killed.Dispose();
    }

    internal void RaiseHomeChanged() => HomeChanged?.Invoke(new ShardId(0));

    internal Task StopEntitiesAsync()
    {
        // Whoever saw this node as the owner has handed in its message.
        lock (_taking)
            return Region.EntitiesActive == 0 ? Task.CompletedTask : Region.HandOffAsync(new ShardId(0));
    }

    internal void Kill() => _killed.Cancel();

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<ReadOnlyMemory<byte>> items, CancellationToken ended)
    {
        try
        {
            return await items.MoveNextAsync();
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Null: that node has the accounts no more.</summary>
    private async ValueTask<object?> AskOwnerAsync(
        MailboxNode owner, EntityId entity, object message, TimeSpan timeout, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _remoteAsks);
        var request = new ArrayBufferWriter<byte>();
        _codec.WriteMessage(message, request);
        if (await owner.ServeAsync(entity, request.WrittenMemory, timeout, cancellationToken) is not var (isReply, bytes))
            return null;
        await _cluster.Replies.PassAsync(cancellationToken);
        if (owner._killed.IsCancellationRequested)
            throw Lost(owner);
        return isReply ? _codec.ReadReply(bytes) : throw _codec.ReadFailure(bytes);
    }

    private async ValueTask<(bool IsReply, ReadOnlyMemory<byte> Bytes)?> ServeAsync(
        EntityId entity, ReadOnlyMemory<byte> request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var answer = new ArrayBufferWriter<byte>();
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _killed.Token);
            if (!TryTake<object>(entity, _codec.ReadMessage(request), timeout, either.Token, out var reply))
                return null;
            _codec.WriteReply(await reply, answer);
            return (true, answer.WrittenMemory);
        }
        catch (Exception) when (_killed.IsCancellationRequested)
        {
            throw Lost(this);
        }
        catch (Exception e) when (_codec.TryWriteFailure(e, answer))
        {
            return (false, answer.WrittenMemory);
        }
    }

    /// <summary>Takes the message while this node has the accounts, and not after.</summary>
    private bool TryTake<TReply>(
        EntityId entity, object message, TimeSpan timeout, CancellationToken cancellationToken, out ValueTask<TReply> reply)
    {
        lock (_taking)
        {
            reply = default;
            if (!_cluster.IsOwner(this))
                return false;
            reply = Region.AskAsync<TReply>(entity, message, timeout, cancellationToken);
            return true;
        }
    }

    private static PeerLostException Lost(MailboxNode node) => new("node" + node.Number, PeerFailure.ProcessGone, "killed");
}
