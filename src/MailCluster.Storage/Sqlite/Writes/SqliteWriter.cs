using System.Diagnostics;
using MailCluster.Persistence;
using MailCluster.Storage.Sqlite.Native;
using Microsoft.Extensions.Logging;

namespace MailCluster.Storage.Sqlite.Writes;

// The one writer.
//
// The problem: an fsync costs as much as hundreds of appends, and many actors append at the same time. So there is one connection
// that writes, and one thread that takes everything that waits, writes it in one transaction, and answers all of it after the one commit (group
// commit). A group forms while the commit before it is on its way to the disk and its callers go on; see GroupThread, also for the lone append, which
// the thread that asks for it writes.
//
// Durability of a group. The log (WAL) is written in order, and recovery takes the longest prefix of whole commits.
//   - A group with any Disk write commits with synchronous=FULL: the log is fsynced before anyone is answered. That fsync covers every commit
//     before it too.
//   - A group of OsBuffers writes only commits with synchronous=NORMAL: its frames are in the system's page cache when it is answered. kill -9
//     loses nothing, since the page cache is not the process's. A timer then writes one page with FULL within SqliteOptions.FlushDelayMax, so a
//     power loss takes at most the last moments, and always a suffix: never one write without those before it.
//   The switch is a pragma between transactions; inside one SQLite refuses it.
//
// What a crash leaves:
//   - before COMMIT returns: the group is whole in the log or absent, and nobody was answered, except that a commit whose fsync
//     failed is answered "unavailable, outcome unknown";
//   - after COMMIT, before the answers: the group is there and nobody knows; the actors find it when they recover;
//   - in a checkpoint: the log is still whole and is copied again.
//
// Errors. A refusal (fence, sequence) writes nothing and fails alone. An SQLite error in one request (a full disk, a payload beyond
// SQLite's limit) takes the transaction back, which is certain, and each request of the group is then tried in a transaction of its own, so that it
// fails alone too. A transaction that cannot begin, an I/O error, and an error of COMMIT itself fail the group. After an I/O error the
// connection is opened anew. In every case the writer goes on.
internal sealed partial class SqliteWriter : IAsyncDisposable
{
    private readonly string _path;
    private readonly SqliteOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly GroupThread<WriteRequest> _thread;
    private SqliteSession _session;
    private SqliteStatements _statements;
    private WriteTransaction _transaction;
    private bool _full = true;

    public SqliteWriter(string path, SqliteOptions options, TimeProvider time, ILogger logger)
    {
        _path = path;
        _options = options;
        _time = time;
        _logger = logger;
        _flushTimer = time.CreateTimer(static state => ((SqliteWriter)state!).RequestFlush(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _session = SqliteConnections.OpenWriter(path, options);
        try
        {
            SqliteSchema.Migrate(_session, path);
            _statements = new SqliteStatements(_session);
            _transaction = new WriteTransaction(_session, _statements);
        }
        catch
        {
            _session.Dispose();
            throw;
        }

        _thread = new GroupThread<WriteRequest>(
            "journal-writer",
            new GroupLimits(options.QueuedWritesMax, options.GroupWritesMax),
            Write,
            CloseSession,
            static () => new JournalUnavailableException("The database is closed."),
            time);
    }

    /// <summary>Queues the request; when the returned task completes it will be answered through its own task.</summary>
    public ValueTask AddAsync(WriteRequest request, CancellationToken cancellationToken) => _thread.AddAsync(request, cancellationToken);

    /// <summary>Writes what waits, copies the log into the database and closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _thread.DisposeAsync();
        await _flushTimer.DisposeAsync();
        await _checkpoint;
        _checkpointIdle.Dispose();
    }

    /// <inheritdoc cref="GroupThread{TRequest}.TryWriteHere"/>
    public bool TryWriteHere(WriteRequest request) => _thread.TryWriteHere(request);

    // Connection, statements and counts are touched by nobody else meanwhile.
    private void Write(List<WriteRequest> requests, bool isHere)
    {
        WriteGroup(requests, 0, requests.Count);
        if (!isHere)
            AfterGroups();
        else if (IsCheckpointDue)
            _thread.TryAddOwn(new FinishCheckpointRequest());
    }

    private void WriteGroup(List<WriteRequest> requests, int start, int count)
    {
        var started = Stopwatch.GetTimestamp();
        var durability = Durability.OsBuffers;
        for (var i = start; i < start + count && durability != Durability.Disk; i++)
            durability = requests[i].Durability;
        var hasBegun = false;
        try
        {
            Begin(durability);
            hasBegun = true;
            for (var i = start; i < start + count; i++)
                requests[i].Run(_transaction);
        }
        catch (Exception e)
        {
            TakeBack(e);
            if (count == 1 || !hasBegun || e is SqliteError { IsConnectionDoubtful: true })
            {
                LogGroupFailed(count, e);
                Decide(requests, start, count, Unavailable(e));
                return;
            }

            LogGroupTakenBack(count, e.Message);
            for (var i = start; i < start + count; i++)
                WriteGroup(requests, i, 1);
            return;
        }

        Exception? failure = null;
        try
        {
            _statements.Commit.Run();
            Committed(durability);
        }
        catch (Exception e)
        {
            LogCommitFailed(count, e);
            TakeBack(e);
            failure = Unavailable(e);
        }

        StorageMetrics.RecordCommit(count, durability, Stopwatch.GetElapsedTime(started));
        Decide(requests, start, count, failure);
    }

    private void Begin(Durability durability)
    {
        var full = durability == Durability.Disk;
        if (full != _full)
        {
            _session.Execute(full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
            _full = full;
        }

        _transaction.Begin();
    }

    private static void Decide(List<WriteRequest> requests, int start, int count, Exception? failure)
    {
        for (var i = start; i < start + count; i++)
            requests[i].Decide(failure);
    }

    private static JournalUnavailableException Unavailable(Exception e) =>
        new($"The journal cannot be written: {e.Message}", e) { IsAway = false };

    private void TakeBack(Exception cause)
    {
        try
        {
            if (_session.InTransaction)
                _statements.Rollback.Run();
            _transaction.Forget();
            if (cause is SqliteError { IsConnectionDoubtful: false })
                return;
            Reopen();
        }
        catch (SqliteError e)
        {
            // The next group fails at BEGIN and comes here again.
            LogReopenFailed(e);
        }
    }

    private void Reopen()
    {
        var session = SqliteConnections.OpenWriter(_path, _options);
        _statements.Dispose();
        _session.Dispose();
        _session = session;
        _statements = new SqliteStatements(session);
        _transaction = new WriteTransaction(session, _statements);
        _full = true;
        LogReopened();
    }
}
