using System.Runtime.CompilerServices;
using System.Text;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Templates;
using MailCluster.Auth.UserDb;
using MailCluster.Auth.Users;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Drivers.Sql;

/// <summary>
/// Users in a relational database. Columns become fields by their names; <c>password</c> is the stored password, <c>userdb_…</c> fields
/// serve a prefetch, <c>user</c> renames the account. A column that is NULL is a field that is not there.
/// </summary>
internal sealed class SqlDb : StoredPassDb, IUserDb, IAsyncDisposable
{
    /// <summary>Rows of a listing at most: a bound against a query that joins too much.</summary>
    private const int ListedMax = 10_000_000;

    private const string Password = "password";

    private readonly ISqlEngine _engine;
    private readonly ILogger<SqlDb> _logger;
    private readonly SqlStatement? _passwordQuery;
    private readonly SqlStatement? _userQuery;
    private readonly SqlStatement? _iterateQuery;

    /// <exception cref="ArgumentException">A query cannot be understood.</exception>
    public SqlDb(SqlOptions options, ISqlEngine engine, PasswordHashing hashing, ILogger<SqlDb> logger)
        : base(hashing, logger, options.DefaultPasswordScheme)
    {
        _engine = engine;
        _logger = logger;
        _passwordQuery = Parse("password-query", options.PasswordQuery, allowsPassword: true);
        _userQuery = Parse("user-query", options.UserQuery, allowsPassword: false);
        _iterateQuery = Parse("iterate-query", options.IterateQuery, allowsPassword: false);
    }

    public override string Name => "sql";

    public bool CanList => _iterateQuery is not null;

    public async ValueTask<UserDbResult> FindAsync(UserDbQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await OneAsync(_userQuery!, AuthVariables.Of(query), cancellationToken) is { } row
                ? new UserDbResult(UserDbStatus.Found, new UserInfo(query.Account, row))
                : UserDbResult.UnknownUser;
        }
        catch (DatabaseException e)
        {
            DatabaseLog.Unavailable(_logger, Name, e.Message);
            return new UserDbResult(UserDbStatus.InternalFailure, Problem: $"sql: {e.Message}");
        }
    }

    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<IReadOnlyDictionary<string, string>> rows;
        var nobody = new AuthVariables("", "admin", null, new Dictionary<string, string>());
        try
        {
            rows = await _engine.QueryAsync(_iterateQuery!, _iterateQuery!.Values(nobody), ListedMax, cancellationToken);
        }
        catch (DatabaseException e)
        {
            DatabaseLog.Unavailable(_logger, Name, e.Message);
            throw new UserDirectoryException($"sql: {e.Message}", e);
        }

        var names = new ListedNames(Name, _logger);
        foreach (var row in rows)
        {
            if (names.Take(PassDbNames(row)) is { } account) yield return account;
        }

        names.Report();
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    protected override async ValueTask<StoredUser?> FindAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        var variables = AuthVariables.Of(query) with { Password = Encoding.UTF8.GetString(password.Span) };
        if (await OneAsync(_passwordQuery!, variables, cancellationToken) is not { } row) return null;
        var stored = row.GetValueOrDefault(Password);
        return new StoredUser(
            new UserInfo(query.Account, row.Where(static field => field.Key != Password).ToDictionary(StringComparer.Ordinal)), stored);
    }

    // Two rows for one name would make it a matter of luck whose mail is opened.
    private async ValueTask<IReadOnlyDictionary<string, string>?> OneAsync(
        SqlStatement statement, AuthVariables variables, CancellationToken cancellationToken)
    {
        var rows = await _engine.QueryAsync(statement, statement.Values(variables), 2, cancellationToken);
        if (rows.Count <= 1) return rows.Count == 0 ? null : rows[0];
        DatabaseLog.Ambiguous(_logger, Name, rows.Count, LogText.Escape(variables.Account));
        throw new DatabaseException("the query gives several rows for one name");
    }

    private static string PassDbNames(IReadOnlyDictionary<string, string> row)
    {
        if (row.GetValueOrDefault("user") is { } whole) return whole;
        var name = row.GetValueOrDefault("username") ?? "";
        return row.GetValueOrDefault("domain") is { } domain ? $"{name}@{domain}" : name;
    }

    private SqlStatement? Parse(string key, string? query, bool allowsPassword)
    {
        try
        {
            return query is null ? null : _engine.Parse(query, allowsPassword);
        }
        catch (FormatException e)
        {
            throw new ArgumentException($"sql {key}: {e.Message}", e);
        }
    }
}
