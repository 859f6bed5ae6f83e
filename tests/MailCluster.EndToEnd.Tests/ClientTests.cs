using System.Text;
using System.Text.RegularExpressions;
using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>Clients that people use, against a real node over TLS.</summary>
public sealed partial class ClientTests : IAsyncLifetime
{
    private const string Alice = "alice@example.com";
    private readonly TemporaryFolder _folder = new();
    private NodeProcess _node = null!;

    public async Task InitializeAsync()
    {
        _node = await NodeProcess.StartAsync(_folder.Path);
        await _node.AddUserAsync(Alice);
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Curl_appends_lists_searches_and_fetches()
    {
        var message = TestMessages.Make(1);
        var file = _folder.File("message.eml");
        await File.WriteAllBytesAsync(file, message);

        await CurlAsync("INBOX", "--upload-file", file);
        var fetched = await CurlAsync("INBOX;MAILINDEX=1");
        var search = await CurlAsync("INBOX?SUBJECT%20%22message%201%22");
        var list = await CurlAsync("");

        Assert.Equal(Encoding.Latin1.GetString(message), fetched.Output);
        Assert.Contains("* SEARCH 1", search.Output, StringComparison.Ordinal);
        Assert.Contains("\\Sent", list.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Curl_logs_in_after_STARTTLS()
    {
        var answer = await ClientProgram.RequireAsync(
            "curl",
            ["-sS", "--insecure", "--ssl-reqd", "--user", $"{Alice}:{NodeProcess.Password}", $"imap://127.0.0.1:{_node.ImapPort}/", "-X", "NAMESPACE"]);

        Assert.Contains("* NAMESPACE", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Swaks_delivers_over_lmtp_and_curl_reads_it()
    {
        var swaks = await ClientProgram.RunAsync(
            "swaks",
            [
                "--protocol", "LMTP", "--server", $"127.0.0.1:{_node.LmtpPort}", "--from", "bob@example.org",
                "--to", $"alice+lists@example.com,nobody@example.com,{Alice}", "--header", "Subject: hello from swaks", "--body", "line one\n.\nline three\n",
            ]);
        Assert.Contains("550 5.1.1", swaks.Output, StringComparison.Ordinal);

        await using var client = await _node.ConnectImapAsync(Alice);
        await client.RequireAsync("SELECT INBOX");
        var messages = await client.FetchAllAsync();

        Assert.Equal(2, messages.Count);
        var text = Encoding.Latin1.GetString(messages[0].Body);
        Assert.StartsWith("Return-Path: <bob@example.org>\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nReceived: from ", text, StringComparison.Ordinal);
        Assert.Contains("\r\nline one\r\n.\r\nline three\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mbsync_syncs_both_ways_and_a_second_run_finds_nothing()
    {
        await using var client = await _node.ConnectImapAsync(Alice);
        for (var i = 0; i < 30; i++)
            await client.AppendAsync(i % 3 == 0 ? "Archive" : "INBOX", TestMessages.Make(i, bodyBytes: 5000));
        await client.RequireAsync("CREATE \"Entw&APw-rfe/Caf&AOk-\"");
        await client.AppendAsync("\"Entw&APw-rfe/Caf&AOk-\"", TestMessages.Make(30));
        var local = Directory.CreateDirectory(_folder.File("maildir")).FullName;
        var mbsync = new Mbsync(_folder, _node.ImapsPort, Alice, local);

        await mbsync.RunAsync();
        var files = Mbsync.Messages(local);
        Assert.Equal(31, files.Count);
        Assert.Equal(
            Enumerable.Range(0, 31), files.Select(file => TestMessages.NumberOf(File.ReadAllBytes(file))).Order());

        // Changes on both sides, a new message on this one, and an expunge on the other.
        await mbsync.AddLocalAsync("Sent", TestMessages.Make(31));
        Mbsync.MarkSeen(files.First(file => TestMessages.NumberOf(File.ReadAllBytes(file)) == 1));
        await client.RequireAsync("SELECT INBOX");
        await client.RequireAsync("STORE 2 +FLAGS.SILENT (\\Deleted)");
        await client.RequireAsync("EXPUNGE");
        await mbsync.RunAsync();

        Assert.Equal(31, Mbsync.Messages(local).Count);
        var flags = await client.RequireAsync("UID FETCH 1 (FLAGS)");
        Assert.Contains(flags.Untagged, line => line.Text.Contains("\\Seen", StringComparison.Ordinal));
        await client.RequireAsync("SELECT Sent");
        Assert.Equal(Encoding.Latin1.GetString(TestMessages.Make(31)), WithoutTuid(Assert.Single(await client.FetchAllAsync()).Body));

        var before = Mbsync.Fingerprint(local);
        var second = await mbsync.RunAsync();
        Assert.Equal(before, Mbsync.Fingerprint(local));
        Assert.DoesNotMatch(@"[+*#-][1-9]", second.Output + second.Errors);
    }

    [Fact]
    public async Task Imapflow_uses_the_extensions_and_hears_of_a_delivery_while_idle()
    {
        var result = await ClientProgram.RequireAsync(
            "node",
            [
                Path.Combine(Repository.Clients, "imapflow.mjs"), $"{_node.ImapsPort}", $"{_node.LmtpPort}", Alice, NodeProcess.Password,
            ]);

        Assert.Contains("all good", result.Output, StringComparison.Ordinal);
    }

    private Task<ProgramResult> CurlAsync(string path, params string[] options) => ClientProgram.RequireAsync(
        "curl", ["-sS", "--insecure", "--user", $"{Alice}:{NodeProcess.Password}", $"imaps://127.0.0.1:{_node.ImapsPort}/{path}", .. options]);

    /// <summary>mbsync puts a header line of its own into what it uploads, to find it again after a crash.</summary>
    private static string WithoutTuid(byte[] body) => TuidLine().Replace(Encoding.Latin1.GetString(body), "");

    [GeneratedRegex(@"^X-TUID: .*\r\n", RegexOptions.Multiline)]
    private static partial Regex TuidLine();
}
