using System.Text;

namespace MailCluster.Auth.Sasl;

/// <summary>PLAIN (RFC 4616): <c>[authzid] NUL authcid NUL passwd</c> in one message.</summary>
public sealed class PlainMechanism : SaslMechanism
{
    /// <inheritdoc/>
    public override string Name => "PLAIN";

    /// <inheritdoc/>
    public override bool IsPlaintext => true;

    /// <inheritdoc/>
    public override bool IsClientFirst => true;

    /// <summary>Two identities of 255 octets (RFC 4616 §2), the longest password, two NULs.</summary>
    public override int ResponseOctetsMax => 2 * SaslLimits.IdentityOctetsMax + SaslLimits.PasswordOctetsMax + 2;

    /// <inheritdoc/>
    public override ISaslExchange Start(IAuthenticator authenticator, AuthContext context) => new Exchange(authenticator, context);

    private sealed class Exchange(IAuthenticator authenticator, AuthContext context) : ISaslExchange
    {
        private bool _over;

        public async ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(_over, this);
            if (response is not { } message) return SaslStep.Challenge(default);
            _over = true;
            if (!TrySplit(message, out var authorizationId, out var username, out var password)) return SaslStep.Malformed;
            return SaslStep.Done(await authenticator.AuthenticateAsync(
                new AuthRequest
                {
                    Context = context,
                    Mechanism = "PLAIN",
                    Username = username,
                    Password = password,
                    AuthorizationId = authorizationId,
                },
                cancellationToken));
        }

        public void Dispose() => _over = true;
    }

    internal static bool TrySplit(
        ReadOnlyMemory<byte> message, out string? authorizationId, out string username, out ReadOnlyMemory<byte> password)
    {
        authorizationId = null;
        username = "";
        password = default;
        var span = message.Span;
        var first = span.IndexOf((byte)0);
        if (first < 0) return false;
        var second = span[(first + 1)..].IndexOf((byte)0);
        if (second < 0) return false;
        second += first + 1;
        password = message[(second + 1)..];
        // RFC 4616 §2: authcid and passwd are 1*SAFE, and SAFE has no NUL.
        if (second == first + 1 || password.Length is 0 or > SaslLimits.PasswordOctetsMax || password.Span.Contains((byte)0)) return false;
        if (!SaslLimits.TryReadIdentity(span[(first + 1)..second], out username)) return false;
        if (first == 0) return true;
        if (!SaslLimits.TryReadIdentity(span[..first], out var identity)) return false;
        authorizationId = identity;
        return true;
    }
}
