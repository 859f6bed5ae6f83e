using Microsoft.Extensions.Logging;

namespace MailCluster.Cluster;

internal static partial class ClusterLog
{
    [LoggerMessage(1320, LogLevel.Error, "Entity {Entity} could not be made")]
    internal static partial void EntityNotMade(ILogger log, EntityId entity, Exception failure);

    [LoggerMessage(1321, LogLevel.Warning, "Entity {Entity} failed and starts again for {Waiting} waiting messages")]
    internal static partial void EntityRestarts(ILogger log, EntityId entity, int waiting, Exception failure);

    [LoggerMessage(1322, LogLevel.Debug, "Entity {Entity} is passivated: {Reason}")]
    internal static partial void Passivating(ILogger log, EntityId entity, PassivationReason reason);

    [LoggerMessage(1323, LogLevel.Warning, "The home of shard {Shard} cannot be told")]
    internal static partial void HomeUnknown(ILogger log, ShardId shard, Exception failure);

    [LoggerMessage(1324, LogLevel.Information, "Stopping {Entities} entities")]
    internal static partial void RegionStopping(ILogger log, int entities);

    [LoggerMessage(1325, LogLevel.Warning,
        "The entities in use hold {Bytes} bytes, more than the budget of {Budget}; they stay, since they would only be recovered at once")]
    internal static partial void OverBudget(ILogger log, long bytes, long budget);

    [LoggerMessage(1326, LogLevel.Information, "Shard {Shard} is handed off")]
    internal static partial void HandedOff(ILogger log, ShardId shard);

    [LoggerMessage(1327, LogLevel.Error, "The sweep over the entities failed")]
    internal static partial void SweepFailed(ILogger log, Exception failure);

    [LoggerMessage(1328, LogLevel.Warning, "{Entity} failed for a message of another node")]
    internal static partial void RemoteFailure(ILogger log, EntityId entity, Exception failure);

    [LoggerMessage(1329, LogLevel.Warning, "Shard {Shard} was not handed over and is at node {Node} by the map: its entities stop here")]
    internal static partial void TakenAway(ILogger log, ShardId shard, string node);
}
