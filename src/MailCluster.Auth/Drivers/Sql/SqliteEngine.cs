using Microsoft.Data.Sqlite;

namespace MailCluster.Auth.Drivers.Sql;

/// <summary>
/// A SQLite file, opened for reading: whoever maintains the users writes it. SQLite answers on the calling thread and blocks while
/// another process has the file locked, so its calls run apart.
/// </summary>
internal sealed class SqliteEngine : ISqlEngine
{
    private readonly BlockingCalls _calls;
    private readonly string _connection;
    private readonly int _lockSeconds;

    public SqliteEngine(SqlOptions options, TimeProvider time)
    {
        _calls = new BlockingCalls("SQLite", options.ConnectionsMax, waitingMax: 1024, options.Timeout, time);
        _connection = new SqliteConnectionStringBuilder { DataSource = options.Connection, Mode = SqliteOpenMode.ReadOnly }.ToString();
        _lockSeconds = (int)Math.Max(1, Math.Ceiling(options.Timeout.TotalSeconds));
    }

    public SqlStatement Parse(string query, bool allowsPassword) =>
        SqlStatement.Parse(query, static number => $"?{number}", allowsPassword, hasBackslashEscapes: false);

    public ValueTask<IReadOnlyList<IReadOnlyDictionary<string, string>>> QueryAsync(
        SqlStatement statement, string[] values, int rowsMax, CancellationToken cancellationToken) =>
        _calls.RunAsync(() => Run(statement, values, rowsMax), cancellationToken);

    public ValueTask DisposeAsync()
    {
        _calls.Dispose();
        using var connection = new SqliteConnection(_connection);
        SqliteConnection.ClearPool(connection);
        return ValueTask.CompletedTask;
    }

    private IReadOnlyList<IReadOnlyDictionary<string, string>> Run(SqlStatement statement, string[] values, int rowsMax)
    {
        try
        {
            using var connection = new SqliteConnection(_connection);
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = statement.Text;
            command.CommandTimeout = _lockSeconds;
            for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"?{i + 1}", values[i]);
            using var reader = command.ExecuteReader();
            return SqlRows.Read(reader, rowsMax);
        }
        catch (SqliteException e)
        {
            throw new DatabaseException(e.Message, e);
        }
    }
}
