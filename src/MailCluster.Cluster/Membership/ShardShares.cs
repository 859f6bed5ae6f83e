namespace MailCluster.Cluster.Membership;

/// <summary>
/// Who should have how many shards, worked out by each node for itself from the map alone. The least-shards rule in two steps: nobody has more than
/// <c>ceil(shards / members)</c>; then the one with the most gives to the one with the fewest while they differ by two or more.
/// </summary>
/// <remarks>
/// Nothing flaps: what is at most the share is claimed and never given up by the first step, and by the second only one member gives at a time, one shard, to
/// one that then still has no more than it.
/// </remarks>
internal readonly struct ShardShares
{
    private readonly Dictionary<Generation, int> _counts;

    internal ShardShares(ClusterMap map)
    {
        _counts = [];
        foreach (var member in map.Members)
        {
            if (member.Status == MemberStatus.Active && member.Roles.HasFlag(NodeRoles.Mailbox))
            {
                _counts[member.Generation] = 0;
            }
        }

        Share = _counts.Count == 0 ? 0 : (map.Owners.Length + _counts.Count - 1) / _counts.Count;
        Free = 0;
        foreach (var owner in map.Owners)
        {
            if (_counts.TryGetValue(owner, out var count))
            {
                _counts[owner] = count + 1;
            }
            else if (map.Find(owner) is not { Status: not MemberStatus.Dead })
            {
                Free++;
            }
        }
    }

    /// <summary>The most that a member should have.</summary>
    internal int Share { get; }

    /// <summary>Shards without an owner that lives.</summary>
    internal int Free { get; }

    /// <summary>How many a member may claim now.</summary>
    internal int ToClaim(Generation member) =>
        _counts.TryGetValue(member, out var count) && Free > 0 ? Math.Min(Free, Math.Max(0, Share - count)) : 0;

    /// <summary>To whom <paramref name="giver"/> should hand over a shard, when it is already giving up some: none if it should keep the rest.</summary>
    internal Generation Successor(Generation giver, int givingUp, bool leaving)
    {
        var (least, fewest) = Least(giver);
        if (leaving || least == Generation.None)
        {
            return least;
        }

        if (!_counts.TryGetValue(giver, out var all))
        {
            return Generation.None;
        }

        var count = all - givingUp;
        if (count > Share)
        {
            return least;
        }

        return givingUp == 0 && count - fewest >= 2 && IsMost(giver, count) ? least : Generation.None;
    }

    private (Generation Member, int Count) Least(Generation but)
    {
        var least = Generation.None;
        var fewest = int.MaxValue;
        foreach (var (member, count) in _counts)
        {
            if (member != but && (count < fewest || (count == fewest && member < least)))
            {
                (least, fewest) = (member, count);
            }
        }

        return (least, fewest);
    }

    private bool IsMost(Generation member, int count)
    {
        foreach (var (other, others) in _counts)
        {
            if (others > count || (others == count && other < member))
            {
                return false;
            }
        }

        return true;
    }
}
