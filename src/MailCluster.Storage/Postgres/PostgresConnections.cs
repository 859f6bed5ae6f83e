using Microsoft.Extensions.Logging;
using Npgsql;

namespace MailCluster.Storage.Postgres;

// The connections of one node, and what happens when there is nothing to connect to.
//
// The problem: a database that is restarted, fails over, or is cut off must cost its users answers of "unavailable", at once, and nothing
// else; and it must be used again by itself as soon as it is back.
//
// - Connections come from Npgsql's pool, at most ConnectionsMax. Opening one is bounded by ConnectTimeout, a statement by CommandTimeout here and
//   by statement_timeout at the server, so that a statement that nobody waits for any more does not hold locks for long.
// - When a connection cannot be opened, the gate closes for RetryDelay: everybody fails at once instead of waiting for a time-out each. The first one
//   after it tries to connect, while the others still fail; when it succeeds the gate is open.
// - When a connection breaks under a statement, all idle ones are thrown away (after a restart of the server each of them is dead, and each would cost
//   one request). A statement that only reads is sent once more; of one that writes the outcome is unknown, which the caller has to hear.
//
// Nothing is queued here: callers wait in the pool's queue, bounded by the time-out, or in the bounded lanes before it.
internal sealed partial class PostgresConnections : IAsyncDisposable
{
    // For each statement the server's planner would otherwise choose by the statistics of tables that may be empty at the time, and keep the choice:
    // every statement here is meant to go by a key. "synchronous_commit = off" as a default of the server would break promise 1.
    private const string SessionSettings = """
        SELECT set_config('enable_seqscan', 'off', false), set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false),
               set_config('jit', 'off', false), set_config('plan_cache_mode', 'force_generic_plan', false),
               set_config('default_transaction_isolation', 'read committed', false),
               set_config('bytea_output', 'hex', false),
               set_config('statement_timeout', $1, false), set_config('idle_in_transaction_session_timeout', $1, false),
               set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, false)
        """;

    private readonly NpgsqlDataSource _source;
    private readonly PostgresOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private long _closedAt;
    private bool _isClosed;
    private string _reason = "";

    public PostgresConnections(PostgresOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        var settings = new NpgsqlConnectionStringBuilder(options.Connection)
        {
            ApplicationName = "mailcluster",
            MaxPoolSize = options.ConnectionsMax,
            Timeout = (int)Math.Ceiling(options.ConnectTimeout.TotalSeconds),
            CommandTimeout = (int)Math.Ceiling(options.CommandTimeout.TotalSeconds),
            // How long a cancelled statement is waited for before its connection is given up, in milliseconds.
            CancellationTimeout = 500,
            // A server that vanished without a word is noticed on idle connections too.
            KeepAlive = 15,
            TcpKeepAlive = true,
            // No statement of ours leaves anything in the session that another one could see.
            NoResetOnClose = true,
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,
            // Error texts then never hold what users wrote.
            IncludeErrorDetail = false,
        };
        ConnectionString = settings.ConnectionString;
        Address = $"{settings.Host}{(settings.Host is ['/', ..] ? "" : $":{settings.Port}")}/{settings.Database}";
        var builder = new NpgsqlDataSourceBuilder(ConnectionString);
        builder.UsePhysicalConnectionInitializer(static connection => Initialize(connection), InitializeAsync);
        _source = builder.Build();
    }

    /// <summary>Host and database, without credentials: for messages.</summary>
    public string Address { get; }

    /// <summary>With everything the options say, for the one connection that listens.</summary>
    public string ConnectionString { get; }

    /// <summary>A connection for statements that follow each other. Dispose of it.</summary>
    public async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        PassGate();
        try
        {
            var connection = await _source.OpenConnectionAsync(cancellationToken);
            OpenGate();
            return connection;
        }
        catch (Exception error) when (IsNobodyThere(error))
        {
            CloseGate(error);
            throw;
        }
    }

    /// <summary>Runs something that only reads; once more when a connection turns out to be dead.</summary>
    public async ValueTask<T> ReadAsync<TArgument, T>(
        TArgument argument, Func<NpgsqlConnection, TArgument, CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        for (var isLast = false; ; isLast = true)
        {
            try
            {
                await using var connection = await OpenAsync(cancellationToken);
                return await read(connection, argument, cancellationToken);
            }
            catch (Exception error) when (!isLast && PostgresErrors.IsConnection(error) && IsOpen)
            {
                Broke(error);
            }
        }
    }

    /// <summary>To be told of each failure of a statement: throws the idle connections away when this one broke.</summary>
    public void Broke(Exception error)
    {
        if (PostgresErrors.IsConnection(error))
            _source.Clear();
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private bool IsOpen
    {
        get
        {
            lock (_gate)
                return !_isClosed;
        }
    }

    private static bool IsNobodyThere(Exception error) => PostgresErrors.IsDatabase(error) && !PostgresErrors.IsPoolExhausted(error);

    private void PassGate()
    {
        lock (_gate)
        {
            if (!_isClosed)
                return;
            if (_time.GetElapsedTime(_closedAt) < _options.RetryDelay)
                throw new PostgresDownException(_reason);
            _closedAt = _time.GetTimestamp();
        }
    }

    private void CloseGate(Exception error)
    {
        bool wasOpen;
        lock (_gate)
        {
            wasOpen = !_isClosed;
            _isClosed = true;
            _closedAt = _time.GetTimestamp();
            _reason = PostgresErrors.Text(error);
        }

        if (wasOpen)
            LogLost(Address, PostgresErrors.Text(error));
    }

    private void OpenGate()
    {
        lock (_gate)
        {
            if (!_isClosed)
                return;
            _isClosed = false;
        }

        LogBack(Address);
    }

    private static void Initialize(NpgsqlConnection connection)
    {
        using var command = Settings(connection);
        command.ExecuteNonQuery();
    }

    private static async Task InitializeAsync(NpgsqlConnection connection)
    {
        await using var command = Settings(connection);
        await command.ExecuteNonQueryAsync();
    }

    private static NpgsqlCommand Settings(NpgsqlConnection connection)
    {
        var command = new NpgsqlCommand(SessionSettings, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{connection.CommandTimeout * 1000}") });
        return command;
    }

    [LoggerMessage(1500, LogLevel.Error, "The database {Address} cannot be reached; what needs it fails until it can: {Reason}")]
    private partial void LogLost(string address, string reason);

    [LoggerMessage(1501, LogLevel.Information, "The database {Address} is reached again")]
    private partial void LogBack(string address);
}
