using System.Text;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Sasl;
using MailCluster.Auth.Sasl.OAuth;

namespace MailCluster.Auth.Tests.Sasl;

public sealed class BearerTests
{
    private static readonly AuthContext Context = AuthFixture.Context();

    private static BearerMechanism Make(bool isGoogles, ISaslAuthority authority) => new(
        isGoogles, new AuthOptions { OAuthScope = "mail", OAuthDiscoveryUrl = "https://id.example.com/.well-known/openid-configuration" }, authority);

    [Theory]
    [InlineData(false, "n,a=alice@example.com,\u0001host=mail.example.com\u0001port=143\u0001auth=Bearer vF9d.ft4=\u0001\u0001", "alice@example.com")] // RFC 7628 §4
    [InlineData(false, "y,,\u0001auth=bearer vF9d.ft4=\u0001\u0001", "")]
    [InlineData(false, "n,a=a=2Cb,\u0001auth=Bearer vF9d.ft4=\u0001\u0001", "a,b")]
    [InlineData(true, "user=alice@example.com\u0001auth=Bearer vF9d.ft4=\u0001\u0001", "alice@example.com")]
    public async Task The_token_and_the_name_are_read(bool isGoogles, string message, string user)
    {
        var authority = new Authority(AuthResult.Succeeded("alice@example.com", new Dictionary<string, string>()));
        using var exchange = Make(isGoogles, authority).Start(null!, Context);
        Assert.Equal(SaslStepKind.Challenge, (await exchange.StepAsync(null, default)).Kind);
        var step = await exchange.StepAsync(Encoding.UTF8.GetBytes(message), default);
        Assert.True(step.Result!.IsSuccess);
        Assert.Equal((user, "vF9d.ft4="), (authority.User, authority.Token));
    }

    [Theory]
    [InlineData(false, "{\"status\":\"invalid_token\",\"schemes\":\"bearer\",\"scope\":\"mail\",\"openid-configuration\":\"https://id.example.com/.well-known/openid-configuration\"}")]
    [InlineData(true, "{\"status\":\"401\",\"schemes\":\"bearer\",\"scope\":\"mail\"}")]
    public async Task A_refused_token_is_explained_and_then_fails(bool isGoogles, string json)
    {
        var authority = new Authority(AuthResult.Refused(AuthOutcome.Failed, "expired"));
        using var exchange = Make(isGoogles, authority).Start(null!, Context);
        var step = await exchange.StepAsync(
            Encoding.UTF8.GetBytes((isGoogles ? "user=a" : "n,a=a,") + "\u0001auth=Bearer x\u0001\u0001"), default);
        Assert.Equal((SaslStepKind.Challenge, json), (step.Kind, Encoding.UTF8.GetString(step.ChallengeBytes.Span)));
        step = await exchange.StepAsync(new byte[] { 1 }, default);
        Assert.Equal(AuthOutcome.Failed, step.Result!.Outcome);
    }

    [Fact]
    public async Task A_database_that_cannot_tell_is_no_refusal_of_the_token()
    {
        using var exchange = Make(false, new Authority(AuthResult.Refused(AuthOutcome.TemporaryFailure, "x"))).Start(null!, Context);
        var step = await exchange.StepAsync("n,,\u0001auth=Bearer x\u0001\u0001"u8.ToArray(), default);
        Assert.Equal(AuthOutcome.TemporaryFailure, step.Result!.Outcome);
    }

    [Theory]
    [InlineData(false, "")]
    [InlineData(false, "n,,\u0001\u0001")]
    [InlineData(false, "n,,\u0001auth=Bearer x\u0001")]
    [InlineData(false, "n,,\u0001auth=Bearer x\u0001\u0001more")]
    [InlineData(false, "n,,\u0001auth=Bearer \u0001\u0001")]
    [InlineData(false, "n,,\u0001auth=Basic eA==\u0001\u0001")]
    [InlineData(false, "n,,\u0001auth=Bearer a b\u0001\u0001")]
    [InlineData(false, "n,,\u0001auth=Bearer a\u0001auth=Bearer b\u0001\u0001")]
    [InlineData(false, "p=tls-unique,,\u0001auth=Bearer x\u0001\u0001")]
    [InlineData(false, "n,alice,\u0001auth=Bearer x\u0001\u0001")]
    [InlineData(true, "user=\u0001auth=Bearer x\u0001\u0001")]
    [InlineData(true, "user=a\u0001user=b\u0001auth=Bearer x\u0001\u0001")]
    public async Task Other_messages_are_malformed(bool isGoogles, string message)
    {
        using var exchange = Make(isGoogles, new Authority(AuthResult.Refused(AuthOutcome.Failed, "x"))).Start(null!, Context);
        Assert.Equal(SaslStepKind.Malformed, (await exchange.StepAsync(Encoding.UTF8.GetBytes(message), default)).Kind);
    }

    [Fact]
    public void Tokens_are_never_taken_in_the_clear()
    {
        var mechanism = Make(false, new Authority(AuthResult.Refused(AuthOutcome.Failed, "x")));
        Assert.True(mechanism.IsOffered(Context));
        Assert.False(mechanism.IsOffered(AuthFixture.Context(secure: false)));
    }

    private sealed class Authority(AuthResult result) : ISaslAuthority
    {
        public string? User { get; private set; }

        public string? Token { get; private set; }

        public PassDbCapabilities Capabilities => PassDbCapabilities.Token;

        public ValueTask<AuthResult> VerifyTokenAsync(AuthRequest attempt, ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
        {
            User = attempt.Username;
            Token = Encoding.ASCII.GetString(token.Span);
            return ValueTask.FromResult(result);
        }

        public ValueTask<SaslLookup> LookUpAsync(AuthRequest attempt, CancellationToken cancellationToken) => throw new InvalidOperationException();

        public ValueTask<AuthResult> AcceptAsync(AuthRequest attempt, SaslLookup lookup, CancellationToken cancellationToken) => throw new InvalidOperationException();

        public ValueTask<AuthResult> RefuseAsync(AuthRequest attempt, AuthOutcome outcome, string reason, CancellationToken cancellationToken) =>
            throw new InvalidOperationException();

        public ValueTask<AuthResult> AdmitAsync(AuthRequest attempt, CancellationToken cancellationToken) => throw new InvalidOperationException();

        public ValueTask<AuthResult> VerifyCertificateAsync(AuthRequest attempt, CancellationToken cancellationToken) => throw new InvalidOperationException();
    }
}
