using MailCluster.Auth.PassDb;

namespace MailCluster.Auth.Sasl;

/// <summary>
/// EXTERNAL (RFC 4422 appendix A): who the client is was settled by its certificate in the TLS handshake. Its one message says as whom it wants to act, or
/// nothing: as the certificate's own account.
/// </summary>
internal sealed class ExternalMechanism(ISaslAuthority authority) : SaslMechanism
{
    public override string Name => "EXTERNAL";

    public override bool IsPlaintext => false;

    public override bool IsClientFirst => true;

    public override int ResponseOctetsMax => SaslLimits.IdentityOctetsMax;

    public override bool IsOffered(AuthContext context) =>
        context.ClientCertificate is not null && authority.Capabilities.HasFlag(PassDbCapabilities.Certificate);

    public override ISaslExchange Start(IAuthenticator authenticator, AuthContext context) => new Exchange(authority, context);

    private sealed class Exchange(ISaslAuthority authority, AuthContext context) : ISaslExchange
    {
        private bool _over;

        public async ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(_over, this);
            if (response is not { } message) return SaslStep.Challenge(default);
            _over = true;
            string? identity = null;
            if (!message.IsEmpty)
            {
                // utf8 without NUL
                if (message.Span.Contains((byte)0) || !SaslLimits.TryReadIdentity(message.Span, out var text)) return SaslStep.Malformed;
                identity = text;
            }
            return SaslStep.Done(await authority.VerifyCertificateAsync(
                new AuthRequest { Context = context, Mechanism = "EXTERNAL", Username = "", Password = default, AuthorizationId = identity },
                cancellationToken));
        }

        public void Dispose() => _over = true;
    }
}
