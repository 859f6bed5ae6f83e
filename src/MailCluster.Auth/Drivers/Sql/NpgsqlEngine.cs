using Npgsql;
using NpgsqlTypes;

namespace MailCluster.Auth.Drivers.Sql;

/// <summary>PostgreSQL. Values go as text of unknown type, so that the server gives them the type that the query needs.</summary>
internal sealed class NpgsqlEngine : ISqlEngine
{
    private readonly NpgsqlDataSource _source;

    /// <exception cref="ArgumentException">The connection string is wrong; the message has none of its values.</exception>
    public NpgsqlEngine(SqlOptions options)
    {
        NpgsqlConnectionStringBuilder builder;
        try
        {
            builder = new NpgsqlConnectionStringBuilder(options.Connection);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            // The driver's text may quote what it did not understand: a piece of a password, for one.
            throw new ArgumentException("sql connection: expected what Npgsql takes, such as Host=db;Database=mail;Username=mail;Password=…");
        }

        var seconds = (int)Math.Max(1, Math.Ceiling(options.Timeout.TotalSeconds));
        if (options.Password is { } password) builder.Password = password;
        builder.MaxPoolSize = options.ConnectionsMax;
        builder.Timeout = seconds;
        builder.CommandTimeout = seconds;
        builder.CancellationTimeout = 1000;
        builder.ApplicationName ??= "mailcluster-auth";
        _source = NpgsqlDataSource.Create(builder);
    }

    public SqlStatement Parse(string query, bool allowsPassword) =>
        SqlStatement.Parse(query, static number => $"${number}", allowsPassword, hasBackslashEscapes: false);

    public async ValueTask<IReadOnlyList<IReadOnlyDictionary<string, string>>> QueryAsync(
        SqlStatement statement, string[] values, int rowsMax, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(statement, values, rowsMax, cancellationToken);
        }
        // A connection that the server closed while it lay in the pool is found out only now: one more try, with another one.
        catch (NpgsqlException e) when (e is not PostgresException { IsTransient: false } && e.InnerException is IOException)
        {
            return await AgainAsync(statement, values, rowsMax, cancellationToken);
        }
        catch (NpgsqlException e)
        {
            throw new DatabaseException(Describe(e), e);
        }
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private async ValueTask<IReadOnlyList<IReadOnlyDictionary<string, string>>> AgainAsync(
        SqlStatement statement, string[] values, int rowsMax, CancellationToken cancellationToken)
    {
        _source.Clear();
        try
        {
            return await RunAsync(statement, values, rowsMax, cancellationToken);
        }
        catch (NpgsqlException e)
        {
            throw new DatabaseException(Describe(e), e);
        }
    }

    private async ValueTask<IReadOnlyList<IReadOnlyDictionary<string, string>>> RunAsync(
        SqlStatement statement, string[] values, int rowsMax, CancellationToken cancellationToken)
    {
        await using var command = _source.CreateCommand(statement.Text);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value, NpgsqlDbType = NpgsqlDbType.Unknown });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await SqlRows.ReadAsync(reader, rowsMax, cancellationToken);
    }

    // A server's message names tables and columns; its detail may hold values.
    private static string Describe(NpgsqlException e) => e is PostgresException refusal ? $"{refusal.SqlState}: {refusal.MessageText}" : e.Message;
}
