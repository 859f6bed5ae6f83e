using System.Text;
using MailCluster.Auth.Chains;
using MailCluster.Auth.Drivers;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Templates;
using MailCluster.Auth.Users;
using MailCluster.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Tests;

/// <summary>What a chain does besides its rules: masters, deny lists, filters, fields.</summary>
public sealed class ChainTests
{
    [Fact]
    public async Task A_deny_list_is_asked_without_the_password_and_refuses_whoever_is_in_it()
    {
        var accounts = new FixedPasswords(PassDbStatus.Match);
        Assert.Equal(PassDbStatus.Refused, (await AskAsync("a", Deny(PassDbStatus.Match), new(accounts))).Status);
        Assert.Equal(0, accounts.Asked);
        Assert.Equal(PassDbStatus.Match, (await AskAsync("a", Deny(PassDbStatus.UnknownUser), new(accounts))).Status);
        // A deny list that cannot answer lets nobody in.
        Assert.Equal(PassDbStatus.InternalFailure, (await AskAsync("a", Deny(PassDbStatus.InternalFailure), new(accounts))).Status);
        static PassDbStep Deny(PassDbStatus status) => new(new FixedPasswords(status)) { IsDeny = true };
    }

    [Fact]
    public async Task A_token_that_brings_its_name_does_not_pass_by_the_deny_list()
    {
        var deny = new FixedPasswords(PassDbStatus.Match);
        var chain = Chain(new(deny) { IsDeny = true }, new(new FixedPasswords(PassDbStatus.Match) { Account = "mallory" }));
        var result = await chain.VerifyTokenAsync(AuthFixture.Query("", "OAUTHBEARER"), "token"u8.ToArray(), default);
        Assert.Equal((PassDbStatus.Refused, "mallory"), (result.Status, deny.Query!.Account));
    }

    [Fact]
    public async Task A_token_without_a_claimed_name_is_no_masters_log_in()
    {
        var master = new FixedPasswords(PassDbStatus.Match);
        var chain = Chain(new(master) { IsMaster = true }, new(new FixedPasswords(PassDbStatus.Match) { Account = "alice" }));
        var result = await chain.VerifyTokenAsync(AuthFixture.Query("", "OAUTHBEARER") with { LoginUser = "alice" }, "token"u8.ToArray(), default);
        Assert.Equal((PassDbStatus.Match, "alice", null, 0), (result.Status, result.User!.Account, result.MasterUser, master.Asked));
    }

    [Fact]
    public async Task Once_the_password_was_verified_others_are_looked_up_only()
    {
        var second = new FixedPasswords(PassDbStatus.Match, ("b", "2"), ("c", "3"));
        var skipped = new FixedPasswords(PassDbStatus.Mismatch);
        var result = await AskAsync(
            "a",
            new(new FixedPasswords(PassDbStatus.Match, ("a", "1"), ("b", "1"), ("nopassword", ""))) { Rules = ChainRules.Default with { OnSuccess = ChainRule.ContinueOk } },
            new(skipped) { SkipWhen = ChainSkip.AfterSuccess },
            new(second) { Rules = ChainRules.Default with { OnSuccess = ChainRule.Continue } });
        Assert.Equal(PassDbStatus.Match, result.Status);
        Assert.True(second.Query!.IsVerified);
        Assert.Equal(0, skipped.Asked);
        Assert.Equal([("a", "1"), ("b", "2"), ("c", "3")], result.User!.Fields.Select(static field => (field.Key, field.Value)).Order());
    }

    [Fact]
    public async Task A_database_may_be_only_for_some_mechanisms_and_names()
    {
        var database = new FixedPasswords(PassDbStatus.Match);
        var step = new PassDbStep(database) { Mechanisms = ["LOGIN"], UsernameFilter = ["*@example.com", "!bad@*"] };
        var login = AuthFixture.Query("alice@example.com", "LOGIN");
        Assert.Equal(PassDbStatus.Match, (await Chain(step).VerifyAsync(login, default, default)).Status);
        foreach (var query in new[] { login with { Mechanism = "PLAIN" }, login with { Account = "bad@example.com" }, login with { Account = "alice@example.org" } })
        {
            // All databases were left out: that is the configuration's fault, not a wrong password.
            var result = await Chain(step).VerifyAsync(query, default, default);
            Assert.Equal((PassDbStatus.InternalFailure, "all-skipped"), (result.Status, result.Reason));
        }

        Assert.Equal(1, database.Asked);
    }

    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.1", true)]
    [InlineData("192.0.2.0/24", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.0/24", "198.51.100.1", false)]
    [InlineData("198.51.100.7,2001:db8::/32", "2001:db8::1", true)]
    [InlineData("local", "192.0.2.1", false)]
    [InlineData("local 10.0.0.0/8", null, true)]
    [InlineData("10.0.0.0/8", null, false)]
    [InlineData("nonsense", "192.0.2.1", false)]
    public async Task Allow_nets_lets_in_from_these_networks_alone(string networks, string? address, bool isAllowed)
    {
        var chain = Chain(new PassDbStep(new FixedPasswords(PassDbStatus.Match, ("allow_nets", networks))));
        var context = AuthFixture.Context() with { RemoteAddress = address is null ? null : System.Net.IPAddress.Parse(address) };
        var result = await chain.VerifyAsync(AuthFixture.Query("a") with { Context = context }, default, default);
        Assert.Equal(isAllowed ? PassDbStatus.Match : PassDbStatus.Mismatch, result.Status);
    }

    [Theory]
    [InlineData("user", "Bob@example.org", "bob@example.org")]
    [InlineData("username", "bob", "bob@example.com")]
    [InlineData("domain", "example.org", "alice@example.org")]
    [InlineData("login_user", "bob@example.org", "bob@example.org")]
    public async Task A_field_may_rename_the_account(string field, string value, string account)
    {
        var result = await AskAsync("alice@example.com", new PassDbStep(new FixedPasswords(PassDbStatus.Match, (field, value))));
        Assert.Equal(account, result.User!.Account);
        Assert.Equal(field == "login_user" ? "alice@example.com" : null, result.MasterUser);
    }

    [Fact]
    public async Task A_name_that_cannot_be_an_account_is_a_failure() =>
        Assert.Equal(PassDbStatus.InternalFailure, (await AskAsync("a", new PassDbStep(new FixedPasswords(PassDbStatus.Match, ("user", "a b"))))).Status);

    [Fact]
    public async Task Noauthenticate_gives_fields_and_leaves_the_password_to_the_next()
    {
        var first = new PassDbStep(new FixedPasswords(PassDbStatus.Match, ("noauthenticate", ""), ("x", "1")));
        Assert.Equal(PassDbStatus.Mismatch, (await AskAsync("a", first, new(new FixedPasswords(PassDbStatus.Mismatch)))).Status);
        var result = await AskAsync("a", first, new(new FixedPasswords(PassDbStatus.Match)));
        Assert.Equal((PassDbStatus.Match, "1"), (result.Status, result.User!.Fields["x"]));
        Assert.Equal(PassDbStatus.InternalFailure, (await AskAsync("a", first)).Status);
    }

    [Fact]
    public async Task Configured_fields_stand_below_and_above_those_of_the_database()
    {
        var result = await AskAsync("alice@example.com", new PassDbStep(new FixedPasswords(PassDbStatus.Match, ("own", "1"), ("both", "1")))
        {
            DefaultFields = Templates(("own", "0"), ("low", "%u")),
            OverrideFields = Templates(("both", "2"), ("high", "%{user | username | upper}")),
            UsernameFormat = Template.Parse("%n"),
        });
        Assert.Equal("alice@example.com", result.User!.Account);
        Assert.Equal(
            [("both", "2"), ("high", "ALICE"), ("low", "alice@example.com"), ("own", "1")],
            result.User.Fields.Select(static field => (field.Key, field.Value)).Order());
    }

    [Fact]
    public async Task The_database_is_asked_for_the_name_as_it_spells_it()
    {
        var database = new FixedPasswords(PassDbStatus.Match);
        var result = await AskAsync("alice@example.com", new PassDbStep(database) { UsernameFormat = Template.Parse("%Un") });
        Assert.Equal(("ALICE", "alice@example.com"), (database.Query!.Account, result.User!.Account));
    }

    [Fact]
    public async Task A_master_logs_in_as_another_who_exists()
    {
        await using var node = new ChainNode(options =>
        {
            options.MasterUserSeparator = "*";
            options.PassDbs =
            [
                new PassDbOptions { Database = new StaticOptions { Password = "{PLAIN}master's" }, Master = true, UsernameFilter = ["admin"] },
                new PassDbOptions { Database = new AccountsOptions() },
            ];
        });
        await node.AddAsync("alice", "hers");
        var result = await node.LoginAsync("alice*admin", "master's");
        Assert.Equal((AuthOutcome.Success, "alice", "admin"), (result.Outcome, result.Account, result.MasterUser));
        Assert.Equal(AuthOutcome.Failed, (await node.LoginAsync("alice*admin", "hers")).Outcome);
        Assert.Equal(AuthOutcome.Success, (await node.LoginAsync("alice", "hers")).Outcome);
        Assert.Equal((AuthOutcome.Success, "alice"), await node.LoginAsync("admin", "master's", authzid: "alice") is var other ? (other.Outcome, other.Account) : default);
        // The other has to exist: the user database says so.
        Assert.Equal((AuthOutcome.TemporaryFailure, "not-in-userdb"), await node.LoginAsync("nobody*admin", "master's") is var none ? (none.Outcome, none.Reason) : default);
        Assert.Equal(AuthOutcome.Failed, (await node.LoginAsync("admin", "master's")).Outcome);
        Assert.NotEqual(AuthOutcome.Success, (await node.LoginAsync("admin*alice", "master's")).Outcome);
        Assert.NotEqual(AuthOutcome.Success, (await node.LoginAsync("alice*", "master's")).Outcome);
    }

    [Fact]
    public async Task With_pass_an_ordinary_database_must_know_the_other_user()
    {
        await using var node = new ChainNode(static options =>
        {
            options.MasterUserSeparator = "*";
            options.PassDbs =
            [
                new PassDbOptions
                {
                    Database = new StaticOptions { Password = "{PLAIN}master's" }, Master = true, Rules = ChainRules.Default with { OnSuccess = ChainRule.Continue },
                },
                new PassDbOptions { Database = new AccountsOptions() },
            ];
        });
        await node.AddAsync("alice", "hers");
        Assert.Equal((AuthOutcome.Success, "alice"), await node.LoginAsync("alice*admin", "master's") is var result ? (result.Outcome, result.Account) : default);
        Assert.Equal(AuthOutcome.Failed, (await node.LoginAsync("nobody*admin", "master's")).Outcome);
    }

    [Fact]
    public async Task The_user_database_adds_fields_and_may_forbid_the_log_in()
    {
        await using var node = new ChainNode(static options =>
        {
            options.PassDbs = [new PassDbOptions { Database = new StaticOptions { Password = "{PLAIN}x", Fields = Fields(("userdb_home", "/p/%n")) } }];
            options.UserDbs =
            [
                new UserDbOptions { Database = new PrefetchOptions(), Rules = ChainRules.Default with { OnSuccess = ChainRule.ContinueOk } },
                new UserDbOptions { Database = new StaticOptions { Fields = Fields(("quota_rule", "*:storage=1G"), ("home:protected", "/u")) } },
            ];
        });
        var result = await node.LoginAsync("alice", "x");
        Assert.Equal(("/p/alice", "*:storage=1G"), (result.Fields["home"], result.Fields["quota_rule"]));
        await using var closed = new ChainNode(static options =>
        {
            options.PassDbs = [new PassDbOptions { Database = new StaticOptions { Password = "{PLAIN}x" } }];
            options.UserDbs = [new UserDbOptions { Database = new StaticOptions { Fields = Fields(("nologin", ""), ("reason", "Moved")) } }];
        });
        result = await closed.LoginAsync("alice", "x");
        Assert.Equal((AuthOutcome.Disabled, "Moved"), (result.Outcome, result.ClientText));
        Assert.Equal(AuthOutcome.Failed, (await closed.LoginAsync("alice", "y")).Outcome);
    }

    [Fact]
    public async Task Deliveries_and_listings_ask_the_user_databases()
    {
        await using var node = new ChainNode(static options => options.UserDbs = [new UserDbOptions { Database = new AccountsOptions() }]);
        await node.AddAsync("alice", "x");
        await node.AddAsync("bob", "x");
        var users = node.Get<IUserDirectory>();
        Assert.Equal("alice", (await users.FindUserAsync("Alice", default))!.Account);
        Assert.Null(await users.FindUserAsync("carol", default));
        Assert.Equal(["bob"], await users.ListUsersAsync("b*", default).Select(static user => user.Account).ToArrayAsync());
        await using var endless = new ChainNode(static options => options.UserDbs = [new UserDbOptions { Database = new StaticOptions() }]);
        await Assert.ThrowsAsync<UserDirectoryException>(() => endless.Get<IUserDirectory>().ListUsersAsync(null, default).ToArrayAsync().AsTask());
    }

    [Fact]
    public async Task Proxying_is_not_done_and_said_so()
    {
        await using var node = new ChainNode(static options =>
            options.PassDbs = [new PassDbOptions { Database = new StaticOptions { Password = "{PLAIN}x", Fields = Fields(("proxy", "y"), ("host", "other")) } }]);
        await node.AddAsync("alice", "y");
        Assert.Equal(AuthOutcome.Success, (await node.LoginAsync("alice", "x")).Outcome);
        Assert.Contains(node.Log.Entries, static entry => entry.EventId == 1654 && entry.Text.Contains("alice", StringComparison.Ordinal));
    }

    private static FieldList Fields(params (string Name, string Value)[] fields) =>
        new(fields.Select(static field => new KeyValuePair<string, string>(field.Name, field.Value)));

    private static FieldTemplates Templates(params (string Name, string Value)[] fields) => new(Fields(fields).ToDictionary());

    private static PassDbChain Chain(params PassDbStep[] steps) => new(steps);

    private static Task<PassDbResult> AskAsync(string account, params PassDbStep[] steps) =>
        new PassDbChain(steps).VerifyAsync(AuthFixture.Query(account), "x"u8.ToArray(), default).AsTask();

    /// <summary>A node's authentication with chains, over a passwd-file of its own.</summary>
    private sealed class ChainNode : IAsyncDisposable
    {
        private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("mailcluster-chain-");
        private readonly ServiceProvider _services;

        public ChainNode(Action<AuthOptions> configure)
        {
            var options = new AuthOptions
            {
                PasswdFile = Path.Combine(_directory.FullName, "users"),
                FailureDelay = TimeSpan.Zero,
                PenaltyEnabled = false,
                Argon2MemoryKiB = 8,
                Argon2Passes = 1,
                UserDbs = [new UserDbOptions { Database = new AccountsOptions() }],
            };
            configure(options);
            _services = new ServiceCollection()
                .AddLogging(logging => logging.AddProvider(Log))
                .AddSingleton<TimeProvider>(new ManualTimeProvider())
                .AddMailClusterAuth(options)
                .BuildServiceProvider();
        }

        public CapturedLog Log { get; } = new();

        public T Get<T>()
            where T : notnull => _services.GetRequiredService<T>();

        public async Task AddAsync(string account, string password) =>
            Assert.Equal(UserChange.Done, await Get<IUserStore>().AddAsync(account, Encoding.UTF8.GetBytes(password), null, null, default));

        public Task<AuthResult> LoginAsync(string user, string password, string? authzid = null) => Get<IAuthenticator>().AuthenticateAsync(
            new AuthRequest { Context = AuthFixture.Context(), Mechanism = "PLAIN", Username = user, Password = Encoding.UTF8.GetBytes(password), AuthorizationId = authzid },
            default).AsTask();

        public async ValueTask DisposeAsync()
        {
            await _services.DisposeAsync();
            _directory.Delete(recursive: true);
        }
    }
}
