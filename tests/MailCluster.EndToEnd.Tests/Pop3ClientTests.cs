using System.Text;
using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>POP3 clients that people use, against a real node over TLS.</summary>
public sealed class Pop3ClientTests : IAsyncLifetime
{
    private const string Alice = "alice@example.com";
    private const string Bob = "bob@example.com";
    private const int Count = 25;

    private readonly TemporaryFolder _folder = new();
    private NodeProcess _node = null!;

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(_folder.File("node"));
        _node = await NodeProcess.StartAsync(_folder.File("node"));
        await _node.AddUserAsync(Alice);
        await using var client = await _node.ConnectImapAsync(Alice);
        for (var i = 0; i < Count; i++)
            await client.AppendAsync("INBOX", TestMessages.Make(i, bodyBytes: i == 7 ? 200_000 : 3000));
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("pop3s")]
    [InlineData("pop3")]
    public async Task Curl_lists_retrieves_and_deletes(string scheme)
    {
        var list = (await CurlAsync(scheme, "")).Output.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Count, list.Length);
        Assert.Equal($"8 {TestMessages.Make(7, 200_000).Length}", list[7]);
        var uidl = (await CurlAsync(scheme, "", "-X", "UIDL")).Output;
        Assert.Matches("(?m)^1 00000001[0-9a-f]{8}\r$", uidl);
        Assert.Equal(Encoding.Latin1.GetString(TestMessages.Make(7, 200_000)), (await CurlAsync(scheme, "8")).Output);
        await CurlAsync(scheme, "3", "-X", "DELE", "--list-only");
        Assert.Equal(Enumerable.Range(0, Count).Where(number => number != 2), await LeftAsync());
    }

    [Theory]
    [InlineData("implicit", "")]
    [InlineData("stls", "")]
    [InlineData("stls", "auth cram-md5 ")]
    public async Task Fetchmail_takes_everything_and_deletes_it(string tls, string auth)
    {
        // CRAM-MD5 is asked for where the node offers it not: fetchmail must be told, and must not lose anything.
        var rc = await WriteSecretAsync(
            "fetchmailrc",
            $"poll 127.0.0.1 protocol pop3 service {(tls == "implicit" ? _node.Pop3sPort : _node.Pop3Port)} {auth}user \"{Alice}\" password \"{NodeProcess.Password}\" "
            + $"{(tls == "implicit" ? "ssl" : "sslproto \"TLS1.2+\"")} no sslcertck fetchall no keep mda \"sh {await MdaAsync()}\"\n");
        var result = await ClientProgram.RunAsync("fetchmail", ["-v", "-f", rc], environment: Home());
        if (auth.Length > 0)
        {
            Assert.NotEqual(0, result.ExitCode);
            Assert.Equal(Count, (await LeftAsync()).Count);
            return;
        }

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(Enumerable.Range(0, Count), Numbers(_folder.File("mail")));
        Assert.Empty(await LeftAsync());
    }

    [Fact]
    public async Task Fetchmail_keeps_and_finds_only_the_new_by_UIDL()
    {
        var rc = await WriteSecretAsync(
            "fetchmailrc",
            $"poll 127.0.0.1 protocol pop3 service {_node.Pop3sPort} uidl user \"{Alice}\" password \"{NodeProcess.Password}\" ssl no sslcertck keep "
            + $"mda \"sh {await MdaAsync()}\"\n");
        await ClientProgram.RequireAsync("fetchmail", ["-f", rc], environment: Home());
        Assert.Equal(Enumerable.Range(0, Count), Numbers(_folder.File("mail")));
        // 1: there was no mail.
        Assert.Equal(1, (await ClientProgram.RunAsync("fetchmail", ["-f", rc], environment: Home())).ExitCode);
        await using (var client = await _node.ConnectImapAsync(Alice))
            await client.AppendAsync("INBOX", TestMessages.Make(Count));
        await ClientProgram.RequireAsync("fetchmail", ["-f", rc], environment: Home());
        Assert.Equal(Enumerable.Range(0, Count + 1), Numbers(_folder.File("mail")));
        Assert.Equal(Count + 1, (await LeftAsync()).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Getmail_takes_everything_once_and_delivers_it_to_another_account(bool delete)
    {
        await _node.AddUserAsync(Bob);
        // By LMTP: it waits for its own processes in a way that can miss their end, and writes no Maildir as root.
        var rc = await WriteSecretAsync(
            "getmailrc",
            $"""
            [retriever]
            type = SimplePOP3SSLRetriever
            server = 127.0.0.1
            port = {_node.Pop3sPort}
            username = {Alice}
            password = {NodeProcess.Password}
            [destination]
            type = MDA_lmtp
            host = 127.0.0.1
            port = {_node.LmtpPort}
            override = {Bob}
            [options]
            read_all = false
            delete = {(delete ? "true" : "false")}
            delivered_to = false
            received = false

            """);
        for (var run = 0; run < 2; run++)
            await ClientProgram.RequireAsync("getmail", ["--getmaildir", _folder.Path, "--rcfile", rc], environment: Home());
        Assert.Equal(Enumerable.Range(0, Count), await LeftAsync(Bob));
        Assert.Equal(delete ? 0 : Count, (await LeftAsync()).Count);
    }

    [Theory]
    [InlineData("off", "off")]
    [InlineData("on", "on")]
    public async Task Mpop_takes_everything_once_pipelined(string startTls, string keep)
    {
        var maildir = MakeMaildir("mail");
        var rc = await WriteSecretAsync(
            "mpoprc",
            $"""
            account default
            host 127.0.0.1
            port {(startTls == "on" ? _node.Pop3Port : _node.Pop3sPort)}
            tls on
            tls_starttls {startTls}
            tls_certcheck off
            pipelining auto
            user {Alice}
            password {NodeProcess.Password}
            delivery maildir {maildir}
            uidls_file {_folder.File("uidls")}
            keep {keep}
            received_header off

            """);
        for (var run = 0; run < 2; run++)
            await ClientProgram.RequireAsync("mpop", ["-C", rc], environment: Home());
        Assert.Equal(Enumerable.Range(0, Count), Numbers(maildir));
        Assert.Equal(keep == "on" ? Count : 0, (await LeftAsync()).Count);
    }

    [Theory]
    [InlineData("apop")]
    [InlineData("cram-md5")]
    [InlineData("plain")]
    [InlineData("login")]
    [InlineData("user")]
    public async Task Mpop_logs_in_by(string method)
    {
        Directory.CreateDirectory(_folder.File("other"));
        await using var node = await NodeProcess.StartAsync(
            _folder.File("other"), "auth.password-scheme=\"PLAIN\"", "auth.mechanisms=[PLAIN, LOGIN, CRAM-MD5, APOP]");
        await node.AddUserAsync(Alice);
        var rc = await WriteSecretAsync(
            "mpoprc",
            $"""
            account default
            host 127.0.0.1
            port {node.Pop3sPort}
            tls on
            tls_starttls off
            tls_certcheck off
            auth {method}
            user {Alice}
            password {NodeProcess.Password}
            delivery maildir {MakeMaildir("mail")}
            uidls_file {_folder.File("uidls")}

            """);
        await ClientProgram.RequireAsync("mpop", ["-C", rc], environment: Home());
        Assert.Contains($"login: protocol=pop3 user=<{Alice}> method={method.ToUpperInvariant()} ", node.Log, StringComparison.Ordinal);
    }

    private static List<int> Numbers(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(static file => TestMessages.NumberOf(File.ReadAllBytes(file))).Order()];

    /// <summary>The numbers of the messages that are in an inbox.</summary>
    private async Task<List<int>> LeftAsync(string account = Alice)
    {
        await using var client = await _node.ConnectImapAsync(account);
        await client.RequireAsync("SELECT INBOX");
        return [.. (await client.FetchAllAsync()).Select(static message => TestMessages.NumberOf(message.Body)).Order()];
    }

    private Task<ProgramResult> CurlAsync(string scheme, string path, params string[] options) => ClientProgram.RequireAsync(
        "curl",
        [
            "-sS", "--insecure", "--ssl-reqd", "--user", $"{Alice}:{NodeProcess.Password}",
            $"{scheme}://127.0.0.1:{(scheme == "pop3s" ? _node.Pop3sPort : _node.Pop3Port)}/{path}", .. options,
        ]);

    /// <summary>A delivery agent that puts each message into a file of its own.</summary>
    private async Task<string> MdaAsync()
    {
        Directory.CreateDirectory(_folder.File("mail"));
        var script = _folder.File("mda");
        await File.WriteAllTextAsync(script, $"exec cat >\"$(mktemp '{_folder.File("mail")}/XXXXXXXX')\"\n");
        return script;
    }

    private string MakeMaildir(string name)
    {
        foreach (var part in new[] { "cur", "new", "tmp" })
            Directory.CreateDirectory(_folder.File($"{name}/{part}"));
        return _folder.File(name);
    }

    private async Task<string> WriteSecretAsync(string name, string text)
    {
        var file = _folder.File(name);
        await File.WriteAllTextAsync(file, text);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    private Dictionary<string, string> Home() => new() { ["HOME"] = _folder.Path, ["FETCHMAILHOME"] = _folder.Path };
}
