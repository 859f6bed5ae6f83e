using System.Collections.Frozen;
using System.Collections.Immutable;
using MailCluster.Cluster;
using MailCluster.Cluster.Membership;
using Npgsql;

namespace MailCluster.Storage.Postgres.Membership;

// The tables of the cluster. What each call locks, in which order, and what a crash in it leaves is said in Members.sql and Shards.sql; each
// call is one transaction, sent in one go, except declaring a run dead, which is two: a call that was cut off is simply made again.
internal sealed class PostgresClusterStore(PostgresConnections connections, MapListener listener) : IClusterStore
{
    // Raised by 0008-levels.sql.
    private const string LevelState = "MCLVL";

    private static readonly FrozenDictionary<string, string> Members = SqlText.Family("Postgres", "Members.sql");
    private static readonly FrozenDictionary<string, string> Shards = SqlText.Family("Postgres", "Shards.sql");

    public ValueTask<Generation> JoinAsync(MemberRegistration registration, TimeSpan lease, CancellationToken cancellationToken) => RunAsync(
        async connection =>
        {
            await using (var close = Command(connection, Members["CloseNode"]))
            {
                close.Parameters.Bind(registration.Node);
                await close.ExecuteNonQueryAsync(cancellationToken);
            }

            await using var batch = new NpgsqlBatch(connection);
            Add(batch, Members["LockNode"]).Bind(registration.Node);
            Add(batch, Members["FenceNode"]).Bind(registration.Node);
            Add(batch, Members["EndNode"]).Bind(registration.Node);
            Add(batch, Members["Forget"]);
            var join = Add(batch, Members["Join"]);
            join.Bind(registration.Node);
            join.Bind(registration.Address);
            join.Bind((int)registration.Roles);
            join.Bind(registration.Version);
            join.Bind(lease);
            join.Bind(registration.Level);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            var generation = new Generation(reader.GetInt64(0));
            await reader.CloseAsync();
            return generation;
        },
        cancellationToken);

    public ValueTask<bool> RenewAsync(Generation generation, TimeSpan lease, CancellationToken cancellationToken) => RunAsync(
        async connection =>
        {
            await using var renew = Command(connection, Members["Renew"]);
            renew.Parameters.Bind(generation.Value);
            renew.Parameters.Bind(lease);
            return await renew.ExecuteNonQueryAsync(cancellationToken) > 0;
        },
        cancellationToken);

    public async ValueTask LeaveAsync(Generation generation, CancellationToken cancellationToken) => await RunAsync(
        async connection =>
        {
            await using var leave = Command(connection, Members["Leave"]);
            leave.Parameters.Bind(generation.Value);
            return await leave.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    public ValueTask<bool> MarkDeadAsync(Generation generation, bool onlyIfExpired, CancellationToken cancellationToken) => RunAsync(
        async connection =>
        {
            await using (var close = Command(connection, Members["Close"]))
            {
                close.Parameters.Bind(generation.Value);
                close.Parameters.Bind(onlyIfExpired);
                await close.ExecuteNonQueryAsync(cancellationToken);
            }

            // The rest does nothing for a run that is not closing: its lease has not run out.
            await using (var batch = new NpgsqlBatch(connection))
            {
                Add(batch, Members["Fence"]).Bind(generation.Value);
                Add(batch, Members["End"]).Bind(generation.Value);
                await batch.ExecuteNonQueryAsync(cancellationToken);
            }

            await using var ask = Command(connection, Members["IsDead"]);
            ask.Parameters.Bind(generation.Value);
            return (bool)(await ask.ExecuteScalarAsync(cancellationToken))!;
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<ShardId>> ClaimAsync(Generation claimant, int max, CancellationToken cancellationToken) => RunAsync<IReadOnlyList<ShardId>>(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection);
            Add(batch, Shards["LockActive"]).Bind(claimant.Value);
            Add(batch, Shards["LockMap"]);
            var claim = Add(batch, Shards["Claim"]);
            claim.Bind(claimant.Value);
            claim.Bind(max);
            var claimed = new List<ShardId>();
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            await reader.NextResultAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                claimed.Add(new ShardId(reader.GetInt32(0)));
            await reader.CloseAsync();
            claimed.Sort(static (left, right) => left.Value.CompareTo(right.Value));
            return claimed;
        },
        cancellationToken);

    public async ValueTask ReleaseAsync(Generation owner, ShardId shard, Generation successor, CancellationToken cancellationToken) => await RunAsync(
        async connection =>
        {
            await using var batch = new NpgsqlBatch(connection);
            Add(batch, Shards["LockActive"]).Bind(successor.Value);
            var release = Add(batch, Shards["Release"]);
            release.Bind(owner.Value);
            release.Bind(shard.Value);
            release.Bind(successor.Value);
            return await batch.ExecuteNonQueryAsync(cancellationToken);
        },
        cancellationToken);

    public ValueTask<int> RaiseLevelAsync(CancellationToken cancellationToken) => RunAsync(
        async connection =>
        {
            await using (var batch = new NpgsqlBatch(connection))
            {
                Add(batch, Shards["LockMap"]);
                Add(batch, Shards["RaiseLevel"]);
                Add(batch, Shards["PublishSchema"]);
                await batch.ExecuteNonQueryAsync(cancellationToken);
            }

            await using var read = Command(connection, Shards["ReadLevel"]);
            return (int)(await read.ExecuteScalarAsync(cancellationToken))!;
        },
        cancellationToken);

    public async ValueTask<ClusterMap> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await connections.ReadAsync(0, static (connection, _, cancellationToken) => ReadMapAsync(connection, cancellationToken), cancellationToken);
        }
        catch (Exception error) when (PostgresErrors.IsDatabase(error))
        {
            throw Unavailable(error);
        }
    }

    public IAsyncDisposable Watch(Action changed) => listener.Watch(changed);

    private static async ValueTask<ClusterMap> ReadMapAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var version = 0L;
        var level = FeatureLevel.Oldest;
        var members = ImmutableArray.CreateBuilder<Member>();
        var owners = ImmutableArray.CreateBuilder<Generation>();
        await using var command = Command(connection, Shards["ReadMap"]);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (reader.IsDBNull(1))
            {
                if (reader.IsDBNull(2))
                {
                    version = reader.GetInt64(0);
                    level = reader.GetInt32(9);
                    continue;
                }

                members.Add(new Member(
                    reader.GetString(3),
                    new Generation(reader.GetInt64(2)),
                    reader.GetString(4),
                    (NodeRoles)reader.GetInt32(5),
                    reader.GetString(6),
                    (MemberStatus)reader.GetInt16(7),
                    TimeSpan.FromSeconds(reader.GetDouble(8)))
                {
                    Level = reader.GetInt32(9),
                });
            }
            else
            {
                owners.Add(new Generation(reader.GetInt64(2)));
            }
        }

        return new ClusterMap(version, members.ToImmutable(), owners.ToImmutable()) { Level = level };
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql) => new(sql, connection);

    private static NpgsqlParameterCollection Add(NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command.Parameters;
    }

    private static ClusterStoreUnavailableException Unavailable(Exception error) =>
        new($"The cluster's tables cannot be reached: {PostgresErrors.Text(error)}", error);

    private async ValueTask<T> RunAsync<T>(Func<NpgsqlConnection, ValueTask<T>> run, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await connections.OpenAsync(cancellationToken);
            return await run(connection);
        }
        catch (PostgresException refused) when (refused.SqlState == LevelState)
        {
            throw new ClusterLevelException(
                $"{refused.MessageText}, and take cluster.level-max back if it is set", refused);
        }
        catch (Exception error) when (PostgresErrors.IsDatabase(error))
        {
            connections.Broke(error);
            throw Unavailable(error);
        }
    }
}
