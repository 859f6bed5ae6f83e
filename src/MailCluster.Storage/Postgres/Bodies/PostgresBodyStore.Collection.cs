using MailCluster.Cluster;
using Npgsql;
using NpgsqlTypes;

namespace MailCluster.Storage.Postgres.Bodies;

public sealed partial class PostgresBodyStore
{
    // Freed in one transaction: some tens of milliseconds of work, so that a pass that is cut off loses little.
    private const int CollectMax = 500;

    /// <summary>
    /// Frees the bodies that were given up and whose time has come, in small transactions. A node calls it now and then for the shards it owns;
    /// nodes that collect the same ones do each other no harm.
    /// </summary>
    /// <param name="now">What is to be freed after this stays.</param>
    /// <param name="shards">Those to look at; null for all.</param>
    /// <param name="cancellationToken">Ends the pass between two transactions.</param>
    /// <returns>The bodies that were freed.</returns>
    /// <exception cref="MailCluster.Bodies.BodyStoreUnavailableException">The database or the bucket cannot be reached; what was freed so far is.</exception>
    public async ValueTask<int> CollectAsync(DateTimeOffset now, IReadOnlyCollection<ShardId>? shards, CancellationToken cancellationToken)
    {
        var freed = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var due = await FindDueAsync(now, shards, cancellationToken);
            if (due.Count == 0)
                return freed;
            if (_bucket is not null)
                await _bucket.DeleteAsync(due.Where(static body => body.Place == BodyPlace.Bucket).Select(static body => body.Address), cancellationToken);
            var gone = await RunAsync(
                async connection =>
                {
                    await using var command = new NpgsqlCommand(Sql["Free"], connection);
                    AddAddresses(command, [.. due.Select(static body => body.Address)]);
                    return await command.ExecuteNonQueryAsync(cancellationToken);
                },
                cancellationToken);
            freed += gone;

            // Another node has the rest in hand.
            if (gone == 0 || due.Count < CollectMax)
                return freed;
        }
    }

    private ValueTask<List<(BodyAddress Address, BodyPlace Place)>> FindDueAsync(
        DateTimeOffset now, IReadOnlyCollection<ShardId>? shards, CancellationToken cancellationToken) => RunAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand(Sql["Due"], connection);
            command.Parameters.Add(new NpgsqlParameter
            {
                Value = shards is null ? DBNull.Value : shards.Select(static shard => shard.Value).ToArray(),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer,
            });
            command.Parameters.Bind(now.UtcDateTime);
            command.Parameters.Bind(CollectMax);
            command.Parameters.Bind(_bucket is not null);
            var due = new List<(BodyAddress, BodyPlace)>();
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                due.Add((new BodyAddress(reader.GetInt32(0), reader.GetInt64(1)), (BodyPlace)reader.GetInt16(2)));
            return due;
        },
        cancellationToken);
}
