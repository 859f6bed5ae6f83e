using MailCluster.Auth.Users;
using MailCluster.Storage.Postgres;
using MailCluster.Testing.Contracts;

namespace MailCluster.Storage.Tests.Postgres;

public sealed class PostgresAccountTableContractTests : AccountTableContract
{
    private string _name = "";
    private PostgresDatabase _database = null!;

    [Fact]
    public async Task What_one_node_changes_another_one_sees_at_once()
    {
        await using var other = await PostgresFixture.OpenAsync(_name);
        await Table.AddAsync(new StoredAccount("alice", "{PLAIN}x", new Dictionary<string, string>()), default);
        Assert.Equal("{PLAIN}x", (await other.Accounts.FindAsync("alice", 0, default)).Account!.Password);
        await other.Accounts.SetPasswordAsync("alice", "{PLAIN}y", default);
        Assert.Equal("{PLAIN}y", (await Table.FindAsync("alice", 0, default)).Account!.Password);
        await other.Accounts.DeleteAsync("alice", default);
        Assert.Null((await Table.FindAsync("alice", 0, default)).Account);
    }

    public override async Task DisposeAsync()
    {
        await _database.DisposeAsync();
        PostgresFixture.Return(_name);
    }

    protected override async Task<IAccountTable> OpenAsync()
    {
        _name = await PostgresFixture.RentDatabaseAsync();
        _database = await PostgresFixture.OpenAsync(_name);
        return _database.Accounts;
    }
}
