using System.Runtime.CompilerServices;
using MailCluster.Auth.Users;
using MailCluster.Mailboxes;
using MailCluster.Node.Hosting.Quotas;

namespace MailCluster.Node.Tests.Quotas;

/// <summary>The fields of the user database become the rules of an account's quota.</summary>
public sealed class UserQuotasTests
{
    private static readonly AccountId Alice = AccountId.Create("alice@example.com");

    [Fact]
    public async Task Fields_become_rules()
    {
        var quotas = new UserQuotas();
        quotas.Connect(new Users(new() { ["userdb_quota_rule"] = "*:storage=1M", ["nologin"] = "" }));

        Assert.Equal(QuotaRules.None with { Storage = 1 << 20 }, await quotas.FindAsync(Alice, default));
        Assert.Null(await quotas.FindAsync(AccountId.Create("bob@example.com"), default));
    }

    [Fact]
    public async Task What_cannot_be_said_now_is_no_answer()
    {
        var quotas = new UserQuotas();
        await AssertSilentAsync();
        quotas.Connect(new Users(new() { ["quota_rule"] = "*:storage=lots" }));
        await AssertSilentAsync();
        quotas.Connect(new Users(null));
        await AssertSilentAsync();

        async Task AssertSilentAsync() =>
            await Assert.ThrowsAsync<QuotaDirectoryUnavailableException>(async () => await quotas.FindAsync(Alice, default));
    }

    private sealed class Users(Dictionary<string, string>? fields) : IUserDirectory
    {
        public ValueTask<UserInfo?> FindUserAsync(string username, CancellationToken cancellationToken) => fields is null
            ? throw new UserDirectoryException("away")
            : new(username == Alice.Value ? new UserInfo(username, fields) : null);

        public async IAsyncEnumerable<UserInfo> ListUsersAsync(string? pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }
    }
}
