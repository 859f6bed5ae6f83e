using System.Collections.Concurrent;

namespace MailCluster.Auth.Drivers;

/// <summary>
/// Connections of a native library between questions. How many there can be is bounded by <see cref="BlockingCalls"/>; one that failed is
/// closed, and one that lay too long as well, before a firewall on the way has forgotten it. A question that fails on a connection from the
/// pool is asked once more on a fresh one: the server may have been restarted since.
/// </summary>
internal sealed class ConnectionPool<T>(Func<T> open, TimeSpan idleMax, TimeProvider time) : IDisposable
    where T : class, IDisposable
{
    private readonly ConcurrentStack<(T Connection, long Since)> _idle = new();
    private volatile bool _isClosed;

    /// <summary>Runs a question on a connection that nobody else uses meanwhile.</summary>
    /// <exception cref="DatabaseException">It failed on a fresh connection too.</exception>
    public TResult Use<TResult>(Func<T, TResult> question)
    {
        if (Take() is { } used)
        {
            try
            {
                return Ask(used, question);
            }
            catch (DatabaseException)
            {
                // Lost while idle, as a rule. Those beside it are as old.
                Close();
            }
        }

        return Ask(open(), question);
    }

    public void Dispose()
    {
        _isClosed = true;
        Close();
    }

    private TResult Ask<TResult>(T connection, Func<T, TResult> question)
    {
        var isFine = false;
        try
        {
            var result = question(connection);
            isFine = true;
            return result;
        }
        finally
        {
            if (isFine && !_isClosed) _idle.Push((connection, time.GetTimestamp()));
            else connection.Dispose();
        }
    }

    private T? Take()
    {
        while (_idle.TryPop(out var idle))
        {
            if (time.GetElapsedTime(idle.Since) < idleMax) return idle.Connection;
            idle.Connection.Dispose();
        }

        return null;
    }

    private void Close()
    {
        while (_idle.TryPop(out var idle)) idle.Connection.Dispose();
    }
}
