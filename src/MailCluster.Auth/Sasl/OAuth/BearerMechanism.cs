using System.Text.Json;
using MailCluster.Auth.PassDb;

namespace MailCluster.Auth.Sasl.OAuth;

/// <summary>OAUTHBEARER (RFC 7628), or XOAUTH2 for clients that have not moved.</summary>
/// <remarks>
/// A refused token is told in two steps: the server's challenge is a JSON object that says why, the client answers with something that means nothing
/// (<c>^A</c>, or an empty line), and then comes the failure. A client gets a new token by that; one that only saw a failure would ask for a password.
/// </remarks>
internal sealed class BearerMechanism(bool isGoogles, AuthOptions options, ISaslAuthority authority) : SaslMechanism
{
    public override string Name => isGoogles ? "XOAUTH2" : "OAUTHBEARER";

    /// <summary>Whoever reads a bearer token can use it.</summary>
    public override bool IsPlaintext => true;

    public override bool IsClientFirst => true;

    /// <summary>A signed token with a hundred groups in it has some eight thousand octets. The line of IMAP that carries it has 16 KiB at most before login.</summary>
    public override int ResponseOctetsMax => 12 * 1024;

    // RFC 6750 §5.3: never without TLS, whatever is allowed for passwords.
    public override bool IsOffered(AuthContext context) => context.IsSecure && authority.Capabilities.HasFlag(PassDbCapabilities.Token);

    public override ISaslExchange Start(IAuthenticator authenticator, AuthContext context) => new Exchange(this, context);

    private byte[] Refusal()
    {
        var json = new Dictionary<string, string>
        {
            // RFC 7628 §3.2.2 takes RFC 6750's words, XOAUTH2 has HTTP's number.
            ["status"] = isGoogles ? "401" : "invalid_token",
            ["schemes"] = "bearer",
        };
        if (options.OAuthScope is { } scope) json["scope"] = scope;
        if (options.OAuthDiscoveryUrl is { } url && !isGoogles) json["openid-configuration"] = url;
        return JsonSerializer.SerializeToUtf8Bytes(json, BearerJson.Default.DictionaryStringString);
    }

    private sealed class Exchange(BearerMechanism mechanism, AuthContext context) : ISaslExchange
    {
        private AuthResult? _refused;
        private bool _over;

        public async ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(_over, this);
            if (response is not { } message) return SaslStep.Challenge(default);
            _over = true;
            if (_refused is not null) return SaslStep.Done(_refused);
            var isRead = mechanism.Name == "XOAUTH2"
                ? BearerMessage.TryReadXOAuth2(message, out var identity, out var token)
                : BearerMessage.TryReadOAuthBearer(message, out identity, out token);
            if (!isRead) return SaslStep.Malformed;
            var result = await mechanism.Verify(context, identity, token, cancellationToken);
            if (result.Outcome is not (AuthOutcome.Failed or AuthOutcome.NotAuthorized)) return SaslStep.Done(result);
            _refused = result;
            _over = false;
            return SaslStep.Challenge(mechanism.Refusal());
        }

        public void Dispose() => _over = true;
    }

    private ValueTask<AuthResult> Verify(AuthContext context, string? identity, ReadOnlyMemory<byte> token, CancellationToken cancellationToken) =>
        authority.VerifyTokenAsync(
            new AuthRequest { Context = context, Mechanism = Name, Username = identity ?? "", Password = default }, token, cancellationToken);
}
