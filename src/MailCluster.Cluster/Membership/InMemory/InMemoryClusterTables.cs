using System.Collections.Immutable;

namespace MailCluster.Cluster.Membership.InMemory;

/// <summary>
/// The cluster's tables in memory: what all <see cref="InMemoryClusterStore"/> of one cluster share. Every call is one step under one lock, so it has the
/// atomicity that a database gives by transactions. Leases are counted on <paramref name="time"/>, the store's clock.
/// </summary>
/// <param name="time">The store's clock.</param>
/// <param name="shardCount">At least 1.</param>
/// <param name="died">Called when a generation is declared dead, under the lock: a journal in the same process fences it there, in the same step.</param>
public sealed class InMemoryClusterTables(TimeProvider time, int shardCount, Action<Generation>? died = null)
{
    private readonly Lock _guard = new();
    private readonly Dictionary<Generation, Row> _members = [];
    private readonly Generation[] _owners = new Generation[shardCount];
    private readonly List<Action> _watchers = [];
    private long _lastGeneration;
    private long _version;
    private int _level = FeatureLevel.Oldest;

    public TimeProvider Time { get; } = time;

    internal Generation Join(MemberRegistration registration, TimeSpan lease)
    {
        Generation generation;
        lock (_guard)
        {
            foreach (var (earlier, row) in _members)
            {
                if (row.Registration.Node == registration.Node)
                {
                    Die(earlier, row);
                }
            }

            if (registration.Level < _level)
            {
                throw ClusterLevelException.TooHigh(registration.Level, _level);
            }

            generation = new Generation(++_lastGeneration);
            _members.Add(generation, new Row(registration) { LeaseUntil = Time.GetUtcNow() + lease });
            _version++;
        }

        Notify();
        return generation;
    }

    internal bool Renew(Generation generation, TimeSpan lease)
    {
        lock (_guard)
        {
            if (!_members.TryGetValue(generation, out var row) || row.Status == MemberStatus.Dead)
            {
                return false;
            }

            row.LeaseUntil = Time.GetUtcNow() + lease;
            return true;
        }
    }

    internal void Leave(Generation generation)
    {
        lock (_guard)
        {
            if (!_members.TryGetValue(generation, out var row) || row.Status != MemberStatus.Active)
            {
                return;
            }

            row.Status = MemberStatus.Leaving;
            _version++;
        }

        Notify();
    }

    internal bool MarkDead(Generation generation, bool onlyIfExpired)
    {
        lock (_guard)
        {
            if (!_members.TryGetValue(generation, out var row) || row.Status == MemberStatus.Dead)
            {
                return true;
            }

            if (onlyIfExpired && row.LeaseUntil > Time.GetUtcNow())
            {
                return false;
            }

            Die(generation, row);
        }

        Notify();
        return true;
    }

    internal IReadOnlyList<ShardId> Claim(Generation claimant, int max)
    {
        var claimed = new List<ShardId>();
        lock (_guard)
        {
            if (!IsActive(claimant))
            {
                return claimed;
            }

            for (var shard = 0; shard < _owners.Length && claimed.Count < max; shard++)
            {
                if (IsGone(_owners[shard]))
                {
                    _owners[shard] = claimant;
                    claimed.Add(new ShardId(shard));
                }
            }

            if (claimed.Count == 0)
            {
                return claimed;
            }

            _version++;
        }

        Notify();
        return claimed;
    }

    internal void Release(Generation owner, ShardId shard, Generation successor)
    {
        lock (_guard)
        {
            if (_owners[shard.Value] != owner)
            {
                return;
            }

            _owners[shard.Value] = IsActive(successor) ? successor : Generation.None;
            _version++;
        }

        Notify();
    }

    internal int RaiseLevel()
    {
        int level;
        lock (_guard)
        {
            level = ReadLocked().LevelOfAll;
            if (level <= _level)
            {
                return _level;
            }

            _level = level;
            _version++;
        }

        Notify();
        return level;
    }

    internal ClusterMap Read()
    {
        lock (_guard)
        {
            return ReadLocked();
        }
    }

    private ClusterMap ReadLocked()
    {
        var now = Time.GetUtcNow();
        var members = from member in _members
                      group member by member.Value.Registration.Node into node
                      let newest = node.MaxBy(member => member.Key)
                      orderby newest.Key
                      select newest.Value.ToMember(newest.Key, now);
        return new ClusterMap(_version, [.. members], [.. _owners]) { Level = _level };
    }

    internal IDisposable Watch(Action changed)
    {
        lock (_guard)
        {
            _watchers.Add(changed);
        }

        return new Watcher(this, changed);
    }

    private bool IsActive(Generation generation) => _members.TryGetValue(generation, out var row) && row.Status == MemberStatus.Active;

    private bool IsGone(Generation owner) =>
        owner == Generation.None || !_members.TryGetValue(owner, out var row) || row.Status == MemberStatus.Dead;

    private void Die(Generation generation, Row row)
    {
        if (row.Status != MemberStatus.Dead)
        {
            row.Status = MemberStatus.Dead;
            _version++;
            died?.Invoke(generation);
        }
    }

    private void Notify()
    {
        Action[] watchers;
        lock (_guard)
        {
            watchers = [.. _watchers];
        }

        foreach (var watcher in watchers)
        {
            watcher();
        }
    }

    private sealed class Row(MemberRegistration registration)
    {
        internal MemberRegistration Registration { get; } = registration;

        internal MemberStatus Status { get; set; }

        internal DateTimeOffset LeaseUntil { get; set; }

        internal Member ToMember(Generation generation, DateTimeOffset now) => new(
            Registration.Node, generation, Registration.Address, Registration.Roles, Registration.Version, Status, LeaseUntil - now)
        {
            Level = Registration.Level,
        };
    }

    private sealed class Watcher(InMemoryClusterTables tables, Action changed) : IDisposable
    {
        public void Dispose()
        {
            lock (tables._guard)
            {
                tables._watchers.Remove(changed);
            }
        }
    }
}
