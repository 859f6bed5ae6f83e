namespace MailCluster.Auth.Sasl;

/// <summary>One SASL mechanism (RFC 4422): what a protocol must know to offer it, and a maker of exchanges.</summary>
public abstract class SaslMechanism
{
    /// <summary>The registered name, upper case.</summary>
    public abstract string Name { get; }

    /// <summary>True when the password itself crosses the wire: offered only on secure connections unless allowed otherwise.</summary>
    public abstract bool IsPlaintext { get; }

    /// <summary>True when the client speaks first, so that an initial response saves a round trip. One is accepted either way.</summary>
    public abstract bool IsClientFirst { get; }

    /// <summary>Longest client message after base64 decoding, in octets; a protocol refuses a longer line before it decodes it.</summary>
    public abstract int ResponseOctetsMax { get; }

    /// <summary>False for what a protocol begins by a command of its own: it works, and is in no list of mechanisms.</summary>
    public virtual bool IsListed => true;

    /// <summary>
    /// Whether it could work on this connection now: some database can do what it needs, TLS gives what it binds to. That plaintext needs TLS is not asked here.
    /// </summary>
    public virtual bool IsOffered(AuthContext context) => true;

    /// <summary>Starts an exchange for one AUTHENTICATE command.</summary>
    public abstract ISaslExchange Start(IAuthenticator authenticator, AuthContext context);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
