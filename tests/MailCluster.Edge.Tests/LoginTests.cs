using System.Buffers;
using System.Text;
using MailCluster.Auth;
using MailCluster.Auth.Sasl;
using MailCluster.Testing;
using Microsoft.Extensions.Logging;

namespace MailCluster.Edge.Tests;

public sealed class LoginTests : IDisposable
{
    private readonly CapturedLog _log = new(LogLevel.Trace);
    private readonly EdgeFixture _edge;
    private readonly OnePassword _authenticator = new();

    public LoginTests() => _edge = new EdgeFixture(
        new EdgeOptions { Limits = new EdgeLimits { ConnectionsPerAccount = 1 } }, _log);

    public void Dispose()
    {
        _edge.Dispose();
        _log.Dispose();
    }

    [Fact]
    public async Task A_password_needs_tls_unless_allowed()
    {
        var connection = await ConnectAsync();
        var strict = Logins(allowPlaintext: false);
        Assert.False(strict.MaySendPassword(connection));
        Assert.Empty(strict.Offered(connection));
        var refused = await strict.LogInAsync(connection, "LOGIN", "alice@example.com", "secret"u8.ToArray());
        Assert.Equal(LoginOutcome.PrivacyRequired, refused.Outcome);
        Assert.Equal(0, _authenticator.Asked);
        Assert.Null(strict.Begin(connection, "plain"u8, out var refusal));
        Assert.Equal(LoginOutcome.PrivacyRequired, refusal);
        Assert.Null(strict.Begin(connection, "X-NONE"u8, out refusal));
        Assert.Equal(LoginOutcome.Failed, refusal);

        var allowed = Logins(allowPlaintext: true);
        Assert.True(allowed.MaySendPassword(connection));
        Assert.Contains(allowed.Offered(connection), m => m.Name == "PLAIN");
        var result = await allowed.LogInAsync(connection, "LOGIN", "Alice@Example.com", "secret"u8.ToArray());
        Assert.True(result.IsSuccess);
        Assert.Equal("alice@example.com", result.Account.Value);
        Assert.Equal("1G", result.Fields["userdb_quota_rule"]);
        Assert.Equal("alice@example.com", connection.Account?.Value);
        Assert.Contains(_log.Lines, l => l.StartsWith("login: protocol=echo user=<alice@example.com> method=LOGIN rip=192.0.2.1 tls=no", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_conversation_goes_in_base64()
    {
        var connection = await ConnectAsync();
        var logins = Logins(allowPlaintext: true);
        using var sasl = logins.Begin(connection, "PLAIN"u8, out _)!;
        var step = await sasl.StartAsync();
        Assert.Equal(SaslLoginStepKind.Challenge, step.Kind);
        Assert.Equal(0, step.Challenge.Length);
        step = await sasl.ContinueAsync(Encoded("\0alice@example.com\0secret"));
        Assert.Equal(SaslLoginStepKind.Done, step.Kind);
        Assert.True(step.Result!.IsSuccess);
    }

    [Fact]
    public async Task Login_asks_twice()
    {
        var connection = await ConnectAsync();
        using var sasl = Logins(allowPlaintext: true).Begin(connection, "LOGIN"u8, out _)!;
        Assert.Equal("VXNlcm5hbWU6", Encoding.ASCII.GetString((await sasl.StartAsync()).Challenge.Span));
        Assert.Equal("UGFzc3dvcmQ6", Encoding.ASCII.GetString((await sasl.ContinueAsync(Encoded("alice@example.com"))).Challenge.Span));
        Assert.Equal(LoginOutcome.Failed, (await sasl.ContinueAsync(Encoded("wrong"))).Result!.Outcome);
        Assert.Null(connection.Account);
    }

    [Theory]
    [InlineData("*", SaslLoginStepKind.Aborted)]
    [InlineData("?", SaslLoginStepKind.Malformed)]
    [InlineData("AAA", SaslLoginStepKind.Malformed)]
    [InlineData("AA A", SaslLoginStepKind.Malformed)]
    [InlineData("AAAA\t", SaslLoginStepKind.Malformed)]
    [InlineData("AAAA", SaslLoginStepKind.Malformed)]
    public async Task What_is_no_answer_ends_the_conversation(string line, SaslLoginStepKind kind)
    {
        var connection = await ConnectAsync();
        using var sasl = Logins(allowPlaintext: true).Begin(connection, "PLAIN"u8, out _)!;
        await sasl.StartAsync();
        Assert.Equal(kind, (await sasl.ContinueAsync(new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(line)))).Kind);
        Assert.Equal(0, _authenticator.Asked);
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_not_decoded()
    {
        var connection = await ConnectAsync();
        using var sasl = Logins(allowPlaintext: true).Begin(connection, "PLAIN"u8, out _)!;
        var line = new byte[(sasl.LineBytesMax + 4) / 4 * 4];
        line.AsSpan().Fill((byte)'A');
        Assert.Equal(SaslLoginStepKind.Malformed, (await sasl.StartAsync(new ReadOnlySequence<byte>(line))).Kind);
    }

    [Fact]
    public async Task An_empty_initial_response_is_not_an_absent_one()
    {
        var connection = await ConnectAsync();
        using var sasl = Logins(allowPlaintext: true).Begin(connection, "PLAIN"u8, out _)!;
        Assert.Equal(SaslLoginStepKind.Malformed, (await sasl.StartAsync(new ReadOnlySequence<byte>("="u8.ToArray()))).Kind);
    }

    [Fact]
    public async Task An_account_with_all_its_connections_is_refused()
    {
        var logins = Logins(allowPlaintext: true);
        Assert.True((await logins.LogInAsync(await ConnectAsync(), "LOGIN", "alice@example.com", "secret"u8.ToArray())).IsSuccess);
        var second = await ConnectAsync();
        var result = await logins.LogInAsync(second, "LOGIN", "alice@example.com", "secret"u8.ToArray());
        Assert.Equal(LoginOutcome.TooManyConnections, result.Outcome);
        Assert.Null(second.Account);
        Assert.Contains(_log.Lines, l => l.Contains("login refused", StringComparison.Ordinal));
    }

    private LoginService Logins(bool allowPlaintext) =>
        new(_authenticator, SaslMechanismSet.Default(allowPlaintext), _edge.Services);

    private async Task<EdgeConnection> ConnectAsync()
    {
        var echo = _edge.Echo();
        new InMemoryConnection().Start(echo);
        return await echo.Connected;
    }

    private static ReadOnlySequence<byte> Encoded(string text) =>
        new(Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(text))));

    private sealed class OnePassword : IAuthenticator
    {
        public int Asked { get; private set; }

        public ValueTask<AuthResult> AuthenticateAsync(AuthRequest request, CancellationToken cancellationToken)
        {
            Asked++;
            var ok = request.Password.Span.SequenceEqual("secret"u8);
            return new(new AuthResult
            {
                Outcome = ok ? AuthOutcome.Success : AuthOutcome.Failed,
                Account = ok ? request.Username.ToLowerInvariant() : null,
                Fields = new Dictionary<string, string> { ["userdb_quota_rule"] = "1G" },
            });
        }
    }
}
