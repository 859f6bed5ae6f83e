using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>Certificates of clients that one listener asks for and another does not.</summary>
public sealed class ListenerCertificateTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private TestAuthority _authority = null!;

    public async Task InitializeAsync()
    {
        _authority = new TestAuthority(_folder);
        await _authority.MakeAsync("authority");
        await _authority.MakeClientAsync("relay", "authority");
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    [Fact]
    public async Task One_listener_requires_a_certificate_and_the_others_do_as_before()
    {
        await using var node = await NodeProcess.StartAsync(
            _folder.Path, Authorities, "listeners.imaps.client-certificates=require", "listeners.lmtp.client-certificates=require", "listeners.lmtp.tls=implicit");
        Assert.DoesNotContain("* OK", await TalkAsync(node.ImapsPort, null), StringComparison.Ordinal);
        Assert.Contains("* OK", await TalkAsync(node.ImapsPort, "relay"), StringComparison.Ordinal);
        Assert.Contains("+OK", await TalkAsync(node.Pop3sPort, null), StringComparison.Ordinal);
        Assert.Contains("x OK", await TalkAsync(node.ImapPort, null, "-starttls", "imap"), StringComparison.Ordinal);
        Assert.DoesNotContain("220 ", await TalkAsync(node.LmtpPort, null), StringComparison.Ordinal);
        Assert.Contains("220 ", await TalkAsync(node.LmtpPort, "relay"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_listener_does_not_ask_where_all_others_require()
    {
        await using var node = await NodeProcess.StartAsync(
            _folder.Path, Authorities, "tls.client-certificates=require", "listeners.pop3s.client-certificates=none");
        Assert.DoesNotContain("* OK", await TalkAsync(node.ImapsPort, null), StringComparison.Ordinal);
        Assert.Contains("+OK", await TalkAsync(node.Pop3sPort, null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listener_that_asks_needs_authorities()
    {
        var (exitCode, log) = await NodeProcess.StartRefusedAsync(_folder.Path, "listeners.imaps.client-certificates=request");
        Assert.Equal(78, exitCode);
        Assert.Contains("tls.client-authorities", log, StringComparison.Ordinal);
    }

    private string Authorities => $"tls.client-authorities={_authority.Certificate("authority")}";

    private async Task<string> TalkAsync(int port, string? certificate, params string[] options) => (await ClientProgram.RunAsync(
        "openssl",
        [
            "s_client", "-connect", $"127.0.0.1:{port}", "-crlf", "-ign_eof", .. options,
            .. certificate is null ? Array.Empty<string>() : ["-cert", _authority.Certificate(certificate), "-key", _authority.Key(certificate)],
        ],
        // Ends the conversation in each protocol that understands one of them.
        "x LOGOUT\nQUIT\n")).Output;
}
