using System.Buffers;
using System.Net.Security;
using System.Text;
using MailCluster.Auth.Sasl;
using MailCluster.Auth.Sasl.Gss;
using MailCluster.Testing;

namespace MailCluster.Auth.Tests.Sasl;

/// <summary>Alone: the C library's environment, which tells the Kerberos library of the realm, is the whole process's.</summary>
[CollectionDefinition(nameof(GssTests), DisableParallelization = true)]
public sealed class GssRunsAlone;

/// <summary>GSSAPI and GSS-SPNEGO against a KDC of MIT Kerberos, with the platform's client.</summary>
[Collection(nameof(GssTests))]
public sealed class GssTests : IAsyncLifetime
{
    private KerberosRealm _realm = null!;
    private AuthFixture _fixture = null!;

    public async Task InitializeAsync()
    {
        _realm = await KerberosRealm.StartAsync("Alice", "mallory");
        _fixture = new AuthFixture(options =>
        {
            options.Mechanisms = ["GSSAPI", "GSS-SPNEGO"];
            options.GssKeytab = _realm.Keytab;
        });
        await File.WriteAllTextAsync(_fixture.Path, "alice@mailcluster.test:*\nbob@mailcluster.test:*\n");
    }

    public Task DisposeAsync()
    {
        _fixture?.Dispose();
        _realm?.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("", "alice@mailcluster.test", AuthOutcome.Success)]
    [InlineData("alice", "alice@mailcluster.test", AuthOutcome.Success)]
    [InlineData("Alice@mailcluster.test", "alice@mailcluster.test", AuthOutcome.Success)]
    [InlineData("bob@mailcluster.test", null, AuthOutcome.NotAuthorized)]
    public async Task A_ticket_opens_its_account(string identity, string? account, AuthOutcome outcome)
    {
        _realm.UseHere(await _realm.LogInAsync("Alice"));
        var result = await RunAsync("GSSAPI", identity);
        Assert.Equal((outcome, account), (result.Outcome, result.Account));
    }

    [Fact]
    public async Task A_ticket_without_an_account_opens_nothing()
    {
        _realm.UseHere(await _realm.LogInAsync("mallory"));
        var result = await RunAsync("GSSAPI", "");
        Assert.Equal((AuthOutcome.Failed, "unknown-user"), (result.Outcome, result.Reason));
        Assert.Contains(_fixture.Log.Lines, line => line.Contains("user=<mallory@mailcluster.test> method=GSSAPI", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Spnego_ends_with_the_context()
    {
        _realm.UseHere(await _realm.LogInAsync("Alice"));
        var result = await RunAsync("GSS-SPNEGO", null);
        Assert.Equal("alice@mailcluster.test", result.Account);
    }

    [Theory]
    [InlineData("GSSAPI")]
    [InlineData("GSS-SPNEGO")]
    public async Task What_is_no_token_fails(string mechanism)
    {
        using var exchange = Start(mechanism);
        Assert.Equal(SaslStepKind.Challenge, (await exchange.StepAsync(null, default)).Kind);
        var step = await exchange.StepAsync("not a token"u8.ToArray(), default);
        Assert.Equal(AuthOutcome.Failed, step.Result!.Outcome);
    }

    [Theory]
    [InlineData("Alice@EXAMPLE.COM", null, "alice@example.com")]
    [InlineData("Alice@EXAMPLE.COM", "EXAMPLE.COM", "alice")]
    [InlineData("alice@OTHER.ORG", "EXAMPLE.COM", "alice@other.org")]
    [InlineData("alice", "EXAMPLE.COM", "alice")]
    public void A_principal_is_an_account_of_its_realm(string principal, string? localRealm, string account) =>
        Assert.Equal(account, GssPrincipal.ToAccount(principal, localRealm));

    private ISaslExchange Start(string mechanism) =>
        _fixture.Get<SaslMechanismSet>().Find(Encoding.ASCII.GetBytes(mechanism), AuthFixture.Context())!.Start(_fixture.Authenticator, AuthFixture.Context());

    private async Task<AuthResult> RunAsync(string mechanism, string? identity)
    {
        using var exchange = Start(mechanism);
        using var client = new NegotiateAuthentication(new NegotiateAuthenticationClientOptions
        {
            Package = mechanism == "GSSAPI" ? "Kerberos" : "Negotiate",
            TargetName = "imap/localhost",
            RequiredProtectionLevel = ProtectionLevel.Sign,
            RequireMutualAuthentication = true,
        });
        var token = client.GetOutgoingBlob(ReadOnlySpan<byte>.Empty, out var status);
        var step = await exchange.StepAsync(token, default);
        while (step.Kind == SaslStepKind.Challenge && status == NegotiateAuthenticationStatusCode.ContinueNeeded)
        {
            token = client.GetOutgoingBlob(step.ChallengeBytes.Span, out status);
            Assert.True(status is NegotiateAuthenticationStatusCode.Completed or NegotiateAuthenticationStatusCode.ContinueNeeded, status.ToString());
            step = await exchange.StepAsync(token ?? [], default);
        }
        if (identity is null || step.Kind == SaslStepKind.Done) return step.Result!;
        // RFC 4752 §3.1: the server offers no layer; the client takes it and says as whom.
        var offer = new ArrayBufferWriter<byte>();
        Assert.Equal(NegotiateAuthenticationStatusCode.Completed, client.Unwrap(step.ChallengeBytes.Span, offer, out _));
        Assert.Equal(new byte[] { 1, 0, 0, 0 }, offer.WrittenSpan.ToArray());
        var choice = new ArrayBufferWriter<byte>();
        client.Wrap([1, 0, 0, 0, .. Encoding.UTF8.GetBytes(identity)], choice, requestEncryption: false, out _);
        return (await exchange.StepAsync(choice.WrittenMemory, default)).Result!;
    }
}
