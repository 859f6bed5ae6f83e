namespace MailCluster.Auth.Drivers.Sql;

/// <summary>The databases that <c>sql</c> can ask.</summary>
public enum SqlKind
{
    /// <summary>PostgreSQL, through Npgsql.</summary>
    Postgres,

    /// <summary>A SQLite file.</summary>
    Sqlite,

    /// <summary>MySQL or MariaDB, through libmariadb.</summary>
    MySql,
}

/// <summary>Users in a relational database.</summary>
public sealed record SqlOptions : DatabaseOptions
{
    /// <inheritdoc/>
    public override string Driver => "sql";

    /// <summary>Which database.</summary>
    public required SqlKind Kind { get; init; }

    /// <summary>
    /// PostgreSQL: what Npgsql takes. SQLite: the file's path. MySQL: <c>host=…;port=…;socket=…;user=…;database=…;ssl=off|required|verify;ssl-ca=…</c>.
    /// </summary>
    public required string Connection { get; init; }

    /// <summary>The password of the server, or null; here rather than in <see cref="Connection"/>, so that it can come from a file of its own.</summary>
    public string? Password { get; init; }

    /// <summary>One row with <c>password</c> and any fields; null where the database is only a user database.</summary>
    public string? PasswordQuery { get; init; }

    /// <summary>One row of fields; null where it is only a password database.</summary>
    public string? UserQuery { get; init; }

    /// <summary>Rows with <c>user</c>, or with <c>username</c> and <c>domain</c>; null: no listing.</summary>
    public string? IterateQuery { get; init; }

    /// <summary>The scheme of stored passwords without <c>{SCHEME}</c>; null for CRYPT.</summary>
    public string? DefaultPasswordScheme { get; init; }

    /// <summary>Connections kept, and questions asked at once.</summary>
    public int ConnectionsMax { get; init; } = 5;

    /// <summary>Longest wait for a connection and for an answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Says why a text is no query for that kind of database, or null when it can be one.</summary>
    /// <param name="kind">The database.</param>
    /// <param name="query">The text.</param>
    /// <param name="allowsPassword">True for <see cref="PasswordQuery"/>, which may use what the client sent.</param>
    public static string? Problem(SqlKind kind, string query, bool allowsPassword)
    {
        try
        {
            _ = SqlStatement.Parse(query, static _ => "?", allowsPassword, hasBackslashEscapes: kind == SqlKind.MySql);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    /// <summary>Keeps the password out of logs.</summary>
    public override string ToString() => $"SqlOptions({Kind})";
}
