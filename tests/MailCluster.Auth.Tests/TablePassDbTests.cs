using System.Text;
using MailCluster.Auth.Users;
using MailCluster.Testing;
using MailCluster.Testing.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace MailCluster.Auth.Tests;

public sealed class InMemoryAccountTableContractTests : AccountTableContract
{
    protected override Task<IAccountTable> OpenAsync() => Task.FromResult<IAccountTable>(new InMemoryAccountTable());
}

public sealed class TablePassDbTests : IDisposable
{
    private readonly InMemoryAccountTable _table = new();
    private readonly ServiceProvider _services;

    public TablePassDbTests() => _services = new ServiceCollection()
        .AddLogging()
        .AddSingleton<TimeProvider>(new ManualTimeProvider())
        .AddMailClusterAuth(
            new AuthOptions { FailureDelay = TimeSpan.Zero, Argon2MemoryKiB = 8, Argon2Passes = 1, PenaltyEnabled = false },
            _ => _table)
        .BuildServiceProvider();

    private IUserStore Store => _services.GetRequiredService<IUserStore>();

    private IUserDirectory Directory => _services.GetRequiredService<IUserDirectory>();

    [Fact]
    public async Task An_account_that_was_added_logs_in_until_its_password_changes()
    {
        Assert.Equal(UserChange.Done, await AddAsync("alice@example.com", "one"));
        Assert.Equal(UserChange.Exists, await AddAsync("alice@example.com", "two"));
        Assert.Equal(AuthOutcome.Success, await LoginAsync("Alice@Example.com", "one"));
        Assert.Equal(AuthOutcome.Success, await LoginAsync("alice@example.com", "one"));
        Assert.Equal(AuthOutcome.Failed, await LoginAsync("alice@example.com", "two"));
        Assert.Equal(UserChange.Done, await Store.SetPasswordAsync("alice@example.com", "two"u8.ToArray(), null, default));
        Assert.Equal(AuthOutcome.Failed, await LoginAsync("alice@example.com", "one"));
        Assert.Equal(AuthOutcome.Success, await LoginAsync("alice@example.com", "two"));
        Assert.Equal(UserChange.Done, await Store.DeleteAsync("alice@example.com", default));
        Assert.Equal(AuthOutcome.Failed, await LoginAsync("alice@example.com", "two"));
        Assert.Equal(UserChange.NotFound, await Store.DeleteAsync("alice@example.com", default));
        Assert.Equal(UserChange.NotFound, await Store.SetPasswordAsync("alice@example.com", "x"u8.ToArray(), null, default));
    }

    [Fact]
    public async Task A_password_is_stored_hashed()
    {
        await AddAsync("alice", "secret");
        var stored = (await _table.FindAsync("alice", 0, default)).Account!;
        Assert.StartsWith("{", stored.Password, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", stored.Password, StringComparison.Ordinal);
        Assert.DoesNotContain(stored.Password, stored.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_that_another_node_made_counts_at_once()
    {
        await AddAsync("alice", "one");
        Assert.Equal(AuthOutcome.Success, await LoginAsync("alice", "one"));
        await _table.SetPasswordAsync("alice", "{PLAIN}two", default);
        Assert.Equal(AuthOutcome.Failed, await LoginAsync("alice", "one"));
        Assert.Equal(AuthOutcome.Success, await LoginAsync("alice", "two"));
        await _table.SetPasswordAsync("alice", "!{PLAIN}two", default);
        Assert.Equal(AuthOutcome.Failed, await LoginAsync("alice", "two"));
    }

    [Fact]
    public async Task A_table_that_cannot_answer_is_a_temporary_failure_and_never_an_unknown_user()
    {
        await AddAsync("alice", "one");
        _table.Unavailable = true;
        Assert.Equal(AuthOutcome.TemporaryFailure, await LoginAsync("alice", "one"));
        await Assert.ThrowsAsync<UserDirectoryException>(async () => await Directory.FindUserAsync("alice", default));
        await Assert.ThrowsAsync<UserDirectoryException>(() => AddAsync("bob", "x"));
        _table.Unavailable = false;
        Assert.Equal(AuthOutcome.Success, await LoginAsync("alice", "one"));
    }

    [Fact]
    public async Task Users_are_found_by_any_spelling_and_listed_by_pattern()
    {
        foreach (var name in new[] { "bob@example.com", "alice@example.com", "carol@example.org" })
            await AddAsync(name, "x", new Dictionary<string, string> { ["nologin"] = "" });
        Assert.True((await Directory.FindUserAsync("BOB@example.com", default))!.IsLoginDisabled);
        Assert.Null(await Directory.FindUserAsync("no/such\nname", default));
        var listed = new List<string>();
        await foreach (var user in Directory.ListUsersAsync("*@example.com", default))
            listed.Add(user.Account);
        Assert.Equal(["alice@example.com", "bob@example.com"], listed);
    }

    [Fact]
    public async Task A_name_that_is_not_canonical_and_a_field_that_no_file_could_hold_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => AddAsync("Alice", "x"));
        await Assert.ThrowsAsync<ArgumentException>(() => AddAsync("alice", "x", new Dictionary<string, string> { ["a b"] = "" }));
    }

    [Fact]
    public async Task A_stored_password_that_cannot_be_checked_is_a_failure_of_the_server()
    {
        await _table.AddAsync(new StoredAccount("alice", "{NO-SUCH}x", new Dictionary<string, string>()), default);
        Assert.Equal(AuthOutcome.TemporaryFailure, await LoginAsync("alice", "x"));
    }

    public void Dispose() => _services.Dispose();

    private Task<UserChange> AddAsync(string account, string password, Dictionary<string, string>? fields = null) =>
        Store.AddAsync(account, Encoding.UTF8.GetBytes(password), null, fields, default).AsTask();

    private async Task<AuthOutcome> LoginAsync(string user, string password) => (await _services.GetRequiredService<IAuthenticator>().AuthenticateAsync(
        new AuthRequest
        {
            Context = AuthFixture.Context(),
            Mechanism = "PLAIN",
            Username = user,
            Password = Encoding.UTF8.GetBytes(password),
        },
        CancellationToken.None)).Outcome;
}
