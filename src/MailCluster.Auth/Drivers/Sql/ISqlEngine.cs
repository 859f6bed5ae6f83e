namespace MailCluster.Auth.Drivers.Sql;

/// <summary>One kind of database. Thread-safe; keeps at most so many connections as configured, and opens lost ones again.</summary>
internal interface ISqlEngine : IAsyncDisposable
{
    /// <summary>Reads a configured query for this engine.</summary>
    /// <exception cref="FormatException">It cannot be understood.</exception>
    SqlStatement Parse(string query, bool allowsPassword);

    /// <summary>Runs a query and gives its rows by column name, NULL values left out.</summary>
    /// <param name="statement">From <see cref="Parse"/>.</param>
    /// <param name="values">One for each parameter.</param>
    /// <param name="rowsMax">Rows read at most.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    /// <exception cref="DatabaseException">The database cannot answer.</exception>
    ValueTask<IReadOnlyList<IReadOnlyDictionary<string, string>>> QueryAsync(
        SqlStatement statement, string[] values, int rowsMax, CancellationToken cancellationToken);
}
