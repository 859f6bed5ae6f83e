using System.Text;
using MailCluster.EndToEnd.Tests.Support;
using MailCluster.Testing.Postfix;

namespace MailCluster.EndToEnd.Tests;

/// <summary>Mail that comes from the world through Debian's Postfix.</summary>
public sealed class PostfixTests : IAsyncLifetime
{
    private const string Alice = "alice@example.com";
    private readonly TemporaryFolder _folder = new();
    private NodeProcess _node = null!;
    private PostfixServer _postfix = null!;

    public async Task InitializeAsync()
    {
        _node = await NodeProcess.StartAsync(_folder.Path);
        await _node.AddUserAsync(Alice);
        _postfix = await Mta.StartAsync(_node);
    }

    public async Task DisposeAsync()
    {
        await _postfix.DisposeAsync();
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_message_comes_through_and_is_seen_over_IMAP()
    {
        var sent = await _postfix.SendAsync("bob@example.org", Alice, "through the front door");

        Assert.True(sent.ExitCode == 0, sent.ToString());
        await _postfix.SaidAsync($"to=<{Alice}>, relay=127.0.0.1");
        Assert.Contains("status=sent (250 2.0.0", await _postfix.SaidAsync("status="), StringComparison.Ordinal);
        await using var client = await _node.ConnectImapAsync(Alice);
        await client.RequireAsync("SELECT INBOX");
        var text = Encoding.Latin1.GetString(Assert.Single(await client.FetchAllAsync()).Body);
        Assert.StartsWith("Return-Path: <bob@example.org>\r\n", text, StringComparison.Ordinal);
        Assert.Contains("by mx.postfix.test (Postfix)", text, StringComparison.Ordinal);
        Assert.Contains("\r\nSubject: through the front door\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_for_nobody_comes_back_to_its_sender()
    {
        await _postfix.SendAsync("bob@example.org", "nobody@example.com", "is there anybody");

        await _postfix.SaidAsync("to=<bob@example.org>, relay=virtual");
        var bounce = Assert.Single(_postfix.OutsideMessages());
        Assert.Contains("Return-Path: <>", bounce, StringComparison.Ordinal);
        Assert.Contains("Final-Recipient: rfc822; nobody@example.com", bounce, StringComparison.Ordinal);
        Assert.Contains("Status: 5.1.1", bounce, StringComparison.Ordinal);
    }
}
