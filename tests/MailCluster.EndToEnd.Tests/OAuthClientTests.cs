using System.Text.Json;
using MailCluster.EndToEnd.Tests.Support;
using MailCluster.Testing;

namespace MailCluster.EndToEnd.Tests;

/// <summary>Bearer tokens of an issuer that the test is, by curl and by imapflow: signed ones, and opaque ones about which the issuer is asked.</summary>
public sealed class OAuthClientTests : IAsyncLifetime
{
    private const string Alice = "alice@example.com";
    private const string Scope = "openid mail";
    private const string Discovery = "https://issuer.example.com/.well-known/openid-configuration";

    private readonly TemporaryFolder _folder = new();
    private TestIssuer _issuer = null!;

    public async Task InitializeAsync() => _issuer = await TestIssuer.StartAsync();

    public async Task DisposeAsync()
    {
        await _issuer.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("OAUTHBEARER", false)]
    [InlineData("OAUTHBEARER", true)]
    [InlineData("XOAUTH2", false)]
    [InlineData("XOAUTH2", true)]
    public async Task Curl_logs_in_by_a_signed_token(string mechanism, bool isInitialResponse)
    {
        // curl takes OAUTHBEARER where it is offered, whatever it is told.
        await using var node = await StartAsync(Signed, $"{mechanism}, PLAIN");
        var token = _issuer.Token(Alice, TimeProvider.System);

        foreach (var (scheme, port) in new[] { ("imaps", node.ImapsPort), ("pop3s", node.Pop3sPort) })
        {
            var answer = await CurlAsync(scheme, port, mechanism, Alice, token, isInitialResponse);
            Assert.True(answer.ExitCode == 0, $"{scheme}: {answer}\n{node.Log}");
            // Of another account, out of date, signed by nobody whose key the issuer shows: the failure that makes a client get a new one.
            Assert.Equal(Curl.LoginDenied, (await CurlAsync(scheme, port, mechanism, "bob@example.com", token, isInitialResponse)).ExitCode);
            var expired = _issuer.Token(Alice, TimeProvider.System, change =>
                (change.IssuedAt, change.NotBefore, change.Expires) = (HoursAgo(2), HoursAgo(2), HoursAgo(1)));
            Assert.Equal(Curl.LoginDenied, (await CurlAsync(scheme, port, mechanism, Alice, expired, isInitialResponse)).ExitCode);
            Assert.Equal(Curl.LoginDenied, (await CurlAsync(scheme, port, mechanism, Alice, token[..^8] + "AAAAAAAA", isInitialResponse)).ExitCode);
        }

        await node.SaidAsync($"user=<{Alice}> method={mechanism}");
        Assert.DoesNotContain(token, node.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OAUTHBEARER")]
    [InlineData("XOAUTH2")]
    public async Task Curl_logs_in_by_a_token_that_only_the_issuer_can_read_until_it_is_revoked(string mechanism)
    {
        await using var node = await StartAsync(Introspected, mechanism);
        _issuer.Known["opaque-1"] = $$"""{"active":true,"email":"{{Alice}}","scope":"{{Scope}}","iss":"{{TestIssuer.Name}}","aud":"{{TestIssuer.Audience}}"}""";

        Assert.Equal(0, (await CurlAsync("imaps", node.ImapsPort, mechanism, Alice, "opaque-1")).ExitCode);
        Assert.Equal(Curl.LoginDenied, (await CurlAsync("imaps", node.ImapsPort, mechanism, Alice, "opaque-2")).ExitCode);
        _issuer.Known["opaque-1"] = """{"active":false}""";
        Assert.Equal(Curl.LoginDenied, (await CurlAsync("imaps", node.ImapsPort, mechanism, Alice, "opaque-1")).ExitCode);

        // An issuer that is away has not said that the token is wrong.
        _issuer.IsUp = false;
        await CurlAsync("imaps", node.ImapsPort, mechanism, Alice, "opaque-3");
        await node.SaidAsync("reason=internal-failure");
    }

    [Theory]
    [InlineData("OAUTHBEARER")]
    [InlineData("XOAUTH2")]
    public async Task Imapflow_logs_in_by_a_token_and_learns_why_another_is_refused(string mechanism)
    {
        await using var node = await StartAsync(Signed, mechanism);

        Assert.Equal($"opened INBOX by AUTH={mechanism}", await ImapflowAsync(node, Alice, _issuer.Token(Alice, TimeProvider.System)));

        var refusal = await ImapflowAsync(node, Alice, _issuer.Token(Alice, TimeProvider.System, change => change.Audience = "another service"));
        const string start = "refused AUTHENTICATIONFAILED ";
        Assert.StartsWith(start, refusal, StringComparison.Ordinal);
        var said = JsonDocument.Parse(refusal[start.Length..]).RootElement;
        Assert.Equal(Scope, said.GetProperty("scope").GetString());
        Assert.Equal(mechanism == "XOAUTH2" ? "401" : "invalid_token", said.GetProperty("status").GetString());
        if (mechanism == "OAUTHBEARER") Assert.Equal(Discovery, said.GetProperty("openid-configuration").GetString());
    }

    [Fact]
    public async Task Tokens_are_not_taken_without_TLS_even_where_passwords_are()
    {
        await using var node = await StartAsync(Signed, "OAUTHBEARER, XOAUTH2, PLAIN", "auth.allow-plaintext=true");
        var offered = (await ClientProgram.RequireAsync("curl", ["-s", "-X", "CAPABILITY", $"imap://127.0.0.1:{node.ImapPort}/"])).Output;
        Assert.Contains("AUTH=PLAIN", offered, StringComparison.Ordinal);
        Assert.DoesNotContain("OAUTH", offered, StringComparison.Ordinal);
        Assert.NotEqual(0, (await CurlAsync("imap", node.ImapPort, "XOAUTH2", Alice, _issuer.Token(Alice, TimeProvider.System))).ExitCode);
    }

    private string Signed => $"driver = oauth2, jwks = \"{_issuer.Jwks}\", issuers = [\"{TestIssuer.Name}\"], audiences = [{TestIssuer.Audience}], scopes = [mail]";

    private string Introspected =>
        $"driver = oauth2, introspection-url = \"{_issuer.Introspection}\", client-id = \"{TestIssuer.ClientId}\", client-secret = \"{TestIssuer.ClientSecret}\", scopes = [mail]";

    private Task<NodeProcess> StartAsync(string passdb, string mechanisms, params string[] settings) => NodeProcess.StartAsync(
        _folder.Path,
        [
            $"auth.passdbs=[{{ {passdb} }}]", "auth.userdbs=[{ driver = static }]", $"auth.mechanisms=[{mechanisms}]", "auth.failure-delay=0 s", "auth.penalty=false",
            $"auth.oauth.scope=\"{Scope}\"", $"auth.oauth.discovery-url=\"{Discovery}\"", .. settings,
        ]);

    private static DateTime HoursAgo(int hours) => TimeProvider.System.GetUtcNow().AddHours(-hours).UtcDateTime;

    private static Task<ProgramResult> CurlAsync(
        string scheme, int port, string mechanism, string user, string token, bool isInitialResponse = true) => ClientProgram.RunAsync(
        "curl",
        [
            "-sS", "--insecure", "--login-options", $"AUTH={mechanism}", "--user", $"{user}:", "--oauth2-bearer", token,
            .. isInitialResponse ? new[] { "--sasl-ir" } : [], $"{scheme}://127.0.0.1:{port}/",
        ]);

    private static async Task<string> ImapflowAsync(NodeProcess node, string user, string token) => (await ClientProgram.RequireAsync(
        "node", [Path.Combine(Repository.Clients, "imapflow-oauth.mjs"), $"{node.ImapsPort}", user, token])).Output.Trim();
}
