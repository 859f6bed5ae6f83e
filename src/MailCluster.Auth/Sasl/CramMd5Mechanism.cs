using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Passwords;

namespace MailCluster.Auth.Sasl;

/// <summary>
/// CRAM-MD5 (RFC 2195): the server sends a text that never comes again, the client answers its name and the text's HMAC-MD5 under the password. Old, not bound
/// to anything, and the server must hold what the client holds; there for clients that know nothing better.
/// </summary>
internal sealed class CramMd5Mechanism(ISaslAuthority authority, PasswordSchemes schemes, TimeProvider time) : SaslMechanism
{
    public override string Name => "CRAM-MD5";

    public override bool IsPlaintext => false;

    public override bool IsClientFirst => false;

    /// <summary>A name, a space, 32 digits.</summary>
    public override int ResponseOctetsMax => SaslLimits.IdentityOctetsMax + 1 + 2 * MD5.HashSizeInBytes;

    public override bool IsOffered(AuthContext context) => authority.Capabilities.HasFlag(PassDbCapabilities.Credentials);

    public override ISaslExchange Start(IAuthenticator authenticator, AuthContext context) =>
        new Exchange(new SharedSecretProof(Name, context, authority, schemes), time.GetUtcNow());

    private sealed class Exchange(SharedSecretProof proof, DateTimeOffset now) : ISaslExchange
    {
        private byte[]? _challenge;
        private bool _over;

        public async ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(_over, this);
            if (_challenge is null)
            {
                // RFC 2195 has no initial response: one cannot answer what was not asked.
                if (response is { IsEmpty: false })
                {
                    _over = true;
                    return SaslStep.Malformed;
                }
                // msg-id (RFC 5322 §3.6.4); the host's name is nobody's business.
                _challenge = Encoding.ASCII.GetBytes(string.Create(
                    CultureInfo.InvariantCulture, $"<{RandomNumberGenerator.GetHexString(32, lowercase: true)}.{now.ToUnixTimeSeconds()}@mailcluster>"));
                return SaslStep.Challenge(_challenge);
            }
            _over = true;
            return response is { } answer && TrySplit(answer.Span, out var name, out var digest)
                ? SaslStep.Done(await proof.CheckAsync(name, digest, keys => keys.Sign(_challenge), cancellationToken))
                : SaslStep.Malformed;
        }

        public void Dispose() => _over = true;

        // The name may hold spaces; the digest, in lower case (RFC 2195 §2), may not.
        private static bool TrySplit(ReadOnlySpan<byte> answer, out string name, out byte[] digest)
        {
            name = "";
            digest = [];
            var space = answer.LastIndexOf((byte)' ');
            if (space <= 0 || answer.Length - space - 1 != 2 * MD5.HashSizeInBytes || !SaslLimits.TryReadIdentity(answer[..space], out name)) return false;
            return SharedSecretProof.TryReadHex(answer[(space + 1)..], out digest);
        }
    }
}
