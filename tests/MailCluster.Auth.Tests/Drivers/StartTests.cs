using MailCluster.Auth.Drivers;
using MailCluster.Auth.Drivers.Pam;
using MailCluster.Auth.Drivers.Sql;
using MailCluster.Auth.Users;
using Microsoft.Extensions.DependencyInjection;

namespace MailCluster.Auth.Tests.Drivers;

/// <summary>What cannot work is told when the node starts, in words that help and without secrets.</summary>
public sealed class StartTests
{
    [Fact]
    public void A_missing_library_is_told_with_its_package()
    {
        var error = Assert.Throws<ArgumentException>(static () => NativeLibraryMissing.ThrowIf("pam", "libpam.so.99", LibPam.DebianPackage));
        Assert.Contains("libpam.so.99", error.Message, StringComparison.Ordinal);
        Assert.Contains("Debian package libpam0g", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SqlKind.MySql, "host=db;passwort=hush")]
    [InlineData(SqlKind.MySql, "host=db;port=hush")]
    [InlineData(SqlKind.MySql, "hush")]
    [InlineData(SqlKind.Postgres, "Host=db;Passwort=hush")]
    [InlineData(SqlKind.Postgres, "Host=db;Port=hush")]
    public void A_connection_that_makes_no_sense_is_told_without_its_values(SqlKind kind, string connection)
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => Start(new PassDbOptions
        {
            Database = new SqlOptions { Kind = kind, Connection = connection, PasswordQuery = "SELECT '%u'" },
        }));
        Assert.DoesNotContain("hush", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_deny_list_that_cannot_look_users_up_is_refused() =>
        Assert.Contains("deny", Assert.Throws<DatabaseOptionsException>(static () => Start(new PassDbOptions { Database = new PamOptions(), Deny = true })).Message, StringComparison.Ordinal);

    [Fact]
    public void A_driver_is_refused_where_it_has_nothing_to_say()
    {
        Assert.Throws<DatabaseOptionsException>(static () => Start(new PassDbOptions { Database = new PrefetchOptions() }));
        Assert.Throws<DatabaseOptionsException>(static () => Start(new PassDbOptions { Database = new AccountsOptions() }, new PamOptions()));
    }

    [Fact]
    public void One_database_in_both_lists_is_one()
    {
        using var services = Services(new PassDbOptions { Database = new PasswdFileOptions("/nonexistent") }, new PasswdFileOptions("/nonexistent"));
        var databases = services.GetRequiredService<Databases>();
        Assert.Same(
            databases.PassDbs([new PassDbOptions { Database = new PasswdFileOptions("/nonexistent") }])[0].Database,
            databases.PassDbs([new PassDbOptions { Database = new PasswdFileOptions("/nonexistent"), Master = true }])[0].Database);
    }

    [Theory]
    [InlineData(true, AuthOutcome.Success)]
    [InlineData(false, AuthOutcome.TemporaryFailure)]
    public async Task What_another_server_said_is_remembered_where_that_is_wanted(bool isCached, AuthOutcome afterwards)
    {
        var file = Path.GetTempFileName();
        try
        {
            await using var services = Services(
                new PassDbOptions
                {
                    Database = new SqlOptions { Kind = SqlKind.Sqlite, Connection = file, PasswordQuery = "SELECT '{PLAIN}secret' AS password WHERE '%u' = 'alice'" },
                    IsCached = isCached,
                },
                new StaticOptions());
            Assert.Equal(AuthOutcome.Success, await LoginAsync(services, "secret"));
            File.Delete(file);
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Assert.Equal(afterwards, await LoginAsync(services, "secret"));
            Assert.Equal(AuthOutcome.TemporaryFailure, await LoginAsync(services, "other"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<AuthOutcome> LoginAsync(ServiceProvider services, string password) =>
        (await services.GetRequiredService<IAuthenticator>().AuthenticateAsync(
            new AuthRequest { Context = AuthFixture.Context(), Mechanism = "PLAIN", Username = "alice", Password = System.Text.Encoding.UTF8.GetBytes(password) },
            default)).Outcome;

    private static void Start(PassDbOptions passwords, DatabaseOptions? users = null)
    {
        using var services = Services(passwords, users ?? new AccountsOptions());
        _ = services.GetRequiredService<IAuthenticator>();
        _ = services.GetRequiredService<IUserDirectory>();
    }

    private static ServiceProvider Services(PassDbOptions passwords, DatabaseOptions users) => new ServiceCollection()
        .AddLogging()
        .AddMailClusterAuth(new AuthOptions { PasswdFile = "/nonexistent/users", PassDbs = [passwords], UserDbs = [new UserDbOptions { Database = users }] })
        .BuildServiceProvider();
}
