using System.Security.Cryptography;
using MailCluster.Auth.PassDb;

namespace MailCluster.Auth.Sasl.Scram;

/// <summary>SCRAM-SHA-1 (RFC 5802) and SCRAM-SHA-256 (RFC 7677), and with <c>-PLUS</c> bound to the TLS connection.</summary>
internal sealed class ScramMechanism(HashAlgorithmName hash, bool isPlus, bool hasPlus, ISaslAuthority authority, ScramCredentials credentials) : SaslMechanism
{
    public override string Name { get; } = $"SCRAM-SHA-{(hash == HashAlgorithmName.SHA1 ? "1" : "256")}{(isPlus ? "-PLUS" : "")}";

    public override bool IsPlaintext => false;

    public override bool IsClientFirst => true;

    /// <summary>Two names with every character escaped, nonces, and a binding; the longest message of a real client has some 300 octets.</summary>
    public override int ResponseOctetsMax => 4096;

    public override bool IsOffered(AuthContext context) =>
        authority.Capabilities.HasFlag(PassDbCapabilities.Credentials) && (!isPlus || HasBinding(context));

    public override ISaslExchange Start(IAuthenticator authenticator, AuthContext context) => new ScramExchange(
        new ScramTerms(Name, hash, isPlus, IsPlusOffered: isPlus || (hasPlus && HasBinding(context))), context, authority, credentials);

    private static bool HasBinding(AuthContext context) =>
        context.ChannelBindings is { } bindings && Array.Exists(ScramTerms.Bindings, type => !bindings.Find(type).IsEmpty);
}

/// <summary>What one mechanism is about.</summary>
/// <param name="Mechanism">Its name, for the log.</param>
/// <param name="Hash">SHA-1 or SHA-256.</param>
/// <param name="IsPlus">Whether the client must bind.</param>
/// <param name="IsPlusOffered">Whether this connection was offered a mechanism that binds: a client that says it was not has been lied to.</param>
internal sealed record ScramTerms(string Mechanism, HashAlgorithmName Hash, bool IsPlus, bool IsPlusOffered)
{
    /// <summary>
    /// The types of binding that are understood. Not tls-unique (RFC 5929 §3): it does not exist in TLS 1.3, and without the extended master secret it does not
    /// bind in 1.2.
    /// </summary>
    public static readonly string[] Bindings = ["tls-exporter", "tls-server-end-point"];
}
