using MailCluster.EndToEnd.Tests.Support;
using MailCluster.Testing;

namespace MailCluster.EndToEnd.Tests;

/// <summary>Mechanisms against clients that share no code with them: GNU SASL's, curl's, Python's, a KDC of MIT Kerberos.</summary>
public sealed class SaslClientTests : IAsyncLifetime
{
    private const string Password = "correct horse";
    private readonly TemporaryFolder _folder = new();
    private KerberosRealm _realm = null!;
    private NodeProcess _node = null!;

    public async Task InitializeAsync()
    {
        _realm = await KerberosRealm.StartAsync("alice");
        var exports = string.Join("; ", _realm.Environment.Select(variable => $"export {variable.Key}='{variable.Value}'"));
        await File.WriteAllTextAsync(
            _folder.File("users"),
            $"plain@example.com:{{PLAIN}}{Password}\n"
            // doveadm pw
            + "keys@example.com:{SCRAM-SHA-256}4096,FUVoRWyQ+yy96utKi43fNA==,N/rFHQejXVr0Smhv3V7mGj4nXnTgbc6j/4e6eXkrvEs=,nWBqF0jZYfaBiisS9HnKRRETz9WC/ATFUURCDrO7/Uw=\n"
            + $"alice@{KerberosRealm.Realm}:*\n");
        _node = await NodeProcess.StartUnderAsync(
            exports, _folder.Path,
            "auth.mechanisms=[SCRAM-SHA-256-PLUS, SCRAM-SHA-1-PLUS, SCRAM-SHA-256, SCRAM-SHA-1, GSSAPI, CRAM-MD5, PLAIN, LOGIN]",
            $"auth.gssapi.keytab={_realm.Keytab}", "auth.failure-delay=0 s", $"auth.passwd-file={_folder.File("users")}");
    }

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _realm.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("PLAIN", "plain", true)]
    [InlineData("LOGIN", "plain", true)]
    [InlineData("CRAM-MD5", "plain", true)]
    [InlineData("SCRAM-SHA-1", "plain", false)]
    [InlineData("SCRAM-SHA-256", "keys", false)]
    [InlineData("SCRAM-SHA-1-PLUS", "plain", true)] // binds to tls-exporter
    [InlineData("SCRAM-SHA-256-PLUS", "keys", true)]
    public async Task Gsasl_logs_in(string mechanism, string user, bool binds)
    {
        var answer = await GsaslAsync(mechanism, user, Password, binds);
        Assert.Contains("Logged in", answer.Output, StringComparison.Ordinal);
        Assert.Contains("(server trusted)", answer.Output + answer.Errors, StringComparison.Ordinal);
        await _node.SaidAsync($"method={mechanism} ");

        answer = await GsaslAsync(mechanism, user, "wrong", binds);
        Assert.Contains("AUTHENTICATIONFAILED", answer.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Logged in", answer.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    [InlineData("CRAM-MD5")]
    public async Task Curl_logs_in(string mechanism)
    {
        var answer = await ClientProgram.RequireAsync("curl", Curl(mechanism, $"plain@example.com:{Password}"));
        Assert.Contains("* NAMESPACE", answer.Output, StringComparison.Ordinal);
        Assert.Equal(67, (await ClientProgram.RunAsync("curl", Curl(mechanism, "plain@example.com:wrong"))).ExitCode); // CURLE_LOGIN_DENIED
    }

    [Fact]
    public async Task Curl_logs_in_with_a_ticket()
    {
        var environment = _realm.Environment.ToDictionary();
        environment["KRB5CCNAME"] = "FILE:" + await _realm.LogInAsync("alice");
        // curl takes GSSAPI only for a name with a domain.
        var answer = await ClientProgram.RunAsync("curl", ["-v", .. Curl("GSSAPI", "alice@mailcluster.test:")], environment: environment);
        Assert.True(answer.ExitCode == 0, $"{answer}\n{_node.Log}");
        Assert.Contains("* NAMESPACE", answer.Output, StringComparison.Ordinal);
        await _node.SaidAsync("user=<alice@mailcluster.test> method=GSSAPI");
    }

    [Fact]
    public async Task Imaplib_logs_in_with_CRAM_MD5()
    {
        const string script = """
            import imaplib, ssl, sys
            client = imaplib.IMAP4("localhost", int(sys.argv[1]))
            client.starttls(ssl._create_unverified_context())
            print(client.login_cram_md5(sys.argv[2], sys.argv[3])[0], client.select()[0])
            """;
        var answer = await ClientProgram.RequireAsync("python3", ["-c", script, $"{_node.ImapPort}", "plain@example.com", Password]);
        Assert.Equal("OK OK", answer.Output.Trim());
    }

    /// <summary>With PLAIN, its authzid the name itself: Debian's build knows none that signs.</summary>
    [Fact]
    public async Task Neomutt_logs_in_after_STARTTLS()
    {
        var settings = _folder.File("muttrc");
        await File.WriteAllTextAsync(
            settings,
            $"""
            set imap_user="plain@example.com"
            set imap_pass="{Password}"
            set imap_authenticators="plain"
            set ssl_starttls=yes
            set ssl_force_tls=yes
            set certificate_file="{_folder.File("tls/certificate.pem")}"
            set folder="imap://localhost:{_node.ImapPort}/"
            set spoolfile="imap://localhost:{_node.ImapPort}/INBOX"
            set record=""
            set sleep_time=0
            """);
        // It wants a terminal: one whose keyboard stays silent, since an end of file there is a key to it.
        const string terminal = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))";
        var answer = await ClientProgram.RunAsync(
            "python3",
            ["-c", terminal, "timeout", "-k", "5", "60", "neomutt", "-n", "-F", settings, "-e", "push <quit>"],
            environment: new Dictionary<string, string> { ["TERM"] = "xterm", ["HOME"] = _folder.Path, ["LINES"] = "24", ["COLUMNS"] = "80" });
        Assert.True(answer.ExitCode == 0, $"{answer}\n{_node.Log}");
        Assert.Contains("INBOX [Msgs:0]", answer.Output, StringComparison.Ordinal);
        Assert.Contains("user=<plain@example.com> method=PLAIN", _node.Log, StringComparison.Ordinal);
    }

    private string[] Curl(string mechanism, string user) =>
        ["-sS", "--insecure", "--login-options", $"AUTH={mechanism}", "--user", user, $"imaps://localhost:{_node.ImapsPort}/", "-X", "NAMESPACE"];

    private Task<ProgramResult> GsaslAsync(string mechanism, string user, string password, bool binds) => ClientProgram.RunAsync(
        "gsasl",
        [
            "--imap", $"--connect=localhost:{_node.ImapPort}", "--starttls", $"--x509-ca-file={_folder.File("tls/certificate.pem")}", "--mechanism", mechanism,
            "--authentication-id", $"{user}@example.com", "--password", password, .. binds ? Array.Empty<string>() : ["--no-cb"],
        ],
        input: "");
}
