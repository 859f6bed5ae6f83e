using Microsoft.Extensions.Logging;

namespace MailCluster.Cluster.Membership;

internal static partial class MembershipLog
{
    [LoggerMessage(1330, LogLevel.Information, "Node {Node} joined as generation {Generation} at {Address}, roles {Roles}")]
    internal static partial void Joined(ILogger log, string node, Generation generation, string address, NodeRoles roles);

    [LoggerMessage(1331, LogLevel.Warning, "Node {Node} cannot join yet")]
    internal static partial void CannotJoin(ILogger log, string node, Exception failure);

    [LoggerMessage(1332, LogLevel.Information, "Node {Node} generation {Generation} has left")]
    internal static partial void Left(ILogger log, string node, Generation generation);

    [LoggerMessage(1333, LogLevel.Critical, "Node {Node} generation {Generation} is superseded: {Reason}. It serves nothing any more and ends")]
    internal static partial void Superseded(ILogger log, string node, Generation generation, string reason);

    [LoggerMessage(1334, LogLevel.Error, "The lease of {Node} generation {Generation} ran out: its shards are not served until it is renewed")]
    internal static partial void LeaseLost(ILogger log, string node, Generation generation);

    [LoggerMessage(1335, LogLevel.Warning, "The lease of {Node} generation {Generation} is renewed: its shards are served again")]
    internal static partial void LeaseRegained(ILogger log, string node, Generation generation);

    [LoggerMessage(1336, LogLevel.Warning, "The cluster's tables cannot be reached")]
    internal static partial void StoreAway(ILogger log, Exception failure);

    [LoggerMessage(1337, LogLevel.Information, "The cluster's tables are reached again")]
    internal static partial void StoreBack(ILogger log);

    [LoggerMessage(1338, LogLevel.Information, "Member {Node} generation {Generation} is {Status}, at {Address}")]
    internal static partial void MemberChanged(ILogger log, string node, Generation generation, MemberStatus status, string address);

    [LoggerMessage(1339, LogLevel.Warning, "Member {Node} generation {Generation} was silent past its lease and is declared dead")]
    internal static partial void Expired(ILogger log, string node, Generation generation);

    [LoggerMessage(1340, LogLevel.Warning, "The process of member {Node} generation {Generation} is gone; it is declared dead")]
    internal static partial void Gone(ILogger log, string node, Generation generation);

    [LoggerMessage(1341, LogLevel.Warning, "Member {Node} generation {Generation} refuses us, but {Witness} reaches it; it is left to its lease")]
    internal static partial void SeenByAnother(ILogger log, string node, Generation generation, string witness);

    [LoggerMessage(1342, LogLevel.Information, "Claimed {Shards} shards")]
    internal static partial void Claimed(ILogger log, int shards);

    [LoggerMessage(1343, LogLevel.Information, "Handing over shard {Shard} to {Node}")]
    internal static partial void HandingOver(ILogger log, ShardId shard, string node);

    [LoggerMessage(1344, LogLevel.Error, "Shard {Shard} could not be handed over")]
    internal static partial void HandOverFailed(ILogger log, ShardId shard, Exception failure);

    [LoggerMessage(1345, LogLevel.Information, "Draining: {Shards} shards are to be handed over")]
    internal static partial void Draining(ILogger log, int shards);

    [LoggerMessage(1346, LogLevel.Information, "Drained: this node has no shards any more")]
    internal static partial void Drained(ILogger log);

    [LoggerMessage(1347, LogLevel.Warning, "A request of node {Node} could not be read")]
    internal static partial void BadRequest(ILogger log, string node, Exception failure);

    [LoggerMessage(1348, LogLevel.Error, "The shares of shards could not be evened out; it is tried again")]
    internal static partial void BalanceFailed(ILogger log, Exception failure);

    [LoggerMessage(1349, LogLevel.Debug, "Node {Node} was not told of a change and will read of it: {Why}")]
    internal static partial void NotTold(ILogger log, string node, string why);

    [LoggerMessage(
        1352, LogLevel.Information, "The cluster works at feature level {Level}, this release knows {Newest}: what is new waits until no node is held or behind")]
    internal static partial void LevelHeld(ILogger log, int level, int newest);

    [LoggerMessage(1351, LogLevel.Information, "The cluster is at feature level {Level} now, after {Before}")]
    internal static partial void LevelReached(ILogger log, int level, int before);

    [LoggerMessage(1350, LogLevel.Warning, "Node {Node} generation {Generation} could not say that it left; the others find out by its lease")]
    internal static partial void LeftUnsaid(ILogger log, string node, Generation generation, Exception failure);
}
