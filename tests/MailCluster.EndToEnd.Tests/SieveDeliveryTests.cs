using System.Text;
using MailCluster.EndToEnd.Tests.Support;
using MailCluster.Testing;
using MailCluster.Testing.Smtp;

namespace MailCluster.EndToEnd.Tests;

/// <summary>Scripts at delivery of a real node: the folder, the refusal, and mail that leaves through a relay, also over kill -9.</summary>
public sealed class SieveDeliveryTests : IAsyncLifetime
{
    private const string Alice = "alice@example.com";

    private const string Script = """
        require ["fileinto", "mailbox", "ereject", "vacation", "copy"];
        if header :contains "Subject" "list" { fileinto :create "Lists"; stop; }
        if header :contains "Subject" "spam" { ereject "no thanks"; stop; }
        if header :contains "Subject" "away" { vacation "At the sea."; stop; }
        if header :contains "Subject" "forward" { redirect :copy "bob@example.org"; }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly SmtpSink _relay = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _relay.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Scripts_file_refuse_and_answer()
    {
        await using var node = await StartAsync();
        Assert.StartsWith("250 2.0.0", Assert.Single(await DeliverAsync(node, "list mail")), StringComparison.Ordinal);
        Assert.StartsWith("550 5.7.1", Assert.Single(await DeliverAsync(node, "spam")), StringComparison.Ordinal);
        await DeliverAsync(node, "away");
        await Poll.UntilAsync(() => !_relay.Messages.IsEmpty);

        var reply = Assert.Single(_relay.Messages);
        Assert.StartsWith("MAIL FROM:<>", reply.Mail, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-replied (vacation)", reply.Text, StringComparison.Ordinal);
        await using var client = await node.ConnectImapAsync(Alice);
        await client.RequireAsync("SELECT Lists");
        Assert.Contains("Subject: list mail", Encoding.Latin1.GetString(Assert.Single(await client.FetchAllAsync()).Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_what_was_piped_in_is_told_to_the_sender_unless_the_caller_wants_to_know()
    {
        await using var node = await StartAsync();
        var message = $"From: carol@example.net\nTo: {Alice}\nSubject: spam\n\nbody\n";
        string[] deliver = ["--socket", node.AdminSocket, "deliver", "-u", Alice, "-f", "carol@example.net"];
        var told = await ClientProgram.RunAsync(Repository.CtlProgram, [.. deliver, "-e"], message);
        Assert.Equal(77, told.ExitCode);
        Assert.Contains("no thanks", told.Errors, StringComparison.Ordinal);
        await node.CtlWithInputAsync(message, "deliver", "-u", Alice, "-f", "carol@example.net");
        await Poll.UntilAsync(() => !_relay.Messages.IsEmpty);

        var report = Assert.Single(_relay.Messages);
        Assert.StartsWith("MAIL FROM:<>", report.Mail, StringComparison.Ordinal);
        Assert.StartsWith("RCPT TO:<carol@example.net> NOTIFY=NEVER", report.Rcpt, StringComparison.Ordinal);
        Assert.Contains("Action: failed\r\nStatus: 5.7.1", report.Text, StringComparison.Ordinal);
        Assert.Contains("no thanks", report.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_waits_when_a_node_is_killed_is_sent_once_by_the_next_run()
    {
        _relay.Answer = static line => line.StartsWith("MAIL", StringComparison.Ordinal) ? "451 4.3.2 not now" : null;
        await using (var node = await StartAsync())
        {
            Assert.StartsWith("250", Assert.Single(await DeliverAsync(node, "forward this")), StringComparison.Ordinal);
            await node.SaidAsync("not sent yet");
            await node.KillAsync();
        }

        _relay.Answer = static _ => null;
        await using var next = await StartAsync(isFirst: false);
        await Poll.UntilAsync(() => !_relay.Messages.IsEmpty);
        await next.TerminateAsync();
        Assert.Contains("Subject: forward this", Assert.Single(_relay.Messages).Text, StringComparison.Ordinal);
    }

    private async Task<NodeProcess> StartAsync(bool isFirst = true)
    {
        var node = await NodeProcess.StartAsync(
            _folder.Path, "outbound.relay=127.0.0.1", $"outbound.port={_relay.Port}", "outbound.retry-first=5 s");
        if (!isFirst)
            return node;
        await node.AddUserAsync(Alice);
        var put = await node.CtlWithInputAsync(Script, "sieve", "put", "-u", Alice, "--activate", "main");
        Assert.True(put.ExitCode == 0, put.ToString());
        return node;
    }

    private static async Task<string[]> DeliverAsync(NodeProcess node, string subject)
    {
        await using var lmtp = await LmtpClient.ConnectAsync(node.LmtpPort);
        return await lmtp.DeliverAsync(
            Encoding.ASCII.GetBytes($"From: carol@example.net\r\nTo: {Alice}\r\nSubject: {subject}\r\nMessage-ID: <{subject.Replace(' ', '.')}@example.net>\r\n\r\nbody\r\n"), Alice);
    }
}
