using System.Security.Cryptography;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Passwords;

namespace MailCluster.Auth.Sasl;

/// <summary>
/// POP3's APOP (RFC 1939 §7) in the form of a mechanism, so that it goes the way of all others: one message, <c>challenge NUL user NUL digest</c>, made by the
/// protocol of its greeting's timestamp and the command's two arguments. The digest is MD5 of the timestamp followed by the password, so the password must be
/// stored in plain text. Never in a list of SASL mechanisms; only POP3 can begin it.
/// </summary>
internal sealed class ApopMechanism(ISaslAuthority authority, PasswordSchemes schemes) : SaslMechanism
{
    private const int ChallengeOctetsMax = 255;

    public override string Name => "APOP";

    public override bool IsPlaintext => false;

    public override bool IsClientFirst => true;

    public override bool IsListed => false;

    public override int ResponseOctetsMax => ChallengeOctetsMax + SaslLimits.IdentityOctetsMax + 2 * MD5.HashSizeInBytes + 2;

    public override bool IsOffered(AuthContext context) =>
        context.Protocol == "pop3" && authority.Capabilities.HasFlag(PassDbCapabilities.Credentials);

    public override ISaslExchange Start(IAuthenticator authenticator, AuthContext context) =>
        new Exchange(new SharedSecretProof(Name, context, authority, schemes));

    private sealed class Exchange(SharedSecretProof proof) : ISaslExchange
    {
        private bool _over;

        public async ValueTask<SaslStep> StepAsync(ReadOnlyMemory<byte>? response, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(_over, this);
            _over = true;
            if (response is not { } message) return SaslStep.Malformed;
            var first = message.Span.IndexOf((byte)0);
            var last = message.Span.LastIndexOf((byte)0);
            if (first is <= 0 or > ChallengeOctetsMax || last <= first || message.Length - last - 1 != 2 * MD5.HashSizeInBytes
                || !SaslLimits.TryReadIdentity(message.Span[(first + 1)..last], out var name)
                || !SharedSecretProof.TryReadHex(message.Span[(last + 1)..], out var digest)) return SaslStep.Malformed;
            var challenge = message[..first].ToArray();
            return SaslStep.Done(await proof.CheckPlainAsync(name, digest, password => Sign(challenge, password), cancellationToken));
        }

        public void Dispose() => _over = true;

        private static byte[] Sign(byte[] challenge, byte[] password)
        {
            using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
            md5.AppendData(challenge);
            md5.AppendData(password);
            return md5.GetHashAndReset();
        }
    }
}
