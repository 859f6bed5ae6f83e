using MailCluster.Auth.Users;
using Xunit;

namespace MailCluster.Testing.Contracts;

/// <summary>What every <see cref="IAccountTable"/> keeps. Each test has a table of its own, empty at first.</summary>
public abstract class AccountTableContract : IAsyncLifetime
{
    private static readonly Dictionary<string, string> s_none = [];

    protected IAccountTable Table { get; private set; } = null!;

    public async Task InitializeAsync() => Table = await OpenAsync();

    public virtual Task DisposeAsync() => Task.CompletedTask;

    protected abstract Task<IAccountTable> OpenAsync();

    [Fact]
    public async Task What_was_added_is_found_as_it_is()
    {
        var fields = new Dictionary<string, string> { ["userdb_quota_rule"] = "*:storage=1G", ["nologin"] = "", ["name"] = "zażółć \"gęślą\" \\ jaźń" };
        Assert.True(await AddAsync("alice@example.com", "{PLAIN}x:y", fields));

        var found = (await FindAsync("alice@example.com"))!;
        Assert.Equal(("alice@example.com", "{PLAIN}x:y"), (found.Account, found.Password));
        Assert.Equal(fields.OrderBy(field => field.Key), found.Fields.OrderBy(field => field.Key));
        Assert.Null(await FindAsync("alice"));
        Assert.Null(await FindAsync("bob@example.com"));
        Assert.NotEmpty(Table.Location);
    }

    [Fact]
    public async Task An_account_is_added_once()
    {
        var added = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => AddAsync("alice", $"{{PLAIN}}{i}")));
        Assert.Single(added, first => first);
        Assert.Equal($"{{PLAIN}}{Array.IndexOf(added, true)}", (await FindAsync("alice"))!.Password);
    }

    [Fact]
    public async Task A_password_is_replaced_and_the_fields_stay()
    {
        await AddAsync("alice", "{PLAIN}old", new Dictionary<string, string> { ["a"] = "b" });
        Assert.True(await Table.SetPasswordAsync("alice", "{PLAIN}new", default));
        Assert.False(await Table.SetPasswordAsync("bob", "{PLAIN}new", default));

        var found = (await FindAsync("alice"))!;
        Assert.Equal("{PLAIN}new", found.Password);
        Assert.Equal("b", found.Fields["a"]);
        Assert.Null(await FindAsync("bob"));
    }

    [Fact]
    public async Task What_was_deleted_is_gone_and_can_be_added_again()
    {
        await AddAsync("alice", "{PLAIN}x");
        Assert.True(await Table.DeleteAsync("alice", default));
        Assert.False(await Table.DeleteAsync("alice", default));
        Assert.Null(await FindAsync("alice"));
        Assert.True(await AddAsync("alice", "{PLAIN}y"));
    }

    [Fact]
    public async Task All_are_listed_in_ordinal_order()
    {
        var names = Enumerable.Range(0, 1_205).Select(i => $"user{i}@example.com").Concat(["b", "a_c", "a-c", "żółw"]).ToArray();
        foreach (var name in names)
            Assert.True(await AddAsync(name, "{PLAIN}x"));

        var listed = new List<string>();
        await foreach (var account in Table.ListAsync(default))
            listed.Add(account.Account);
        Assert.Equal(names.Order(StringComparer.Ordinal), listed);
    }

    [Fact]
    public async Task A_stand_in_is_some_password_and_always_the_same_for_a_number()
    {
        Assert.Null((await Table.FindAsync("nobody", 1, default)).StandIn);
        await AddAsync("locked1", "");
        await AddAsync("locked2", "*");
        await AddAsync("locked3", "!{PLAIN}x");
        Assert.Null((await Table.FindAsync("nobody", 1, default)).StandIn);
        for (var i = 0; i < 20; i++)
            await AddAsync($"user{i}", $"{{PLAIN}}{i}");

        var random = new Random(5);
        var different = new HashSet<string>();
        for (var i = 0; i < 100; i++)
        {
            var number = random.NextInt64(long.MinValue, long.MaxValue);
            var standIn = (await Table.FindAsync("nobody", number, default)).StandIn;
            Assert.StartsWith("{PLAIN}", standIn, StringComparison.Ordinal);
            Assert.Equal(standIn, (await Table.FindAsync("user1", number, default)).StandIn);
            different.Add(standIn!);
        }

        Assert.True(different.Count > 3, "One account stands in for nearly everybody.");
    }

    private async Task<bool> AddAsync(string account, string password, Dictionary<string, string>? fields = null) =>
        await Table.AddAsync(new StoredAccount(account, password, fields ?? s_none), default);

    private async Task<StoredAccount?> FindAsync(string account) => (await Table.FindAsync(account, 0, default)).Account;
}
