using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using MailCluster.Cluster;
using Npgsql;

namespace MailCluster.Storage.Postgres;

/// <summary>The facts of the installation, decided once: how many shards, and what the cluster is called.</summary>
internal sealed class PostgresSettings(PostgresConnections connections) : IShardCountStore
{
    private const string ShardCountKey = "shard-count";
    private const string ClusterNameKey = "cluster-name";
    private const string LoginSecretKey = "login-secret";
    private const int LoginSecretOctets = 32;

    private static readonly FrozenDictionary<string, string> Sql = SqlText.Family("Postgres", "Settings.sql");

    public async ValueTask<int> GetOrSetAsync(int countIfNew, CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenAsync(cancellationToken);
        var count = int.Parse(
            await DecideAsync(connection, ShardCountKey, countIfNew.ToString(CultureInfo.InvariantCulture), cancellationToken), CultureInfo.InvariantCulture);
        await using var shards = new NpgsqlCommand(Sql["AddShards"], connection);
        shards.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        await shards.ExecuteNonQueryAsync(cancellationToken);
        return count;
    }

    /// <exception cref="StorageFormatException">The database is another cluster's.</exception>
    public async ValueTask CheckClusterNameAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenAsync(cancellationToken);
        var stored = await DecideAsync(connection, ClusterNameKey, name, cancellationToken);
        if (stored != name)
            throw new StorageFormatException($"The database {connections.Address} is that of the cluster \"{stored}\"; this node is of \"{name}\".");
    }

    /// <summary>Random octets that all nodes of the cluster share, made by whichever comes first.</summary>
    public async ValueTask<byte[]> GetOrSetLoginSecretAsync(CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenAsync(cancellationToken);
        return Convert.FromHexString(
            await DecideAsync(connection, LoginSecretKey, RandomNumberGenerator.GetHexString(2 * LoginSecretOctets), cancellationToken));
    }

    /// <summary>Whether the server itself keeps what it has committed over a loss of power.</summary>
    public async ValueTask<bool> IsServerDurableAsync(CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Sql["ServerDurability"], connection);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async ValueTask<string> DecideAsync(NpgsqlConnection connection, string key, string value, CancellationToken cancellationToken)
    {
        await using (var add = new NpgsqlCommand(Sql["AddSetting"], connection))
        {
            add.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
            add.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
            await add.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var get = new NpgsqlCommand(Sql["GetSetting"], connection);
        get.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
        return (string)(await get.ExecuteScalarAsync(cancellationToken))!;
    }
}
