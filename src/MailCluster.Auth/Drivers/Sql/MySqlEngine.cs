namespace MailCluster.Auth.Drivers.Sql;

/// <summary>MySQL and MariaDB. libmariadb blocks, so its calls run apart, each on a connection of its own.</summary>
internal sealed class MySqlEngine : ISqlEngine
{
    /// <summary>Well below the eight hours after which a server closes idle connections, and below what firewalls allow.</summary>
    private static readonly TimeSpan IdleMax = TimeSpan.FromMinutes(5);

    private readonly BlockingCalls _calls;
    private readonly ConnectionPool<MySqlConnection> _connections;

    /// <exception cref="ArgumentException">The connection text is wrong, or the library is missing.</exception>
    public MySqlEngine(SqlOptions options, TimeProvider time)
    {
        NativeLibraryMissing.ThrowIf("sql (mysql)", LibMariaDb.Library, LibMariaDb.DebianPackage);
        var server = new MySqlOptions(options.Connection, options.Password);
        _calls = new BlockingCalls("MySQL", options.ConnectionsMax, waitingMax: 1024, options.Timeout, time);
        _connections = new ConnectionPool<MySqlConnection>(() => new MySqlConnection(server, options.Timeout), IdleMax, time);
    }

    public SqlStatement Parse(string query, bool allowsPassword) =>
        SqlStatement.Parse(query, static _ => "?", allowsPassword, hasBackslashEscapes: true);

    public ValueTask<IReadOnlyList<IReadOnlyDictionary<string, string>>> QueryAsync(
        SqlStatement statement, string[] values, int rowsMax, CancellationToken cancellationToken) =>
        _calls.RunAsync(
            () =>
            {
                try
                {
                    return _connections.Use(connection => connection.Query(statement, values, rowsMax));
                }
                finally
                {
                    // The library keeps memory for each thread that has called it, and this thread ends now.
                    LibMariaDb.mysql_thread_end();
                }
            },
            cancellationToken);

    public ValueTask DisposeAsync()
    {
        _calls.Dispose();
        _connections.Dispose();
        return ValueTask.CompletedTask;
    }
}
