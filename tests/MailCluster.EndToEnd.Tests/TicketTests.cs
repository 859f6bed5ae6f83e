using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>A TLS session is resumed with the host that it was made with, and nowhere else.</summary>
public sealed class TicketTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_ticket_of_one_host_opens_no_session_of_another(string version)
    {
        var authority = new TestAuthority(_folder);
        await authority.MakeAsync("a.example.com");
        await authority.MakeAsync("b.example.com");
        await using var node = await NodeProcess.StartAsync(
            _folder.Path, $"tls.sni=[{Entry("a.example.com")}, {Entry("b.example.com")}]");
        var session = _folder.File("session");
        Assert.Contains("New, TLS", await TalkAsync(node, version, "a.example.com", "-sess_out", session), StringComparison.Ordinal);
        Assert.Contains("Reused, TLS", await TalkAsync(node, version, "a.example.com", "-sess_in", session), StringComparison.Ordinal);
        var other = await TalkAsync(node, version, "b.example.com", "-sess_in", session);
        Assert.Contains("New, TLS", other, StringComparison.Ordinal);
        Assert.Contains("b.example.com", other, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ticket_does_not_outlive_the_process_that_gave_it()
    {
        var session = _folder.File("session");
        await using (var node = await NodeProcess.StartAsync(_folder.Path))
        {
            Assert.Contains("New, TLS", await TalkAsync(node, "-tls1_3", "localhost", "-sess_out", session), StringComparison.Ordinal);
            await node.TerminateAsync();
        }

        await using var again = await NodeProcess.StartAsync(_folder.Path);
        Assert.Contains("New, TLS", await TalkAsync(again, "-tls1_3", "localhost", "-sess_in", session), StringComparison.Ordinal);
    }

    private string Entry(string name) => $$"""{ names = ["{{name}}"], certificate = "{{_folder.File(name + ".pem")}}", key = "{{_folder.File(name + ".key")}}" }""";

    private static async Task<string> TalkAsync(NodeProcess node, string version, string name, params string[] options) => (await ClientProgram.RunAsync(
        "openssl", ["s_client", "-connect", $"127.0.0.1:{node.ImapsPort}", "-crlf", "-ign_eof", version, "-servername", name, .. options], "x LOGOUT\n")).Output;
}
