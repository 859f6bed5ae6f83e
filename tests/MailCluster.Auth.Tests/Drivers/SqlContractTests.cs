using MailCluster.Auth.Drivers;
using MailCluster.Auth.Drivers.Sql;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Tests.Servers;
using MailCluster.Auth.UserDb;
using MailCluster.Testing;
using Microsoft.Data.Sqlite;

namespace MailCluster.Auth.Tests.Drivers;

/// <summary>The table that all three databases have.</summary>
internal static class SqlUsers
{
    public const string PasswordQuery = "SELECT userid AS user, stored AS password, quota AS userdb_quota_rule, nets AS allow_nets FROM users WHERE userid = '%u'";
    public const string UserQuery = "SELECT home, quota AS quota_rule FROM users WHERE userid = '%{user}' AND '%n@%d' = '%u'";
    public const string IterateQuery = "SELECT userid AS user FROM users";

    public static string Create(string textType, bool escapesBackslash)
    {
        var bob = PassDbContract.BobPassword.Replace("'", "''", StringComparison.Ordinal);
        if (escapesBackslash) bob = bob.Replace("\\", "\\\\", StringComparison.Ordinal);
        return $$"""
            CREATE TABLE users (id INTEGER PRIMARY KEY, userid {{textType}} NOT NULL, stored {{textType}}, home {{textType}}, quota {{textType}}, nets {{textType}});
            INSERT INTO users VALUES (1, '{{PassDbContract.Alice}}', '{PLAIN}{{PassDbContract.AlicePassword}}', '/home/alice', '*:storage=10M', NULL);
            INSERT INTO users VALUES (2, '{{PassDbContract.Bob}}', '{PLAIN}{{bob}}', '/home/bob', NULL, NULL);
            """;
    }
}

/// <summary>What all SQL databases keep to besides.</summary>
public abstract class SqlContract : ServerPassDbContract
{
    [Fact]
    public async Task Columns_are_fields_and_nulls_are_none()
    {
        var alice = await VerifyAsync(Alice, AlicePassword);
        Assert.Equal("*:storage=10M", alice.User!.Fields["userdb_quota_rule"]);
        Assert.Equal(["user"], (await VerifyAsync(Bob, BobPassword)).User!.Fields.Keys);
    }

    [Fact]
    public async Task Users_are_found_and_listed_without_passwords()
    {
        var users = (IUserDb)Database;
        var found = await users.FindAsync(Asked(Alice), default);
        Assert.Equal(UserDbStatus.Found, found.Status);
        Assert.Equal("/home/alice", found.User!.Fields["home"]);
        Assert.Equal(UserDbStatus.UnknownUser, (await users.FindAsync(Asked("x' OR 'a'='a"), default)).Status);
        Assert.Equal([Alice, Bob], (await users.ListAsync(default).ToArrayAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_query_with_two_rows_for_one_name_is_a_failure()
    {
        var database = Make(Options with { PasswordQuery = "SELECT stored AS password FROM users" });
        Assert.Equal(PassDbStatus.InternalFailure, (await database.VerifyAsync(AuthFixture.Query(Alice), "secret"u8.ToArray(), default)).Status);
    }

    [Fact]
    public async Task A_query_that_is_wrong_is_a_failure_and_the_log_says_why()
    {
        var database = Make(Options with { PasswordQuery = "SELECT stored FROM no_such_table WHERE userid = '%u'" });
        Assert.Equal(PassDbStatus.InternalFailure, (await database.VerifyAsync(AuthFixture.Query(Alice), "secret"u8.ToArray(), default)).Status);
        Assert.Contains(Log.Lines, static line => line.Contains("no_such_table", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_password_itself_may_be_a_parameter()
    {
        var database = Make(Options with { PasswordQuery = "SELECT 'yes' AS nopassword FROM users WHERE userid = '%u' AND stored = '{PLAIN}%w'" });
        Assert.Equal(PassDbStatus.Match, (await database.VerifyAsync(AuthFixture.Query(Alice), "secret"u8.ToArray(), default)).Status);
        Assert.Equal(PassDbStatus.UnknownUser, (await database.VerifyAsync(AuthFixture.Query(Alice), "' OR '1'='1"u8.ToArray(), default)).Status);
    }

    private protected abstract SqlOptions Options { get; }

    private static UserDbQuery Asked(string account) => new(account, "lmtp", new Dictionary<string, string>());
}

/// <summary>One server for all tests of the class, which run one after the other.</summary>
public sealed class PostgresFixture : IAsyncLifetime
{
    internal PostgresServer Server { get; private set; } = null!;

    internal string Connection { get; private set; } = "";

    public async Task InitializeAsync()
    {
        Server = await PostgresServer.StartAsync();
        var name = await Server.CreateDatabaseAsync();
        await Server.ExecuteAsync(name, SqlUsers.Create("text", escapesBackslash: false));
        Connection = Server.ConnectionString(name);
    }

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();
}

/// <summary>One server for all tests of the class.</summary>
public sealed class MariaDbFixture : IAsyncLifetime
{
    internal MariaDbServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await MariaDbServer.StartAsync($"""
        CREATE DATABASE mail CHARACTER SET utf8mb4; CREATE USER mail@localhost IDENTIFIED BY '{MariaDbServer.Password}'; GRANT SELECT ON mail.* TO mail@localhost; USE mail;
        {SqlUsers.Create("varchar(255)", escapesBackslash: true)}
        """);

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();
}

public sealed class PostgresPassDbTests(PostgresFixture fixture) : SqlContract, IClassFixture<PostgresFixture>
{

    private protected override SqlOptions Options => new()
    {
        Kind = SqlKind.Postgres,
        Connection = fixture.Connection,
        PasswordQuery = SqlUsers.PasswordQuery,
        UserQuery = SqlUsers.UserQuery,
        IterateQuery = SqlUsers.IterateQuery,
    };

    [Fact]
    public async Task A_column_of_another_type_is_compared_as_what_it_is()
    {
        var database = Make(Options with { PasswordQuery = "SELECT stored AS password FROM users WHERE id = '%u'" });
        Assert.Equal(PassDbStatus.Match, (await database.VerifyAsync(AuthFixture.Query("1"), "secret"u8.ToArray(), default)).Status);
    }

    private protected override Task<IPassDb> OpenAsync() => Task.FromResult(Make(Options));

    private protected override Task StopServerAsync() => fixture.Server.StopAsync();

    private protected override Task StartServerAsync() => fixture.Server.StartAgainAsync();

    private protected override DatabaseOptions Towards(SilentServer server) =>
        Options with { Connection = $"Host={server.DirectoryPath};Username=x;Database=x", Timeout = TimeSpan.FromSeconds(1) };
}

public sealed class MariaDbPassDbTests(MariaDbFixture fixture) : SqlContract, IClassFixture<MariaDbFixture>
{
    private protected override SqlOptions Options => new()
    {
        Kind = SqlKind.MySql,
        Connection = fixture.Server.Connection,
        Password = MariaDbServer.Password,
        PasswordQuery = SqlUsers.PasswordQuery,
        UserQuery = SqlUsers.UserQuery,
        IterateQuery = SqlUsers.IterateQuery,
    };

    private protected override Task<IPassDb> OpenAsync() => Task.FromResult(Make(Options));

    private protected override Task StopServerAsync() => fixture.Server.StopAsync();

    private protected override Task StartServerAsync() => fixture.Server.StartAgainAsync();

    private protected override DatabaseOptions Towards(SilentServer server) =>
        Options with { Connection = $"host=127.0.0.1;port={server.PortText};user=x;database=x", Timeout = TimeSpan.FromSeconds(1) };
}

public sealed class SqlitePassDbTests : SqlContract
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mailcluster-sqlite-");
    private SqliteConnection? _lock;

    private protected override SqlOptions Options => new()
    {
        Kind = SqlKind.Sqlite,
        Connection = FilePath,
        PasswordQuery = SqlUsers.PasswordQuery,
        UserQuery = SqlUsers.UserQuery,
        IterateQuery = SqlUsers.IterateQuery,
        Timeout = TimeSpan.FromSeconds(1),
    };

    private string FilePath => Path.Combine(_directory.FullName, "users.db");

    private protected override async Task<IPassDb> OpenAsync()
    {
        await using var connection = new SqliteConnection($"Data Source={FilePath};Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = SqlUsers.Create("TEXT", escapesBackslash: false);
        await command.ExecuteNonQueryAsync();
        return Make(Options);
    }

    private protected override async Task CloseAsync()
    {
        if (_lock is not null) await _lock.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    /// <summary>A file has no server: somebody else holds it locked.</summary>
    private protected override async Task StopServerAsync()
    {
        _lock = new SqliteConnection($"Data Source={FilePath};Pooling=false");
        await _lock.OpenAsync();
        await using var command = _lock.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        await command.ExecuteNonQueryAsync();
    }

    private protected override async Task StartServerAsync() => await _lock!.DisposeAsync();

    /// <summary>SQLite finds a socket where it looks for a file; that is not silence, and a failure as well.</summary>
    private protected override DatabaseOptions Towards(SilentServer server)
    {
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        socket.Connect(System.Net.IPAddress.Loopback, server.Port);
        return Options with { Connection = server.SocketPath };
    }
}
