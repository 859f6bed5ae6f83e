using System.Text;
using MailCluster.EndToEnd.Tests.Support;
using MailCluster.Testing.Postfix;

namespace MailCluster.EndToEnd.Tests;

/// <summary>Full accounts behind Debian's Postfix: refused at its door by the policy service, or bounced after LMTP's refusal.</summary>
public sealed class PostfixQuotaTests : IAsyncLifetime
{
    private const string Alice = "alice@example.com";
    private const string Bob = "bob@example.org";
    private readonly TemporaryFolder _folder = new();
    private NodeProcess _node = null!;

    public async Task InitializeAsync()
    {
        _node = await NodeProcess.StartAsync(
            _folder.Path, "quota.storage=20 KiB", "quota.grace=0%", "listeners.quota-status.enabled=true", "listeners.quota-status.port=0");
        await _node.AddUserAsync(Alice);
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_policy_service_refuses_at_the_door_what_does_not_fit()
    {
        await using var postfix = await Mta.StartAsync(_node, $"inet:127.0.0.1:{_node.QuotaStatusPort}");

        var first = await postfix.SendAsync(Bob, Alice, "fits", bodyBytes: 12_000);
        Assert.True(first.ExitCode == 0, first.ToString());
        await postfix.SaidAsync("status=sent (250 2.0.0");
        var second = await postfix.SendAsync(Bob, Alice, "does not", bodyBytes: 12_000);

        Assert.Contains("< 552 5.2.2 <alice@example.com>: Recipient address rejected: The mailbox is full", second.Errors, StringComparison.Ordinal);
        Assert.NotEqual(0, second.ExitCode);
        Assert.Equal(["fits"], await SubjectsAsync());
        Assert.Empty(postfix.OutsideMessages());

        // Who makes room gets mail again, at once.
        await using (var client = await _node.ConnectImapAsync(Alice))
        {
            await client.RequireAsync("SELECT INBOX");
            await client.RequireAsync("STORE 1 +FLAGS (\\Deleted)");
            await client.RequireAsync("EXPUNGE");
        }

        await postfix.SendAsync(Bob, Alice, "fits again", bodyBytes: 12_000);
        await Cluster.Wait.UntilAsync(async () => (await SubjectsAsync()) is ["fits again"], () => $"the second message is there:\n{postfix.Log}");
    }

    [Fact]
    public async Task A_refusal_over_LMTP_becomes_a_bounce()
    {
        await using var postfix = await Mta.StartAsync(_node);

        var sent = await postfix.SendAsync(Bob, Alice, "too much", bodyBytes: 30_000);

        Assert.True(sent.ExitCode == 0, sent.ToString());
        await postfix.SaidAsync($"to=<{Bob}>, relay=virtual");
        var bounce = Assert.Single(postfix.OutsideMessages());
        Assert.Contains("Final-Recipient: rfc822; " + Alice, bounce, StringComparison.Ordinal);
        Assert.Contains("Status: 5.2.2", bounce, StringComparison.Ordinal);
        Assert.Contains("The mailbox is full", bounce, StringComparison.Ordinal);
        Assert.Empty(await SubjectsAsync());
    }

    private async Task<List<string>> SubjectsAsync()
    {
        await using var client = await _node.ConnectImapAsync(Alice);
        await client.RequireAsync("SELECT INBOX");
        return [.. (await client.FetchAllAsync()).Select(message => Subject(Encoding.Latin1.GetString(message.Body)))];
    }

    private static string Subject(string text) => text.Split("\r\n").First(line => line.StartsWith("Subject: ", StringComparison.Ordinal))["Subject: ".Length..];
}
