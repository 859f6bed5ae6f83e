using System.Collections.Concurrent;
using MailCluster.Persistence;
using MailCluster.Storage.Sqlite.Native;

namespace MailCluster.Storage.Sqlite;

/// <summary>The read-only connections: a few, opened when first needed, lent to one reader at a time.</summary>
internal sealed class SqliteReaders(string path, int readersMax) : IDisposable
{
    private readonly SemaphoreSlim _free = new(readersMax, readersMax);
    private readonly ConcurrentStack<SqliteReader> _idle = new();
    private volatile bool _closed;

    /// <summary>Lends a connection; disposing the lease gives it back.</summary>
    /// <exception cref="JournalUnavailableException">The database cannot be opened, or is closed.</exception>
    public async ValueTask<Lease> RentAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            if (_closed)
                throw new JournalUnavailableException("The database is closed.");
            if (!_idle.TryPop(out var reader))
                reader = new SqliteReader(SqliteConnections.OpenReader(path));
            return new Lease(this, reader);
        }
        catch (SqliteError e)
        {
            _free.Release();
            throw Unavailable(e);
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    public static JournalUnavailableException Unavailable(SqliteError e) => new($"The journal cannot be read: {e.Message}", e) { IsAway = false };

    /// <summary>Closes those that nobody has now, with the pages they keep.</summary>
    public void CloseIdle()
    {
        while (_idle.TryPop(out var reader))
            reader.Dispose();
    }

    private void GiveBack(SqliteReader reader)
    {
        if (_closed || reader.IsDoubtful)
            reader.Dispose();
        else
            _idle.Push(reader);
        _free.Release();
    }

    /// <summary>Closes the connections; those that are lent close when they come back.</summary>
    public void Dispose()
    {
        _closed = true;
        CloseIdle();
    }

    internal readonly struct Lease(SqliteReaders readers, SqliteReader reader) : IDisposable
    {
        public SqliteReader Reader => reader;

        public void Dispose() => readers.GiveBack(reader);
    }
}

/// <summary>One read-only connection and its statements.</summary>
internal sealed class SqliteReader(SqliteSession session) : IDisposable
{
    public SqliteStatements Statements { get; } = new(session);

    /// <summary>An error happened on it; it is not lent again.</summary>
    public bool IsDoubtful { get; private set; }

    /// <summary>Runs a read; a failure is answered as the port says.</summary>
    /// <exception cref="JournalUnavailableException">The read failed.</exception>
    public TResult Read<TArgument, TResult>(TArgument argument, Func<SqliteStatements, TArgument, TResult> read)
    {
        try
        {
            return read(Statements, argument);
        }
        catch (SqliteError e)
        {
            IsDoubtful = true;
            throw SqliteReaders.Unavailable(e);
        }
    }

    public void Dispose()
    {
        Statements.Dispose();
        session.Dispose();
    }
}
