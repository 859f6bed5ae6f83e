using System.Security.Cryptography;
using System.Text;
using MailCluster.Auth;
using MailCluster.Auth.Sasl;

namespace MailCluster.Pop3.Tests.Support;

/// <summary>What APOP is to the login: one response, <c>timestamp NUL name NUL digest</c>. The password is the name.</summary>
internal sealed class TestApop : SaslMechanism
{
    public override string Name => "APOP";

    public override bool IsPlaintext => false;

    public override bool IsClientFirst => true;

    public override bool IsListed => false;

    public override int ResponseOctetsMax => 1024;

    public override ISaslExchange Start(IAuthenticator authenticator, AuthContext context) => new Exchange(authenticator, context);

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "RFC 1939 §7 says MD5.")]
    private sealed class Exchange(IAuthenticator authenticator, AuthContext context) : ISaslExchange
    {
        public async ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken)
        {
            var parts = Encoding.UTF8.GetString(response!.Value.Span).Split('\0');
            var expected = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(parts[0] + parts[1])));
            var request = new AuthRequest
            {
                Context = context,
                Mechanism = "APOP",
                Username = parts[1],
                Password = Encoding.UTF8.GetBytes(parts[2] == expected ? parts[1] : "wrong"),
            };
            return SaslStep.Done(await authenticator.AuthenticateAsync(request, cancellationToken));
        }

        public void Dispose()
        {
        }
    }
}
