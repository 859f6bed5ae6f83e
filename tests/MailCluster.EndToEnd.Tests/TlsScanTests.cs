using System.Text.RegularExpressions;
using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>What a stranger finds out about TLS, with openssl and sslscan; and clients with certificates.</summary>
public sealed class TlsScanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority;

    public TlsScanTests() => _authority = new TestAuthority(_folder);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_scan_finds_two_versions_and_no_suite_without_forward_secrecy()
    {
        await using var node = await NodeProcess.StartAsync(_folder.Path);
        var scan = (await ClientProgram.RequireAsync("sslscan", ["--no-colour", "--no-check-certificate", $"127.0.0.1:{node.ImapsPort}"])).Output;
        foreach (var (version, state) in new[] { ("SSLv2", "disabled"), ("SSLv3", "disabled"), ("TLSv1.0", "disabled"), ("TLSv1.1", "disabled"), ("TLSv1.2", "enabled"), ("TLSv1.3", "enabled") })
            Assert.Matches($@"(?m)^{Regex.Escape(version)}\s+{state}", scan);
        Assert.Contains("Server supports TLS Fallback SCSV", scan, StringComparison.Ordinal);
        Assert.Contains("Session renegotiation not supported", scan, StringComparison.Ordinal);
        string[] suites = [.. Regex.Matches(scan, @"(?m)^(?:Accepted|Preferred)\s+TLSv1\.\d\s+\d+ bits\s+(\S+)").Select(match => match.Groups[1].Value)];
        Assert.NotEmpty(suites);
        Assert.All(suites, suite => Assert.Matches("^(TLS_|ECDHE-)", suite));
        Assert.DoesNotMatch("RC4|DES|NULL|EXP|ADH|anon|-SHA$", string.Join('\n', suites));
    }

    [Theory]
    [InlineData("-tls1")]
    [InlineData("-tls1_1")]
    public async Task Older_versions_fail(string version)
    {
        await using var node = await NodeProcess.StartAsync(_folder.Path);
        var answer = await OpenSslAsync(node, version, "-cipher", "ALL:@SECLEVEL=0");
        Assert.NotEqual(0, answer.ExitCode);
        Assert.DoesNotContain("* OK", answer.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_session_is_resumed(string version)
    {
        await using var node = await NodeProcess.StartAsync(_folder.Path);
        var session = _folder.File("session");
        Assert.Contains("New, TLS", (await OpenSslAsync(node, version, "-sess_out", session)).Output, StringComparison.Ordinal);
        Assert.Contains("Reused, TLS", (await OpenSslAsync(node, version, "-sess_in", session)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Named_suites_are_the_only_ones()
    {
        await using var node = await NodeProcess.StartAsync(
            _folder.Path, "tls.cipher-suites=[TLS_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]", "tls.min-version=\"1.2\"");
        Assert.Contains("Cipher is TLS_AES_128_GCM_SHA256", (await OpenSslAsync(node, "-tls1_3")).Output, StringComparison.Ordinal);
        Assert.Contains("Cipher is ECDHE-ECDSA-AES128-GCM-SHA256", (await OpenSslAsync(node, "-tls1_2")).Output, StringComparison.Ordinal);
        Assert.NotEqual(0, (await OpenSslAsync(node, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384")).ExitCode);
    }

    [Theory]
    [InlineData("imap", true)]
    [InlineData("pop3", false)]
    [InlineData("http/1.1", false)]
    public async Task Alpn_keeps_other_protocols_out(string protocol, bool isServed)
    {
        await using var node = await NodeProcess.StartAsync(_folder.Path);
        var answer = await OpenSslAsync(node, "-alpn", protocol);
        Assert.Equal(isServed, answer.Output.Contains("* OK", StringComparison.Ordinal));
        if (isServed) Assert.Contains("ALPN protocol: imap", answer.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_clients_with_a_certificate_of_the_authority_come_in_when_it_is_required()
    {
        var authority = await _authority.MakeAsync("authority");
        await _authority.MakeClientAsync("alice", "authority");
        await _authority.MakeAsync("stranger");
        await _authority.MakeClientAsync("mallory", "stranger");
        await using var node = await NodeProcess.StartAsync(_folder.Path, "tls.client-certificates=require", $"tls.client-authorities={authority}");
        Assert.Contains("* OK", (await OpenSslAsync(node, Certificate("alice"))).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("* OK", (await OpenSslAsync(node, Certificate("mallory"))).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("* OK", (await OpenSslAsync(node)).Output, StringComparison.Ordinal);
        // Nothing is resumed: the certificate is looked at each time.
        var session = _folder.File("session");
        await OpenSslAsync(node, [.. Certificate("alice"), "-sess_out", session]);
        Assert.DoesNotContain("Reused", (await OpenSslAsync(node, ["-sess_in", session, .. Certificate("alice")])).Output, StringComparison.Ordinal);
        // Mail servers deliver without one.
        Assert.Equal(0, (await ClientProgram.RunAsync("swaks", ["--protocol", "LMTP", "--server", $"127.0.0.1:{node.LmtpPort}", "--quit-after", "LHLO"])).ExitCode);
    }

    [Fact]
    public async Task A_requested_certificate_may_be_left_out()
    {
        var authority = await _authority.MakeAsync("authority");
        await using var node = await NodeProcess.StartAsync(_folder.Path, "tls.client-certificates=request", $"tls.client-authorities={authority}");
        Assert.Contains("* OK", (await OpenSslAsync(node)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mailctl_shows_what_is_served_and_the_node_measures_it()
    {
        await using var node = await NodeProcess.StartAsync(_folder.Path);
        var row = System.Text.Json.JsonDocument.Parse((await node.CtlAsync("--format", "json", "cert")).Output).RootElement[0];
        Assert.Equal("*", row.GetProperty("names").GetString());
        Assert.InRange(row.GetProperty("days-left").GetInt32(), 700, 820);
        var fingerprint = (await ClientProgram.RequireAsync("openssl", ["x509", "-noout", "-fingerprint", "-sha256", "-in", _folder.File("tls/certificate.pem")])).Output;
        Assert.Contains(row.GetProperty("sha256").GetString()!, fingerprint.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant(), StringComparison.Ordinal);
        var metrics = (await ClientProgram.RequireAsync("curl", ["-sS", $"http://127.0.0.1:{node.HttpPort}/metrics"])).Output;
        Assert.Contains("mailcluster_tls_certificate_left_seconds{", metrics, StringComparison.Ordinal);
    }

    private string[] Certificate(string name) => ["-cert", _authority.Certificate(name), "-key", _authority.Key(name)];

    // "x LOGOUT" ends the conversation: the server closes, and s_client with it.
    private static Task<ProgramResult> OpenSslAsync(NodeProcess node, params string[] options) => ClientProgram.RunAsync(
        "openssl", ["s_client", "-connect", $"127.0.0.1:{node.ImapsPort}", "-crlf", "-ign_eof", .. options], "x LOGOUT\n");
}
