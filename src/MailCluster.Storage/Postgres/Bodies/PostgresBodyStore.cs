using System.Collections.Frozen;
using MailCluster.Bodies;
using MailCluster.Cluster;
using MailCluster.Storage.S3;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MailCluster.Storage.Postgres.Bodies;

// The bodies of a cluster.
//
// A message is one row: summary, text, and the body if it is small; a big body is cut into pieces in a table of their own, so that a range costs only
// the pieces it touches and no row is big. Summary, text and body are columns apart, so that each is read without the others.
// With a bucket (S3) the body is an object instead, and the row has everything else.
//
// What a crash leaves:
//   - Put, in the database: one transaction; all or nothing. Nobody was answered, or the row is durable.
//   - Put, with a bucket: first the object, then the row. Between them: an object without a row, which no reader can name. A check lists it once it is older than
//     S3Options.OrphanAge and ReleaseAsync gives it up like any other body.
//   - Release: one transaction. The row of the body itself is never changed.
//   - Collection: first the object, then the rows, in one transaction. Between them: a row without its object, which its release names still; the next
//     pass deletes the object again, which is no error, and then the rows.
// A number is never given twice, so nothing can be mistaken for what it was freed for.
//
// What was read is remembered for a while, within PostgresOptions.BodyCacheBytes: bodies never change, so it is never stale. At worst a body that was freed
// elsewhere is still answered from memory for a moment.
public sealed partial class PostgresBodyStore : IBodyStore, IBodyStoreCheck, IAsyncDisposable
{
    private static readonly FrozenDictionary<string, string> Sql = SqlText.Family("Postgres", "Bodies.sql");

    private readonly PostgresConnections _connections;
    private readonly S3Bucket? _bucket;
    private readonly PostgresPuts _puts;
    private readonly BodyNumbers _numbers;
    private readonly TimeProvider _time;
    private readonly int _shards;
    private readonly int _chunkBytes;

    internal PostgresBodyStore(
        PostgresConnections connections, S3Bucket? bucket, PostgresOptions options, int shards, TimeProvider time, ILogger logger)
    {
        _connections = connections;
        _bucket = bucket;
        _shards = shards;
        _time = time;
        _chunkBytes = options.BodyChunkBytes;
        _puts = new PostgresPuts(connections, options, logger);
        _numbers = new BodyNumbers(connections);

        // Most of it for blocks, which are big and few; heads and summaries are small.
        _heads = new RecentEntries<BodyRef, BodyHead>(options.BodyCacheBytes / 16);
        _summaries = new RecentEntries<BodyRef, byte[]>(options.BodyCacheBytes * 5 / 16);
        _blocks = new RecentEntries<(BodyRef Body, long Block), byte[]>(options.BodyCacheBytes * 10 / 16);
    }

    public async ValueTask<BodyRef> PutAsync(NewBody message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var shard = ShardHash.ShardOf(new EntityId(message.Owner), _shards).Value;
        var address = new BodyAddress(shard, await _numbers.NextAsync(cancellationToken));
        var place = _bucket is not null ? BodyPlace.Bucket : message.Body.Length > _chunkBytes ? BodyPlace.Chunks : BodyPlace.Row;
        if (_bucket is not null)
            await _bucket.PutAsync(address, message, cancellationToken);
        await _puts.PutAsync(new PutRequest(address, message, place, Crc32C.Of(message.Body.Span)), cancellationToken);
        return address.Ref;
    }

    public async ValueTask ReleaseAsync(ReadOnlyMemory<BodyRef> bodies, DateTimeOffset freeAfter, CancellationToken cancellationToken)
    {
        if (bodies.IsEmpty)
            return;
        var addresses = bodies.ToArray().Select(BodyAddress.Of).ToArray();
        await RunAsync(connection => ReleaseAsync(connection, "Release", addresses, freeAfter, cancellationToken), cancellationToken);
        if (_bucket is null)
            return;
        var objects = new List<BodyAddress>();
        foreach (var (address, isReleased) in await FindUnknownAsync(addresses, cancellationToken))
        {
            if (!isReleased && await _bucket.ExistsAsync(address, cancellationToken))
                objects.Add(address);
        }

        if (objects.Count > 0)
            await RunAsync(connection => ReleaseAsync(connection, "ReleaseObject", objects, freeAfter, cancellationToken), cancellationToken);
    }

    /// <summary>Writes what waits. Requests after it fail.</summary>
    public async ValueTask DisposeAsync()
    {
        await _puts.DisposeAsync();
        _numbers.Dispose();
    }

    private static async ValueTask<int> ReleaseAsync(
        NpgsqlConnection connection, string statement, IReadOnlyCollection<BodyAddress> addresses, DateTimeOffset freeAfter, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sql[statement], connection);
        AddAddresses(command, addresses);
        command.Parameters.Bind(freeAfter.UtcDateTime);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Those that have no row, each with whether it was released all the same.</summary>
    private ValueTask<List<(BodyAddress Address, bool IsReleased)>> FindUnknownAsync(IReadOnlyCollection<BodyAddress> addresses, CancellationToken cancellationToken) => RunAsync(
        async connection =>
        {
            await using var command = new NpgsqlCommand(Sql["Unknown"], connection);
            AddAddresses(command, addresses);
            var unknown = new List<(BodyAddress, bool)>();
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                unknown.Add((new BodyAddress(reader.GetInt32(0), reader.GetInt64(1)), reader.GetBoolean(2)));
            return unknown;
        },
        cancellationToken);

    private static void AddAddresses(NpgsqlCommand command, IReadOnlyCollection<BodyAddress> addresses)
    {
        command.Parameters.Bind(addresses.Select(static address => address.Shard).ToArray());
        command.Parameters.Bind(addresses.Select(static address => address.Number).ToArray());
    }

    /// <summary>Runs what reads, or what is the same when it is done twice.</summary>
    private async ValueTask<T> RunAsync<T>(Func<NpgsqlConnection, ValueTask<T>> run, CancellationToken cancellationToken)
    {
        try
        {
            return await _connections.ReadAsync(run, static (connection, run, _) => run(connection), cancellationToken);
        }
        catch (Exception error) when (PostgresErrors.IsDatabase(error))
        {
            throw new BodyStoreUnavailableException($"The body store cannot be reached: {PostgresErrors.Text(error)}", error);
        }
    }
}
