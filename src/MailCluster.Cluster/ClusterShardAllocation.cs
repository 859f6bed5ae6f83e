using MailCluster.Cluster.Membership;

namespace MailCluster.Cluster;

/// <summary>What this node does with a shard that the map gives to it.</summary>
/// <remarks>
/// <code>
///   Kept ──hand-over begins──▶ Draining ──nothing of it is left here──▶ Releasing ──released, and a map read after that──▶ Kept
/// </code>
/// Only a Kept shard is here. In the others it has no home for this node until the map shows another: the map still names this node for
/// a while, and must not be believed.
/// </remarks>
internal enum ShardHold : byte
{
    Kept,
    Draining,
    Releasing,
}

/// <summary>
/// Where each shard of a cluster is, by the newest map, this node's lease, and what it is giving up. Where that is nowhere just now, those who ask
/// wait until it is known.
/// </summary>
public sealed class ClusterShardAllocation : IShardAllocation
{
    private readonly Lock _guard = new();
    private readonly ClusterMembership _membership;
    private readonly IClusterStore _store;
    private readonly Shard[] _shards;
    private ClusterMap _map = new(0, [], []);
    private bool _serving;

    internal ClusterShardAllocation(ClusterMembership membership, IClusterStore store, int shardCount)
    {
        _membership = membership;
        _store = store;
        _shards = new Shard[shardCount];
        membership.MapRead += Use;
        membership.LeaseChanged += UseLease;
    }

    /// <summary>Shards with another home than before, none included. Raised from any thread, without a lock held.</summary>
    internal event Action<ShardId>? HomeChanged;

    internal int ShardCount => _shards.Length;

    public async ValueTask<ShardHome> GetHomeAsync(ShardId shard, CancellationToken cancellationToken)
    {
        while (true)
        {
            AsyncEvent changed;
            lock (_guard)
            {
                if (TryFind(shard, out var home))
                {
                    return home;
                }

                changed = ChangeOf(shard);
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public bool TryGetHome(ShardId shard, out ShardHome home)
    {
        lock (_guard)
        {
            return TryFind(shard, out home);
        }
    }

    public async ValueTask ReleaseAsync(ShardId shard, CancellationToken cancellationToken)
    {
        Generation successor;
        lock (_guard)
        {
            ref var state = ref _shards[shard.Value];
            state.Hold = ShardHold.Releasing;
            state.ReleasedAtRead = long.MaxValue;
            successor = state.Successor;
        }

        // Until it is heard, however long: nobody else can take the shard while this generation lives. Once more does no harm, nothing of it is here.
        await _membership.RepeatAsync(
            async token =>
            {
                await _store.ReleaseAsync(_membership.Generation, shard, successor, token);
                return true;
            },
            cancellationToken);
        lock (_guard)
        {
            _shards[shard.Value].ReleasedAtRead = _membership.ReadsBegun;
        }

        await _membership.ReadAfterAsync(cancellationToken);
    }

    /// <summary>From now on the shard is not here, as far as its messages are concerned. False when it was not.</summary>
    internal bool BeginHandOver(ShardId shard, Generation successor)
    {
        AsyncEvent? changed;
        lock (_guard)
        {
            ref var state = ref _shards[shard.Value];
            if (!IsOurs(shard) || state.Hold != ShardHold.Kept)
            {
                return false;
            }

            state.Hold = ShardHold.Draining;
            state.Successor = successor;
            changed = TakeChange(ref state);
        }

        changed?.Set();
        HomeChanged?.Invoke(shard);
        return true;
    }

    /// <summary>The shards that the map gives to this node, and those of them that it is giving up.</summary>
    internal (List<ShardId> Kept, int GivenUp) Ours()
    {
        var kept = new List<ShardId>();
        var givenUp = 0;
        lock (_guard)
        {
            for (var i = 0; i < _shards.Length; i++)
            {
                if (!IsOurs(new ShardId(i)))
                {
                    continue;
                }

                if (_shards[i].Hold == ShardHold.Kept)
                {
                    kept.Add(new ShardId(i));
                }
                else
                {
                    givenUp++;
                }
            }
        }

        return (kept, givenUp);
    }

    /// <summary>Returns at once unless <paramref name="than"/> has the shard; else when that changes, or after the time given.</summary>
    internal async Task WaitForOtherHomeAsync(ShardId shard, Generation than, TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        AsyncEvent changed;
        lock (_guard)
        {
            if (!TryFind(shard, out var home) || (home.Peer?.Generation ?? Generation.None) != than)
            {
                return;
            }

            changed = ChangeOf(shard);
        }

        await changed.WaitAsync(atMost, time, cancellationToken);
    }

    /// <summary>Happens when the shard has another home, or none, than now.</summary>
    internal AsyncEvent HomeChangeOf(ShardId shard)
    {
        lock (_guard)
        {
            return ChangeOf(shard);
        }
    }

    private void Use(ClusterMap map)
    {
        if (map.Owners.Length != _shards.Length)
        {
            _membership.Supersede(new ShardCountMismatchException(map.Owners.Length, _shards.Length).Message);
            return;
        }

        var moved = new List<ShardId>();
        var changed = new List<AsyncEvent>();
        lock (_guard)
        {
            var before = _map;
            for (var i = 0; i < _shards.Length; i++)
            {
                ref var state = ref _shards[i];
                var known = TryFind(new ShardId(i), out var old);
                _map = map;
                if (state.Hold == ShardHold.Releasing && state.ReleasedAtRead < _membership.ReadsUsed)
                {
                    state.Hold = ShardHold.Kept;
                }

                var knows = TryFind(new ShardId(i), out var home);
                _map = before;
                if (known != knows || old.Peer?.Generation != home.Peer?.Generation || old.IsHere != home.IsHere)
                {
                    moved.Add(new ShardId(i));
                    if (TakeChange(ref state) is { } change)
                    {
                        changed.Add(change);
                    }
                }
            }

            _map = map;
        }

        Tell(moved, changed);
    }

    private void UseLease(long servesUntil)
    {
        var moved = new List<ShardId>();
        var changed = new List<AsyncEvent>();
        lock (_guard)
        {
            var serving = servesUntil != long.MinValue;
            if (serving == _serving && !serving)
            {
                return;
            }

            _serving = serving;
            for (var i = 0; i < _shards.Length; i++)
            {
                // Those who wait for a shard of ours to be served again have waited for this.
                if (IsOurs(new ShardId(i)) && TakeChange(ref _shards[i]) is { } change)
                {
                    moved.Add(new ShardId(i));
                    changed.Add(change);
                }
            }
        }

        Tell(moved, changed);
    }

    private void Tell(List<ShardId> moved, List<AsyncEvent> changed)
    {
        foreach (var change in changed)
        {
            change.Set();
        }

        foreach (var shard in moved)
        {
            HomeChanged?.Invoke(shard);
        }
    }

    private bool IsOurs(ShardId shard) => shard.Value < _map.Owners.Length && _map.Owners[shard.Value] == _membership.Generation;

    private bool TryFind(ShardId shard, out ShardHome home)
    {
        home = default;
        if (IsOurs(shard))
        {
            return _shards[shard.Value].Hold == ShardHold.Kept && _membership.HasLease;
        }

        if (shard.Value >= _map.Owners.Length
            || _map.Find(_map.Owners[shard.Value]) is not { Status: not MemberStatus.Dead } owner)
        {
            return false;
        }

        home = ShardHome.At(owner);
        return true;
    }

    private AsyncEvent ChangeOf(ShardId shard) => _shards[shard.Value].Changed ??= new AsyncEvent();

    private static AsyncEvent? TakeChange(ref Shard state)
    {
        var change = state.Changed;
        state.Changed = null;
        return change;
    }

    private struct Shard
    {
        internal ShardHold Hold;
        internal Generation Successor;

        /// <summary>Reads of the map that had begun when the release was heard; a later one shows it.</summary>
        internal long ReleasedAtRead;

        internal AsyncEvent? Changed;
    }
}
