namespace MailCluster.Cluster.Membership.InMemory;

/// <summary>
/// One node's access to <see cref="InMemoryClusterTables"/>. Complete; a test makes it fail, wait or miss notices through its own
/// <see cref="Faults"/>, so that one node can be cut off from the store while the others are not.
/// </summary>
public sealed class InMemoryClusterStore(InMemoryClusterTables tables) : IClusterStore
{
    /// <summary>A store of its own tables, for a test of one node.</summary>
    public InMemoryClusterStore(TimeProvider time, int shardCount)
        : this(new InMemoryClusterTables(time, shardCount))
    {
    }

    public ClusterStoreFaults Faults { get; } = new();

    public ValueTask<Generation> JoinAsync(MemberRegistration registration, TimeSpan lease, CancellationToken cancellationToken) =>
        CallAsync(() => tables.Join(registration, lease), cancellationToken);

    public ValueTask<bool> RenewAsync(Generation generation, TimeSpan lease, CancellationToken cancellationToken) =>
        CallAsync(() => tables.Renew(generation, lease), cancellationToken);

    public async ValueTask LeaveAsync(Generation generation, CancellationToken cancellationToken) => await CallAsync(
        () =>
        {
            tables.Leave(generation);
            return true;
        },
        cancellationToken);

    public ValueTask<bool> MarkDeadAsync(Generation generation, bool onlyIfExpired, CancellationToken cancellationToken) =>
        CallAsync(() => tables.MarkDead(generation, onlyIfExpired), cancellationToken);

    public ValueTask<IReadOnlyList<ShardId>> ClaimAsync(Generation claimant, int max, CancellationToken cancellationToken) =>
        CallAsync(() => tables.Claim(claimant, max), cancellationToken);

    public async ValueTask ReleaseAsync(Generation owner, ShardId shard, Generation successor, CancellationToken cancellationToken) => await CallAsync(
        () =>
        {
            tables.Release(owner, shard, successor);
            return true;
        },
        cancellationToken);

    public ValueTask<int> RaiseLevelAsync(CancellationToken cancellationToken) => CallAsync(tables.RaiseLevel, cancellationToken);

    public ValueTask<ClusterMap> ReadAsync(CancellationToken cancellationToken) => CallAsync(tables.Read, cancellationToken);

    public IAsyncDisposable Watch(Action changed) => new Watching(tables.Watch(() =>
    {
        if (!Faults.Unavailable && !Faults.MissesNotices)
        {
            changed();
        }
    }));

    private async ValueTask<T> CallAsync<T>(Func<T> call, CancellationToken cancellationToken)
    {
        await Faults.BeforeAsync(tables.Time, cancellationToken);
        var result = call();
        await Faults.AfterAsync(tables.Time, cancellationToken);
        return result;
    }

    private sealed class Watching(IDisposable watcher) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            watcher.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>What the calls of one <see cref="InMemoryClusterStore"/> suffer. May be changed at any time, from any thread.</summary>
public sealed class ClusterStoreFaults
{
    private int _losesAnswers;

    /// <summary>Calls fail at once, and no notice arrives.</summary>
    public bool Unavailable { get; set; }

    /// <summary>Changes are not told.</summary>
    public bool MissesNotices { get; set; }

    /// <summary>Each call waits so long before it is carried out, and again before it answers.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>The next call is carried out and fails all the same: its answer is lost.</summary>
    public void LoseNextAnswer() => Interlocked.Increment(ref _losesAnswers);

    internal async ValueTask BeforeAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Delay > TimeSpan.Zero)
        {
            await Task.Delay(Delay, time, cancellationToken);
        }

        ThrowIfUnavailable();
    }

    internal async ValueTask AfterAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        if (Delay > TimeSpan.Zero)
        {
            await Task.Delay(Delay, time, cancellationToken);
        }

        ThrowIfUnavailable();
        if (Volatile.Read(ref _losesAnswers) > 0 && Interlocked.Decrement(ref _losesAnswers) >= 0)
        {
            throw new ClusterStoreUnavailableException("The answer was lost.");
        }
    }

    private void ThrowIfUnavailable()
    {
        if (Unavailable)
        {
            throw new ClusterStoreUnavailableException("The store cannot be reached.");
        }
    }
}
