using MailCluster.Persistence;
using MailCluster.Storage.Sqlite.Native;

namespace MailCluster.Storage.Sqlite.Writes;

// Keeping the log short without making anyone wait.
//
// SQLite would copy the log into the database inside the commit that passes wal_autocheckpoint: a stall of tens of milliseconds for
// whoever is in that group. Here autocheckpoint is off. Once CheckpointPages pages were logged, a background connection copies the log
// (PASSIVE: it stops neither writer nor readers). What was committed meanwhile is left over, and the log can start again from its beginning only
// when nothing is; so the writer copies that short rest itself between two groups, and the next commit reuses the file from its start.
// Should the disk be so slow, or a reader so long, that the log grows to CheckpointsMissedMax times that size, the writer waits for it.
internal sealed partial class SqliteWriter
{
    // 8: 128 MiB with the defaults, a second or two of reading at the start after a crash.
    private const int CheckpointsMissedMax = 8;

    private readonly ManualResetEvent _checkpointIdle = new(true);
    private readonly ITimer _flushTimer;
    private Task _checkpoint = Task.CompletedTask;
    private int _pagesLogged;
    private long _pagesInLog;
    private volatile bool _flushArmed;
    private volatile bool _checkpointed;

    private bool IsLogTooLong => _pagesInLog > CheckpointsMissedMax * (long)_options.CheckpointPages;

    /// <summary>There is something for the writer's thread to do between two groups. It never is done on the thread of a caller.</summary>
    private bool IsCheckpointDue =>
        _checkpointed || IsLogTooLong || (_pagesLogged >= _options.CheckpointPages && _checkpoint.IsCompleted);

    private void Committed(Durability durability)
    {
        var pages = _session.TakePagesWritten();
        _pagesLogged += pages;
        _pagesInLog += pages;
        if (durability == Durability.Disk)
        {
            // The fsync of this commit covered all before it. A timer still armed costs one needless page at the worst.
            _flushArmed = false;
        }
        else if (pages > 0 && !_flushArmed)
        {
            _flushArmed = true;
            _flushTimer.Change(_options.FlushDelayMax, Timeout.InfiniteTimeSpan);
        }
    }

    private void RequestFlush()
    {
        if (_flushArmed)
            _thread.TryAddOwn(new FlushRequest(_time.GetUtcNow()));
    }

    private void AfterGroups()
    {
        var isTooLong = IsLogTooLong;
        if (isTooLong)
        {
            // SQLite answers "busy" at once while another checkpoint runs, so the wait for that one is ours.
            _checkpointIdle.WaitOne();
        }

        if (_checkpointed || isTooLong)
        {
            _checkpointed = false;
            FinishCheckpoint(isTooLong ? CheckpointMode.Restart : CheckpointMode.Passive);
        }

        if (_pagesLogged < _options.CheckpointPages || !_checkpoint.IsCompleted)
            return;
        _pagesLogged = 0;
        _checkpointIdle.Reset();
        _checkpoint = Task.Run(CheckpointInBackground);
    }

    private void FinishCheckpoint(CheckpointMode mode)
    {
        try
        {
            if (_session.Checkpoint(mode) == 0)
                _pagesInLog = 0;
        }
        catch (SqliteError e)
        {
            LogCheckpointFailed(e);
        }
    }

    private void CheckpointInBackground()
    {
        try
        {
            using var session = SqliteConnections.OpenForCheckpoint(_path);
            var left = session.Checkpoint(CheckpointMode.Passive);
            LogCheckpointed(left);
            _checkpointed = true;
            _thread.TryAddOwn(new FinishCheckpointRequest());
        }
        catch (SqliteError e)
        {
            LogCheckpointFailed(e);
        }
        finally
        {
            _checkpointIdle.Set();
        }
    }

    private void CloseSession()
    {
        try
        {
            // A reader that is still at work keeps the log from being truncated; it is whole all the same and the next start copies it.
            _session.Checkpoint(CheckpointMode.Truncate);
        }
        catch (SqliteError e)
        {
            LogCheckpointFailed(e);
        }

        _transaction.Dispose();
        _statements.Dispose();
        _session.Dispose();
    }
}
