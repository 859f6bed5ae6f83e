using System.Text;
using MailCluster.Auth.Drivers;
using MailCluster.Auth.Drivers.Ldap;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Tests.Servers;
using MailCluster.Auth.UserDb;

namespace MailCluster.Auth.Tests.Drivers;

/// <summary>One directory for all tests of a class.</summary>
public sealed class SlapdFixture : IAsyncLifetime
{
    internal SlapdServer Server { get; private set; } = null!;

    public async Task InitializeAsync() => Server = await SlapdServer.StartAsync(
        SlapdServer.Person(PassDbContract.Alice, PassDbContract.AlicePassword, "employeeType: *:storage=10M", "ou: staff", "ou: admins")
        + SlapdServer.Person(PassDbContract.Bob, PassDbContract.BobPassword));

    public Task DisposeAsync() => Server.DisposeAsync().AsTask();
}

/// <summary>What the three ways to ask a directory have in common.</summary>
public abstract class LdapContract(SlapdFixture fixture) : ServerPassDbContract
{
    [Fact]
    public async Task An_empty_password_is_never_a_bind_without_one() =>
        Assert.NotEqual(PassDbStatus.Match, (await Database.VerifyAsync(AuthFixture.Query(Alice), default, default)).Status);

    [Fact]
    public async Task Over_StartTls_the_authority_decides_whom_to_trust()
    {
        var trusted = Make(Options with { Server = OverTls() });
        var answer = await trusted.VerifyAsync(AuthFixture.Query(Alice), "secret"u8.ToArray(), default);
        Assert.True(answer.Status == PassDbStatus.Match, string.Join('\n', Log.Lines));
        var untrusted = Make(Options with { Server = OverTls() with { AuthorityFile = null } });
        Assert.Equal(PassDbStatus.InternalFailure, (await untrusted.VerifyAsync(AuthFixture.Query(Alice), "secret"u8.ToArray(), default)).Status);
        var careless = Make(Options with { Server = OverTls() with { AuthorityFile = null, VerifiesServer = false } });
        Assert.Equal(PassDbStatus.Match, (await careless.VerifyAsync(AuthFixture.Query(Alice), "secret"u8.ToArray(), default)).Status);
    }

    internal SlapdServer Server => fixture.Server;

    internal LdapServerOptions OnSocket => new()
    {
        Uris = Server.SocketUri,
        BindDn = SlapdServer.SearcherDn,
        BindPassword = SlapdServer.SearcherPassword,
    };

    internal LdapServerOptions OverTls() => OnSocket with { Uris = Server.Uri389, StartTls = true, AuthorityFile = Server.Files.Authority };

    private protected abstract LdapOptions Options { get; }

    private protected override Task<IPassDb> OpenAsync() => Task.FromResult(Make(Options));

    private protected override Task StopServerAsync() => Server.StopAsync();

    private protected override Task StartServerAsync() => Server.StartAgainAsync();

    private protected override DatabaseOptions Towards(SilentServer server) =>
        Options with { Server = OnSocket with { Uris = $"ldap://127.0.0.1:{server.PortText}", Timeout = TimeSpan.FromSeconds(1) } };
}

public sealed class LdapSearchTests(SlapdFixture fixture) : LdapContract(fixture), IClassFixture<SlapdFixture>
{
    private protected override LdapOptions Options => new()
    {
        Server = OnSocket,
        Base = $"ou=people,{SlapdServer.Base}",
        Filter = "(&(objectClass=inetOrgPerson)(mail=%{user}))",
        DefaultPasswordScheme = "PLAIN",
        IterateFilter = "(objectClass=inetOrgPerson)",
        IterateUser = "%{ldap:mail}",
        Fields = new FieldList(new Dictionary<string, string>
        {
            ["password"] = "%{ldap:userPassword}",
            ["userdb_quota_rule"] = "%{ldap:employeeType}",
            ["userdb_acl_groups"] = "%{ldap_multi:ou}",
            ["userdb_home"] = "/home/%{user | domain}/%{user | username}",
        }),
    };

    [Fact]
    public async Task Attributes_become_fields_and_missing_ones_none()
    {
        var alice = (await VerifyAsync(Alice, AlicePassword)).User!.Fields;
        Assert.Equal(("*:storage=10M", "staff,admins", "/home/example.com/alice"), (alice["userdb_quota_rule"], alice["userdb_acl_groups"], alice["userdb_home"]));
        Assert.Equal(["userdb_home"], (await VerifyAsync(Bob, BobPassword)).User!.Fields.Keys);
    }

    [Fact]
    public async Task The_user_database_finds_and_lists()
    {
        var users = (IUserDb)Database;
        Assert.Equal(UserDbStatus.Found, (await users.FindAsync(new UserDbQuery(Alice, "lmtp", new Dictionary<string, string>()), default)).Status);
        Assert.Equal(UserDbStatus.UnknownUser, (await users.FindAsync(new UserDbQuery("*", "lmtp", new Dictionary<string, string>()), default)).Status);
        Assert.Equal([Alice, Bob], (await users.ListAsync(default).ToArrayAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_base_that_does_not_exist_is_a_failure_not_an_unknown_user()
    {
        var database = Make(Options with { Base = "ou=nowhere,dc=example,dc=com" });
        Assert.Equal(PassDbStatus.InternalFailure, (await database.VerifyAsync(AuthFixture.Query(Alice), "secret"u8.ToArray(), default)).Status);
    }

    [Fact]
    public async Task A_searcher_who_is_refused_is_a_failure()
    {
        var database = Make(Options with { Server = OnSocket with { BindPassword = "wrong" } });
        Assert.Equal(PassDbStatus.InternalFailure, (await database.VerifyAsync(AuthFixture.Query(Alice), "secret"u8.ToArray(), default)).Status);
        Assert.DoesNotContain(Log.Lines, static line => line.Contains("wrong", StringComparison.Ordinal));
    }
}

public sealed class LdapBindTests(SlapdFixture fixture) : LdapContract(fixture), IClassFixture<SlapdFixture>
{
    private protected override LdapOptions Options => new()
    {
        Server = OnSocket,
        Base = SlapdServer.Base,
        Filter = "(mail=%u)",
        Bind = true,
        Fields = new FieldList(new Dictionary<string, string> { ["userdb_quota_rule"] = "%{ldap:employeeType}" }),
    };

    [Fact]
    public async Task The_entrys_fields_come_along() =>
        Assert.Equal("*:storage=10M", (await VerifyAsync(Alice, AlicePassword)).User!.Fields["userdb_quota_rule"]);
}

public sealed class LdapBindByTemplateTests(SlapdFixture fixture) : LdapContract(fixture), IClassFixture<SlapdFixture>
{
    private protected override LdapOptions Options => new()
    {
        Server = OnSocket,
        Bind = true,
        UserDn = $"mail=%{{user}},ou=people,{SlapdServer.Base}",
    };
}

/// <summary>A listing longer than what a server gives at once.</summary>
public sealed class LdapListingTests
{
    [Fact]
    public async Task Twelve_hundred_users_are_listed_over_a_limit_of_five_hundred()
    {
        var ldif = new StringBuilder();
        for (var i = 0; i < 1200; i++) ldif.Append(SlapdServer.Person($"u{i}@example.com", "x"));
        await using var server = await SlapdServer.StartAsync(ldif.ToString());
        using var directory = new LdapDirectory(
            new LdapServerOptions { Uris = server.SocketUri, BindDn = SlapdServer.SearcherDn, BindPassword = SlapdServer.SearcherPassword }, TimeProvider.System);
        var entries = await directory.SearchAsync(
            static connection => connection.SearchAll(SlapdServer.Base, LdapScope.Subtree, "(objectClass=inetOrgPerson)", ["mail"]), default);
        Assert.Equal(1200, entries.Select(static entry => entry.Attributes["mail"][0]).Distinct().Count());
    }
}
