using System.Text;

namespace MailCluster.Auth.Sasl;

/// <summary>
/// LOGIN (draft-murchison-sasl-login-00): the server asks for the name, then for the password. Obsolete, and still what some
/// Outlook versions speak. An initial response is taken as the name.
/// </summary>
public sealed class LoginMechanism : SaslMechanism
{
    private static readonly byte[] UsernamePrompt = Encoding.ASCII.GetBytes("Username:");
    private static readonly byte[] PasswordPrompt = Encoding.ASCII.GetBytes("Password:");

    /// <inheritdoc/>
    public override string Name => "LOGIN";

    /// <inheritdoc/>
    public override bool IsPlaintext => true;

    /// <inheritdoc/>
    public override bool IsClientFirst => false;

    /// <inheritdoc/>
    public override int ResponseOctetsMax => SaslLimits.PasswordOctetsMax;

    /// <inheritdoc/>
    public override ISaslExchange Start(IAuthenticator authenticator, AuthContext context) => new Exchange(authenticator, context);

    private sealed class Exchange(IAuthenticator authenticator, AuthContext context) : ISaslExchange
    {
        private string? _username;
        private bool _over;

        public async ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(_over, this);
            if (response is not { } message) return SaslStep.Challenge(UsernamePrompt);
            if (_username is null)
            {
                // Some clients send the name with its terminating NUL.
                if (!SaslLimits.TryReadIdentity(TrimNul(message).Span, out var username)) return Malformed();
                _username = username;
                return SaslStep.Challenge(PasswordPrompt);
            }
            var password = TrimNul(message);
            if (password.Length is 0 or > SaslLimits.PasswordOctetsMax || password.Span.Contains((byte)0)) return Malformed();
            _over = true;
            return SaslStep.Done(await authenticator.AuthenticateAsync(
                new AuthRequest { Context = context, Mechanism = "LOGIN", Username = _username, Password = password },
                cancellationToken));
        }

        public void Dispose() => _over = true;

        private SaslStep Malformed()
        {
            _over = true;
            return SaslStep.Malformed;
        }

        private static ReadOnlyMemory<byte> TrimNul(ReadOnlyMemory<byte> text) => text.Length > 0 && text.Span[^1] == 0 ? text[..^1] : text;
    }
}
