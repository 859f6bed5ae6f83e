using MailCluster.Cluster;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers;
using MailCluster.Node.Configuration;
using MailCluster.Node.Hosting.Ownership;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Admin.Verbs;

/// <summary><c>cluster status</c>.</summary>
internal sealed class ClusterStatusVerb(IOwnership ownership, NodeOptions options)
    : AdminVerb<ClusterRequest>("cluster/status", AdminJson.Default.ClusterRequest)
{
    protected override async Task RunAsync(ClusterRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var status = ClusterWords.Of(ownership).GetStatus();
        await rows.WriteAsync(
            new ClusterStatusRow(
                options.ClusterName,
                status.Node,
                status.Generation.Value,
                ownership.Trouble ?? "serving",
                ClusterWords.Seconds(status.LeaseLeft),
                status.Members.Count(share => share.Member.Status == MemberStatus.Active),
                status.Members.FirstOrDefault(share => share.Member.Generation == status.Generation)?.Shards ?? 0,
                status.ShardCount,
                status.ShardsWithoutOwner,
                status.MapVersion,
                status.Level),
            AdminJson.Default.ClusterStatusRow,
            cancellationToken);
    }
}

/// <summary><c>cluster members</c>.</summary>
internal sealed class ClusterMembersVerb(IOwnership ownership) : AdminVerb<ClusterRequest>("cluster/members", AdminJson.Default.ClusterRequest)
{
    protected override async Task RunAsync(ClusterRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        foreach (var (member, shards) in ClusterWords.Of(ownership).GetStatus().Members.OrderBy(share => share.Member.Node, StringComparer.Ordinal))
        {
            var isGone = member.Status == MemberStatus.Dead;
            await rows.WriteAsync(
                new ClusterMemberRow(
                    member.Node,
                    member.Generation.Value,
                    member.Address,
                    ClusterWords.Of(member.Roles),
                    member.Version,
                    member.Status.ToString().ToLowerInvariant(),
                    isGone ? 0 : ClusterWords.Seconds(member.LeaseLeft),
                    shards,
                    member.Level),
                AdminJson.Default.ClusterMemberRow,
                cancellationToken);
        }
    }
}

/// <summary><c>cluster shards</c>.</summary>
internal sealed class ClusterShardsVerb(IOwnership ownership) : AdminVerb<ClusterShardsRequest>("cluster/shards", AdminJson.Default.ClusterShardsRequest)
{
    protected override async Task RunAsync(ClusterShardsRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        foreach (var shard in ClusterWords.Of(ownership).GetShards())
        {
            var owner = shard.Owner?.Node ?? "";
            if (request.Node is { } wanted && wanted != owner) continue;
            var activity = shard.Activity;
            await rows.WriteAsync(
                new ClusterShardRow(shard.Shard.Value, owner, activity.Phase.ToLowerInvariant(), activity.Entities, activity.Buffered, activity.InFlight),
                AdminJson.Default.ClusterShardRow,
                cancellationToken);
        }
    }
}

/// <summary><c>cluster where</c>.</summary>
internal sealed class ClusterWhereVerb(IOwnership ownership, AccountSelection accounts)
    : AdminVerb<ClusterWhereRequest>("cluster/where", AdminJson.Default.ClusterWhereRequest)
{
    protected override async Task RunAsync(ClusterWhereRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var cluster = ClusterWords.Of(ownership);
        await foreach (var account in accounts.FindAsync(request.User, cancellationToken))
        {
            var found = cluster.Locate(new EntityId(account.Value));
            await rows.WriteAsync(
                new ClusterWhereRow(account.Value, found.Shard.Value, found.Owner?.Node ?? "", found.Place == EntityPlace.Here),
                AdminJson.Default.ClusterWhereRow,
                cancellationToken);
        }
    }
}

/// <summary><c>cluster drain</c>: this node or another.</summary>
internal sealed class ClusterDrainVerb(IOwnership ownership, ILogger<ClusterDrainVerb> log)
    : AdminVerb<ClusterDrainRequest>("cluster/drain", AdminJson.Default.ClusterDrainRequest)
{
    protected override async Task RunAsync(ClusterDrainRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        var cluster = ClusterWords.Of(ownership);
        AdminLog.Drain(log, request.Node);
        try
        {
            await cluster.DrainAsync(request.Node, cancellationToken);
        }
        catch (ArgumentException error)
        {
            throw new AdminException(AdminExit.NotFound, $"no node {request.Node} is alive; mailctl cluster members shows them", error);
        }
        catch (Exception error) when (error is PeerUnreachableException or PeerLostException or PeerFailedException)
        {
            throw new AdminException(AdminExit.TemporaryFailure, error.Message, error);
        }
        await rows.WriteAsync(new ClusterDrainRow(request.Node, "hands over its shards"), AdminJson.Default.ClusterDrainRow, cancellationToken);
    }
}

/// <summary><c>cluster rebalance</c>.</summary>
internal sealed class ClusterRebalanceVerb(IOwnership ownership, NodeOptions options)
    : AdminVerb<ClusterRequest>("cluster/rebalance", AdminJson.Default.ClusterRequest)
{
    protected override async Task RunAsync(ClusterRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        await ClusterWords.Of(ownership).RebalanceAsync(cancellationToken);
        await rows.WriteAsync(
            new ClusterRebalanceRow(options.ClusterName, "every node looks at its share"), AdminJson.Default.ClusterRebalanceRow, cancellationToken);
    }
}

/// <summary>What the verbs share.</summary>
internal static class ClusterWords
{
    public static ClusterNode Of(IOwnership ownership) =>
        ownership.Cluster ?? throw new AdminException(AdminExit.NotPossible, "this node has its storage to itself and is in no cluster");

    /// <summary>As in the configuration: <c>edge, mailbox</c>.</summary>
    public static IReadOnlyList<string> Of(NodeRoles roles) =>
        [.. new[] { NodeRoles.Edge, NodeRoles.Mailbox }.Where(role => roles.HasFlag(role)).Select(role => role.ToString().ToLowerInvariant())];

    /// <summary>To a tenth; what has run out is 0.</summary>
    public static double Seconds(TimeSpan time) => time > TimeSpan.Zero ? Math.Round(Math.Min(time.TotalSeconds, 1e6), 1) : 0;
}
