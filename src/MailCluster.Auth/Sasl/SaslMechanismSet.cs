namespace MailCluster.Auth.Sasl;

/// <summary>
/// The configured mechanisms, in the order in which they are offered. Capabilities are listed from here and nowhere else.
/// </summary>
public sealed class SaslMechanismSet
{
    private readonly SaslMechanism[] _secure;
    private readonly SaslMechanism[] _insecure;

    /// <param name="mechanisms">The mechanisms, best first; names must differ.</param>
    /// <param name="allowPlaintext">True to offer plaintext mechanisms without TLS (<c>auth.allow-plaintext</c>).</param>
    public SaslMechanismSet(IEnumerable<SaslMechanism> mechanisms, bool allowPlaintext)
    {
        _secure = [.. mechanisms];
        if (_secure.DistinctBy(m => m.Name, StringComparer.OrdinalIgnoreCase).Count() != _secure.Length)
            throw new ArgumentException("two SASL mechanisms have one name", nameof(mechanisms));
        AllowPlaintext = allowPlaintext;
        _insecure = allowPlaintext ? _secure : [.. _secure.Where(m => !m.IsPlaintext)];
    }

    /// <summary>PLAIN and LOGIN.</summary>
    public static SaslMechanismSet Default(bool allowPlaintext) => OfNames(["PLAIN", "LOGIN"], allowPlaintext);

    /// <summary>Those of PLAIN and LOGIN that are named, in that order; the others need databases (<see cref="SaslServices"/>).</summary>
    /// <exception cref="ArgumentException">A name is not known, or there twice.</exception>
    public static SaslMechanismSet OfNames(IEnumerable<string> names, bool allowPlaintext) =>
        new(
            names.Select(name => MakePlain(name) ?? throw new ArgumentException($"unknown SASL mechanism {name}", nameof(names))),
            allowPlaintext);

    /// <summary>True when passwords may cross unencrypted connections. Otherwise such a connection shows <c>LOGINDISABLED</c>.</summary>
    public bool AllowPlaintext { get; }

    /// <summary>What may be used with or without TLS, before a connection's own properties are looked at.</summary>
    /// <param name="isSecure">True under TLS or on a local socket.</param>
    public IReadOnlyList<SaslMechanism> Offered(bool isSecure) => isSecure ? _secure : _insecure;

    /// <summary>What a connection offers now.</summary>
    public IEnumerable<SaslMechanism> Offered(AuthContext context) =>
        Offered(context.IsSecure).Where(mechanism => mechanism.IsListed && mechanism.IsOffered(context));

    /// <summary>Finds what works on this connection by name (ASCII case is ignored), listed or not; or null.</summary>
    public SaslMechanism? Find(ReadOnlySpan<byte> name, AuthContext context) =>
        Find(name, context.IsSecure) is { } found && found.IsOffered(context) ? found : null;

    /// <summary>Finds an offered mechanism by name (ASCII case is ignored), or null.</summary>
    /// <param name="name">The name in ASCII octets, as the client sent it.</param>
    /// <param name="isSecure">True under TLS or on a local socket.</param>
    public SaslMechanism? Find(ReadOnlySpan<byte> name, bool isSecure)
    {
        foreach (var mechanism in Offered(isSecure) as SaslMechanism[] ?? [])
        {
            if (System.Text.Ascii.EqualsIgnoreCase(name, mechanism.Name)) return mechanism;
        }
        return null;
    }

    /// <summary>True when the mechanism exists but waits for TLS: the protocol answers <c>[PRIVACYREQUIRED]</c>, not "unknown".</summary>
    public bool NeedsPrivacy(ReadOnlySpan<byte> name) => Find(name, isSecure: false) is null && Find(name, isSecure: true) is not null;

    internal static SaslMechanism? MakePlain(string name) => name switch
    {
        "PLAIN" => new PlainMechanism(),
        "LOGIN" => new LoginMechanism(),
        _ => null,
    };
}
