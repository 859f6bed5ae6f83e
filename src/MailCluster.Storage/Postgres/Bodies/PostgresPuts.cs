using System.Collections.Frozen;
using MailCluster.Bodies;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MailCluster.Storage.Postgres.Bodies;

/// <summary>
/// Group commit of messages: what waits in a lane while its group is under way makes the next group, and a group is one transaction, sent in one go. A message
/// that the server refuses fails alone. One whose outcome is unknown fails too; should its row have landed, no event names it, and a check finds it.
/// </summary>
internal sealed partial class PostgresPuts : IAsyncDisposable
{
    private static readonly FrozenDictionary<string, string> Sql = SqlText.Family("Postgres", "Bodies.sql");

    private readonly PostgresConnections _connections;
    private readonly int _chunkBytes;
    private readonly ILogger _logger;
    private readonly BatchLane<PutRequest>[] _lanes;

    public PostgresPuts(PostgresConnections connections, PostgresOptions options, ILogger logger)
    {
        _connections = connections;
        _chunkBytes = options.BodyChunkBytes;
        _logger = logger;
        _lanes = new BatchLane<PutRequest>[options.BodyLanes];
        for (var i = 0; i < _lanes.Length; i++)
        {
            _lanes[i] = new BatchLane<PutRequest>(
                new GroupLimits(options.QueuedBodiesMax, options.GroupWritesMax, options.GroupBytesMax),
                WriteAsync,
                static () => new BodyStoreUnavailableException("The body store is closed."));
        }
    }

    public async ValueTask PutAsync(PutRequest request, CancellationToken cancellationToken)
    {
        await _lanes[(int)(request.Address.Number % _lanes.Length)].AddAsync(request, cancellationToken);

        // Once queued it runs to its end whatever the caller's token says: the caller's buffers are in use until then.
        await request.PlainTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes)
            await lane.DisposeAsync();
    }

    private async Task WriteAsync(BatchLane<PutRequest> lane, List<PutRequest> requests)
    {
        try
        {
            await using var connection = await _connections.OpenAsync(CancellationToken.None);
            await WriteAsync(connection, lane, requests);
        }
        catch (Exception error)
        {
            _connections.Broke(error);
            LogGroupFailed(requests.Count, PostgresErrors.Text(error), PostgresErrors.IsDatabase(error) ? null : error);
            foreach (var request in requests)
                lane.Answer(request, Unavailable(error));
        }

        requests.Clear();
    }

    private async Task WriteAsync(NpgsqlConnection connection, BatchLane<PutRequest> lane, List<PutRequest> requests)
    {
        try
        {
            await StoreAsync(connection, requests);
        }
        catch (Exception error) when (requests.Count > 1 && PostgresErrors.IsCertainRefusal(error))
        {
            LogGroupTakenBack(requests.Count, PostgresErrors.Text(error));
            while (requests.Count > 0)
            {
                var failure = await TryStoreAsync(connection, requests[0]);
                var request = requests[0];
                requests.RemoveAt(0);
                lane.Answer(request, failure);
            }
        }

        foreach (var request in requests)
            lane.Answer(request, null);
        requests.Clear();
    }

    private async Task<BodyStoreUnavailableException?> TryStoreAsync(NpgsqlConnection connection, PutRequest request)
    {
        try
        {
            await StoreAsync(connection, [request]);
            return null;
        }
        catch (Exception error) when (PostgresErrors.IsCertainRefusal(error))
        {
            return Unavailable(error);
        }
    }

    private async Task StoreAsync(NpgsqlConnection connection, List<PutRequest> requests)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var request in requests.Where(static request => request.Place == BodyPlace.Chunks))
            batch.BatchCommands.Add(Chunks(request));
        var put = new NpgsqlBatchCommand(Sql["Put"]);
        put.Parameters.Bind(requests.Select(static request => request.Address.Shard).ToArray());
        put.Parameters.Bind(requests.Select(static request => request.Address.Number).ToArray());
        put.Parameters.Bind(requests.Select(static request => request.Message.Owner).ToArray());
        put.Parameters.Bind(requests.Select(static request => request.Message.EmailId).ToArray());
        put.Parameters.Bind(requests.Select(static request => (long)request.Message.Body.Length).ToArray());
        put.Parameters.Bind(requests.Select(static request => unchecked((int)request.Checksum)).ToArray());
        put.Parameters.Bind(requests.Select(static request => (short)request.Place).ToArray());
        put.Parameters.BindBytes([.. requests.Select(static request => request.Message.Summary)]);
        put.Parameters.BindBytes([.. requests.Select(static request => request.Message.Text)]);
        put.Parameters.BindBytes([.. requests.Select(static request => request.Place == BodyPlace.Row ? request.Message.Body : default)]);
        batch.BatchCommands.Add(put);
        await batch.ExecuteNonQueryAsync();
    }

    private NpgsqlBatchCommand Chunks(PutRequest request)
    {
        var body = request.Message.Body;
        var starts = new long[(body.Length + _chunkBytes - 1) / _chunkBytes];
        var pieces = new ReadOnlyMemory<byte>[starts.Length];
        for (var i = 0; i < starts.Length; i++)
        {
            var start = i * _chunkBytes;
            starts[i] = start;
            pieces[i] = body.Slice(start, Math.Min(_chunkBytes, body.Length - start));
        }

        var command = new NpgsqlBatchCommand(Sql["PutChunks"]);
        command.Parameters.Bind(request.Address.Shard);
        command.Parameters.Bind(request.Address.Number);
        command.Parameters.Bind(starts);
        command.Parameters.BindBytes(pieces);
        return command;
    }

    private static BodyStoreUnavailableException Unavailable(Exception error) =>
        new($"The body store cannot be written: {PostgresErrors.Text(error)}", error);

    [LoggerMessage(1510, LogLevel.Warning, "A group of {Count} messages was refused by the database and is tried one by one: {Reason}")]
    private partial void LogGroupTakenBack(int count, string reason);

    [LoggerMessage(1511, LogLevel.Error, "A group of {Count} messages could not be stored: {Reason}")]
    private partial void LogGroupFailed(int count, string reason, Exception? exception);
}
