using System.Collections.Frozen;
using System.Diagnostics;
using MailCluster.Persistence;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace MailCluster.Storage.Postgres.Journal;

// Group commit over a network.
//
// The problem: an append costs a round trip and the server's fsync, and many actors append at the same time. So appends wait in a few lanes, an actor
// always in the same one (by its shard); what waits in a lane while its group is under way makes the next group, and a group is one statement that is a
// transaction by itself (Journal.sql, Append). Lanes run beside each other, and the server joins their fsyncs.
//
// One append fails alone. A write of a dead generation, or one that does not follow the end of its stream, is left out by the statement itself;
// the others of its group are stored. Why it was left out is asked afterwards. When the server refuses the statement as a whole (a payload it cannot take, a
// deadlock), which is certain to have stored nothing, each append is tried in a statement of its own.
//
// Unknown outcomes. When the connection breaks, or a time-out passes, the statement may be stored, or be stored later: each append of the group fails as
// "unavailable, outcome unknown". Its actor recovers before it writes again; should the lost statement still be running, one of the two writers of the next
// number loses by the primary key.
//
// What a crash of the node leaves: each statement whole or absent. A crash of the server: the same; what was answered is in its log on the disk, also
// what asked for the system's buffers only. The server's own asynchronous commit would lose it to a kill -9 of the server, which the port does not
// allow, and in a group the flush costs little.
internal sealed partial class PostgresAppends : IAsyncDisposable
{
    private const int TurnsMax = 5;

    private static readonly FrozenDictionary<string, string> Sql = SqlText.Family("Postgres", "Journal.sql");

    private readonly PostgresConnections _connections;
    private readonly ActorNumbers _actors;
    private readonly ILogger _logger;
    private readonly BatchLane<AppendRequest>[] _lanes;

    public PostgresAppends(PostgresConnections connections, ActorNumbers actors, PostgresOptions options, ILogger logger)
    {
        _connections = connections;
        _actors = actors;
        _logger = logger;
        _lanes = new BatchLane<AppendRequest>[options.JournalLanes];
        for (var i = 0; i < _lanes.Length; i++)
        {
            _lanes[i] = new BatchLane<AppendRequest>(
                new GroupLimits(options.QueuedWritesMax, options.GroupWritesMax, options.GroupBytesMax),
                WriteAsync,
                static () => new JournalUnavailableException("The database is closed."));
        }
    }

    public ValueTask AppendAsync(in JournalWrite write, CancellationToken cancellationToken)
    {
        var shard = _actors.ShardOf(write.Actor);
        var request = AppendRequest.Rent(write, shard);
        var answer = request.PlainTask;
        var queued = _lanes[shard % _lanes.Length].AddAsync(request, cancellationToken);
        return queued.IsCompletedSuccessfully ? answer : AppendSlowAsync(queued, answer);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var lane in _lanes)
            await lane.DisposeAsync();
    }

    // Once queued the append runs to its end whatever the caller's token says: the caller's buffer is in use until then.
    private static async ValueTask AppendSlowAsync(ValueTask queued, ValueTask answer)
    {
        await queued;
        await answer;
    }

    private async Task WriteAsync(BatchLane<AppendRequest> lane, List<AppendRequest> requests)
    {
        try
        {
            await using var connection = await _connections.OpenAsync(CancellationToken.None);
            await WriteAsync(connection, lane, requests);
        }
        catch (Exception error)
        {
            // Each request that is still in the list is unanswered.
            _connections.Broke(error);
            LogGroupFailed(requests.Count, PostgresErrors.Text(error), PostgresErrors.IsDatabase(error) ? null : error);
            var failure = new JournalUnavailableException($"The journal cannot be written: {PostgresErrors.Text(error)}", error);
            foreach (var request in requests)
                lane.Answer(request, failure);
            requests.Clear();
        }
    }

    private async Task WriteAsync(NpgsqlConnection connection, BatchLane<AppendRequest> lane, List<AppendRequest> requests)
    {
        try
        {
            await TryWriteAsync(connection, lane, requests);
        }
        catch (Exception error) when (requests.Count > 1 && PostgresErrors.IsCertainRefusal(error))
        {
            LogGroupTakenBack(requests.Count, PostgresErrors.Text(error));
            await WriteOneByOneAsync(connection, lane, requests);
        }
    }

    private async Task WriteOneByOneAsync(NpgsqlConnection connection, BatchLane<AppendRequest> lane, List<AppendRequest> requests)
    {
        var alone = new List<AppendRequest>(1);
        while (requests.Count > 0)
        {
            alone.Add(requests[0]);
            try
            {
                await TryWriteAsync(connection, lane, alone);
                requests.RemoveAt(0);
                requests.InsertRange(0, alone);
            }
            catch (Exception error) when (PostgresErrors.IsCertainRefusal(error))
            {
                var refused = requests[0];
                requests.RemoveAt(0);
                lane.Answer(refused, new JournalUnavailableException($"The journal cannot take the write: {PostgresErrors.Text(error)}", error) { IsAway = false });
            }

            alone.Clear();
        }
    }

    /// <summary>Answers what it can and leaves in the list what is to be tried again.</summary>
    private async Task TryWriteAsync(NpgsqlConnection connection, BatchLane<AppendRequest> lane, List<AppendRequest> requests)
    {
        var started = Stopwatch.GetTimestamp();
        await _actors.NameAsync(connection, [.. requests.Where(request => !_actors.TryGet(request.Write.Actor, out _)).Select(request => request.Write.Actor)], CancellationToken.None);
        foreach (var request in requests)
            request.ActorNo = await _actors.FindAsync(connection, request.Write.Actor, CancellationToken.None) ?? 0;

        var group = new AppendGroup(requests);
        var stored = await StoreAsync(connection, group);
        var lost = group.Sent.Where(request => !stored.Contains((request.ActorNo, request.Write.After.Next.Value))).Concat(group.Held).ToList();
        var found = lost.Count == 0 ? [] : await DiagnoseAsync(connection, lost);
        StorageMetrics.RecordCommit(group.Sent.Count, Durability.Disk, Stopwatch.GetElapsedTime(started));

        requests.Clear();
        foreach (var request in group.Sent)
        {
            if (stored.Contains((request.ActorNo, request.Write.After.Next.Value)))
                lane.Answer(request, null);
        }

        for (var i = 0; i < lost.Count; i++)
        {
            if (found[i].Refuse(lost[i]) is not { } refusal)
            {
                requests.Add(lost[i]);
                continue;
            }

            StorageMetrics.CountRefused(refusal);
            lane.Answer(lost[i], refusal);
        }
    }

    private static async Task<HashSet<(long ActorNo, long SequenceNr)>> StoreAsync(NpgsqlConnection connection, AppendGroup group)
    {
        await using var command = new NpgsqlCommand(Sql["Append"], connection);
        group.Bind(command.Parameters);
        var stored = new HashSet<(long, long)>(group.Sent.Count);
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        while (await reader.ReadAsync())
            stored.Add((reader.GetInt64(0), reader.GetInt64(1)));

        // The commit is answered after the rows, or refused: only now is it known.
        await reader.CloseAsync();
        return stored;
    }

    private static async Task<Finding[]> DiagnoseAsync(NpgsqlConnection connection, List<AppendRequest> lost)
    {
        await using var command = new NpgsqlCommand(Sql["Diagnose"], connection);
        command.Parameters.Bind(lost.Select(static request => request.Write.Writer.Value).ToArray());
        command.Parameters.Bind(lost.Select(static request => request.Shard).ToArray());
        command.Parameters.Bind(lost.Select(static request => request.ActorNo).ToArray());
        var found = new Finding[lost.Count];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            found[reader.GetInt64(0) - 1] = new Finding(reader.GetBoolean(1), new SequenceNr(reader.GetInt64(2)));
        return found;
    }

    [LoggerMessage(1503, LogLevel.Warning, "A group of {Count} journal writes was refused by the database and is tried one by one: {Reason}")]
    private partial void LogGroupTakenBack(int count, string reason);

    [LoggerMessage(1504, LogLevel.Error, "A group of {Count} journal writes failed; its outcome is unknown to the writers: {Reason}")]
    private partial void LogGroupFailed(int count, string reason, Exception? exception);

    /// <summary>What was found of a write that was not stored.</summary>
    private readonly record struct Finding(bool IsAlive, SequenceNr Highest)
    {
        /// <summary>Why it is refused; null when nothing speaks against it any more, and it is to be tried again.</summary>
        public Exception? Refuse(AppendRequest request)
        {
            if (!IsAlive)
                return new WriterFencedException(request.Write.Writer);
            if (Highest != request.Write.After)
                return new SequenceConflictException(request.Write.Actor, request.Write.After, Highest);
            return ++request.Turns > TurnsMax ? new JournalUnavailableException("The journal stores the write no more and does not say why.") : null;
        }
    }
}
