using System.Net;
using System.Text;
using MailCluster.EndToEnd.Tests.Cluster;
using MailCluster.EndToEnd.Tests.Support;
using MailCluster.Testing.Postfix;

namespace MailCluster.EndToEnd.Tests;

/// <summary>Scripts between Debian's Postfix and the folders: Postfix brings the mail over LMTP, and is the relay that takes what scripts send.</summary>
public sealed class PostfixSieveTests : IAsyncLifetime
{
    private const string Alice = "alice@example.com";
    private const string Carol = "carol@example.com";
    private const string Bob = "bob@example.org";

    private const string Script = """
        require ["fileinto", "mailbox", "imap4flags", "ereject", "vacation"];
        if header :contains "Subject" "list" { fileinto :create :flags "\\Flagged" "Lists"; stop; }
        if header :contains "Subject" "spam" { ereject "no thanks"; stop; }
        if header :contains "Subject" "away" { vacation :subject "At the sea" "Back on Monday."; }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly Relay _lmtp;
    private NodeProcess? _node;
    private PostfixServer _postfix = null!;

    // Each of the two has to know the other's port before it starts.
    public PostfixSieveTests() => _lmtp = new Relay(() => _node is { } node ? new IPEndPoint(IPAddress.Loopback, node.LmtpPort) : null);

    private NodeProcess Node => _node!;

    public async Task InitializeAsync()
    {
        _lmtp.Begin();
        _postfix = await PostfixServer.StartAsync(new PostfixSettings { LmtpPort = _lmtp.Port });
        _node = await NodeProcess.StartAsync(_folder.Path, "outbound.relay=127.0.0.1", $"outbound.port={_postfix.Port}");
        await Node.AddUserAsync(Alice);
        await Node.AddUserAsync(Carol);
        await Node.CtlWithInputAsync(Script, "sieve", "put", "-u", Alice, "--activate", "main");
    }

    public async Task DisposeAsync()
    {
        await _postfix.DisposeAsync();
        if (_node is { } node)
            await node.DisposeAsync();
        await _lmtp.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_message_goes_through_the_script_into_its_folder_and_is_seen_over_IMAP()
    {
        await SendAsync(Bob, "list of things");
        await _postfix.SaidAsync($"to=<{Alice}>, relay=127.0.0.1");

        await using var client = await Node.ConnectImapAsync(Alice);
        await client.RequireAsync("SELECT Lists");
        var text = Encoding.Latin1.GetString(Assert.Single(await client.FetchAllAsync()).Body);
        Assert.StartsWith($"Return-Path: <{Bob}>\r\n", text, StringComparison.Ordinal);
        Assert.Contains("by mx.postfix.test (Postfix)", text, StringComparison.Ordinal);
        Assert.Contains("\r\nSubject: list of things\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\\Flagged", Assert.Single((await client.RequireAsync("FETCH 1 FLAGS")).Untagged).Text, StringComparison.Ordinal);
        await client.RequireAsync("SELECT INBOX");
        Assert.Empty(await client.FetchAllAsync());
    }

    [Fact]
    public async Task A_vacation_reply_goes_out_through_Postfix_once()
    {
        await SendAsync(Bob, "are you away");
        await _postfix.SaidAsync($"to=<{Bob}>, relay=virtual");
        await SendAsync(Bob, "still away");
        // Behind it in the same queue: had the second message an answer, it would be decided with its delivery.
        await SendAsync(Carol, "away too");
        await _postfix.SaidAsync($"to=<{Carol}>, relay=127.0.0.1");

        var reply = Assert.Single(_postfix.OutsideMessages());
        Assert.Contains("Return-Path: <>", reply, StringComparison.Ordinal);
        Assert.Contains("Subject: At the sea", reply, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-replied (vacation)", reply, StringComparison.Ordinal);
        Assert.Contains("Back on Monday.", reply, StringComparison.Ordinal);
        Assert.Contains("Subject: At the sea", Assert.Single(await InboxAsync(Carol)), StringComparison.Ordinal);
        Assert.Equal(3, (await InboxAsync(Alice)).Count);
    }

    [Fact]
    public async Task A_reject_comes_back_from_Postfix_into_the_senders_mailbox()
    {
        await SendAsync(Carol, "spam for you");
        Assert.Contains("550 5.7.1", await _postfix.SaidAsync("status=bounced"), StringComparison.Ordinal);
        await _postfix.SaidAsync($"to=<{Carol}>, relay=127.0.0.1");

        var bounce = Assert.Single(await InboxAsync(Carol));
        Assert.StartsWith("Return-Path: <>\r\n", bounce, StringComparison.Ordinal);
        Assert.Contains($"Final-Recipient: rfc822; {Alice}", bounce, StringComparison.Ordinal);
        Assert.Contains("Action: failed", bounce, StringComparison.Ordinal);
        Assert.Contains("Status: 5.7.1", bounce, StringComparison.Ordinal);
        Assert.Contains("no thanks", bounce, StringComparison.Ordinal);
        Assert.Empty(await InboxAsync(Alice));
    }

    [Fact]
    public async Task Success_that_the_sender_asks_for_is_reported_once_and_by_the_node()
    {
        await using (var talk = await SmtpTalk.ConnectAsync(_postfix.Port))
        {
            await talk.SayAsync($"MAIL FROM:<{Bob}> RET=HDRS ENVID=QQ314159");
            await talk.SayAsync($"RCPT TO:<{Alice}> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;Alice@Example.com");
            await talk.SayAsync("DATA", '3');
            await talk.SayAsync($"From: {Bob}\r\nTo: {Alice}\r\nSubject: list of things\r\n\r\nbody\r\n.");
        }

        await _postfix.SaidAsync($"to=<{Bob}>, relay=virtual");
        var report = Assert.Single(_postfix.OutsideMessages());
        Assert.Contains("Return-Path: <>", report, StringComparison.Ordinal);
        Assert.Contains("Reporting-MTA: dns; node.test", report, StringComparison.Ordinal);
        Assert.Contains("Original-Envelope-Id: QQ314159", report, StringComparison.Ordinal);
        Assert.Contains("Original-Recipient: rfc822;Alice@Example.com", report, StringComparison.Ordinal);
        Assert.Contains("Action: delivered", report, StringComparison.Ordinal);
    }

    private async Task SendAsync(string from, string subject)
    {
        var sent = await _postfix.SendAsync(from, Alice, subject);
        Assert.True(sent.ExitCode == 0, sent.ToString());
    }

    private async Task<List<string>> InboxAsync(string user)
    {
        await using var client = await Node.ConnectImapAsync(user);
        await client.RequireAsync("SELECT INBOX");
        return [.. (await client.FetchAllAsync()).Select(message => Encoding.Latin1.GetString(message.Body))];
    }
}
