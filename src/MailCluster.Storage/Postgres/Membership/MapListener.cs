using Microsoft.Extensions.Logging;
using Npgsql;

namespace MailCluster.Storage.Postgres.Membership;

// Hears that the map changed, by LISTEN on a connection of its own.
//
// The server sends a notice to every listening connection after the commit of the change. A connection that breaks loses the notices until
// it is made again, so after each (re)connection everybody who watches is called once; between breaks nothing is lost. A server that vanished without a word is
// noticed by the connection's keep-alive. Whoever needs the map polls it as well: this only makes it quick.
internal sealed partial class MapListener : IAsyncDisposable
{
    private const string Channel = "mailcluster_map";

    private readonly string _connectionString;
    private readonly TimeSpan _retryDelay;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private List<Watcher> _watchers = [];
    private Task? _running;

    /// <summary>It was said that nobody listens.</summary>
    private bool _isDeaf;

    public MapListener(string connectionString, PostgresOptions options, TimeProvider time, ILogger logger)
    {
        _connectionString = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, KeepAlive = 5 }.ConnectionString;
        _retryDelay = options.RetryDelay;
        _time = time;
        _logger = logger;
    }

    /// <summary>The connection is made with the first watcher and kept.</summary>
    public IAsyncDisposable Watch(Action changed)
    {
        var watcher = new Watcher(this, changed);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopping.IsCancellationRequested, this);
            _watchers = [.. _watchers, watcher];
            _running ??= Task.Run(RunAsync);
        }

        return watcher;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_running is { } running)
            await running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await ListenAsync();
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                // Once for an outage, however often it is tried.
                if (!_isDeaf)
                    LogDeaf(PostgresErrors.Text(error));
                _isDeaf = true;
            }

            try
            {
                await Task.Delay(_retryDelay, _time, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task ListenAsync()
    {
        await using var connection = new NpgsqlConnection(_connectionString);
        connection.Notification += (_, _) => Call();
        await connection.OpenAsync(_stopping.Token);
        await using (var listen = new NpgsqlCommand("LISTEN " + Channel, connection))
            await listen.ExecuteNonQueryAsync(_stopping.Token);
        if (_isDeaf)
            LogHearingAgain();
        _isDeaf = false;

        // What changed while nobody listened.
        Call();
        while (true)
            await connection.WaitAsync(_stopping.Token);
    }

    private void Call()
    {
        foreach (var watcher in Volatile.Read(ref _watchers))
        {
            try
            {
                watcher.Changed();
            }
            catch (Exception error)
            {
                LogWatcherFailed(error);
            }
        }
    }

    private void Remove(Watcher watcher)
    {
        lock (_lock)
            _watchers = [.. _watchers.Where(other => other != watcher)];
    }

    [LoggerMessage(1506, LogLevel.Warning, "Changes of the cluster's map are not heard of until the database is reached again: {Reason}")]
    private partial void LogDeaf(string reason);

    [LoggerMessage(1507, LogLevel.Information, "Changes of the cluster's map are heard of again")]
    private partial void LogHearingAgain();

    [LoggerMessage(1508, LogLevel.Error, "What watches the cluster's map failed")]
    private partial void LogWatcherFailed(Exception exception);

    private sealed class Watcher(MapListener listener, Action changed) : IAsyncDisposable
    {
        public Action Changed => changed;

        public ValueTask DisposeAsync()
        {
            listener.Remove(this);
            return ValueTask.CompletedTask;
        }
    }
}
