using System.Collections.Immutable;

namespace MailCluster.Cluster.Membership;

/// <summary>
/// Who is there and who has which shard, read in one go. <paramref name="Version"/> grows with every change of either, renewals of leases
/// excepted, so two maps can be told apart in time.
/// </summary>
/// <param name="Version">Grows with every change.</param>
/// <param name="Members">The newest run of every node, dead ones included for as long as the store keeps them.</param>
/// <param name="Owners">By shard number: the run that has it, <see cref="Generation.None"/> when it is free. The owner may be dead: then it is to be claimed.</param>
public sealed record ClusterMap(long Version, ImmutableArray<Member> Members, ImmutableArray<Generation> Owners)
{
    /// <summary>The level that the cluster has reached.</summary>
    public int Level { get; init; } = FeatureLevel.Oldest;

    /// <summary>The highest level that every member speaks; the cluster's own where there is none. Tools that only write have no roles, and no say.</summary>
    public int LevelOfAll => Members
        .Where(static member => member.Status != MemberStatus.Dead && member.Roles != NodeRoles.None)
        .Select(static member => member.Level)
        .DefaultIfEmpty(Level)
        .Min();

    /// <summary>The member of that generation, or null.</summary>
    public Member? Find(Generation generation)
    {
        foreach (var member in Members)
        {
            if (member.Generation == generation)
            {
                return member;
            }
        }

        return null;
    }
}
