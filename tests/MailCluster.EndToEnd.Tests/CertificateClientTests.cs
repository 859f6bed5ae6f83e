using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>EXTERNAL: a client's certificate is its password, by curl and by Python's imaplib and poplib's TLS.</summary>
public sealed class CertificateClientTests : IAsyncLifetime
{
    private const string Alice = "alice@example.com";

    // Says AUTHENTICATE EXTERNAL with an empty response, as who leaves the account to the certificate, and selects INBOX.
    private const string Imaplib = """
        import imaplib, ssl, sys
        context = ssl._create_unverified_context()
        if len(sys.argv) > 2: context.load_cert_chain(sys.argv[2], sys.argv[3])
        if sys.argv[1].startswith("s"):
            client = imaplib.IMAP4("localhost", int(sys.argv[1][1:]))
            client.starttls(context)
        else:
            client = imaplib.IMAP4_SSL("localhost", int(sys.argv[1]), ssl_context=context)
        print("AUTH=EXTERNAL" in client.capabilities)
        try:
            print(client.authenticate("EXTERNAL", lambda _: b"")[0], client.select()[0])
        except imaplib.IMAP4.error as error:
            print(error)
        """;

    private readonly TemporaryFolder _folder = new();
    private TestAuthority _authority = null!;
    private NodeProcess _node = null!;

    public async Task InitializeAsync()
    {
        _authority = new TestAuthority(_folder);
        var file = await _authority.MakeAsync("authority");
        await _authority.MakeClientAsync("alice", "authority");
        await _authority.MakeClientAsync("bob@example.com", "authority");
        await _authority.MakeClientAsync("no one", "authority");
        _node = await NodeProcess.StartAsync(
            _folder.Path, "tls.client-certificates=request", $"tls.client-authorities={file}", "auth.failure-delay=0 s", "auth.penalty=false",
            $$"""auth.passdbs=[{ driver = certificate, name = common-name, users { "CN=alice" = "{{Alice}}" } }, { driver = accounts }]""",
            "auth.userdbs=[{ driver = accounts }]");
        await _node.AddUserAsync(Alice);
        await _node.AddUserAsync("bob@example.com");
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("imaps")]
    [InlineData("pop3s")]
    [InlineData("imap")]
    [InlineData("pop3")]
    public async Task Curl_logs_in_by_its_certificate_as_the_account_that_it_is_for_and_no_other(string scheme)
    {
        Assert.Equal(0, (await CurlAsync(scheme, "alice", Alice)).ExitCode);
        Assert.Equal(0, (await CurlAsync(scheme, "bob@example.com", "bob@example.com")).ExitCode);
        Assert.Equal(Curl.LoginDenied, (await CurlAsync(scheme, "alice", "bob@example.com")).ExitCode);
        Assert.Equal(Curl.LoginDenied, (await CurlAsync(scheme, "no one", Alice)).ExitCode);
        // Nothing to log in by: curl finds no mechanism that it can use.
        Assert.NotEqual(0, (await CurlAsync(scheme, null, Alice)).ExitCode);
        await _node.SaidAsync($"user=<{Alice}> method=EXTERNAL");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Imaplib_leaves_the_account_to_the_certificate(bool isStartTls)
    {
        Assert.Equal("True\nOK OK", await ImaplibAsync(isStartTls, "alice"));
        await _node.SaidAsync($"user=<{Alice}> method=EXTERNAL");
        Assert.Contains("AUTHENTICATIONFAILED", await ImaplibAsync(isStartTls, "no one"), StringComparison.Ordinal);
        // Without a certificate it is not offered, and asking for it all the same leads nowhere.
        var answer = await ImaplibAsync(isStartTls, null);
        Assert.StartsWith("False\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("OK", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_does_not_get_in_the_way_of_a_password()
    {
        var answer = await ClientProgram.RunAsync(
            "curl",
            ["-sS", "--insecure", "--cert", _authority.Certificate("alice"), "--key", _authority.Key("alice"), "--user", $"bob@example.com:{NodeProcess.Password}", "-X", "NOOP", $"imaps://127.0.0.1:{_node.ImapsPort}/"]);
        Assert.Equal(0, answer.ExitCode);
    }

    private async Task<string> ImaplibAsync(bool isStartTls, string? certificate) => (await ClientProgram.RequireAsync(
        "python3",
        [
            "-c", Imaplib, isStartTls ? $"s{_node.ImapPort}" : $"{_node.ImapsPort}",
            .. certificate is null ? Array.Empty<string>() : [_authority.Certificate(certificate), _authority.Key(certificate)],
        ])).Output.Trim();

    private Task<ProgramResult> CurlAsync(string scheme, string? certificate, string user)
    {
        var port = scheme switch
        {
            "imaps" => _node.ImapsPort,
            "pop3s" => _node.Pop3sPort,
            "imap" => _node.ImapPort,
            _ => _node.Pop3Port,
        };
        return ClientProgram.RunAsync(
            "curl",
            [
                "-sS", "--insecure", "--ssl-reqd", "--login-options", "AUTH=EXTERNAL", "--user", $"{user}:",
                .. certificate is null ? Array.Empty<string>() : ["--cert", _authority.Certificate(certificate), "--key", _authority.Key(certificate)],
                $"{scheme}://127.0.0.1:{port}/",
            ]);
    }
}
