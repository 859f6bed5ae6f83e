using MailCluster.Auth.Native;
using MailCluster.Auth.Passwords;

namespace MailCluster.Auth.Sasl.Gss;

/// <summary>GSSAPI (RFC 4752): Kerberos V5 tickets. GSS-SPNEGO (MS-SPNG): the same behind SPNEGO (RFC 4178), as Windows clients speak it.</summary>
internal sealed class GssMechanism : SaslMechanism
{
    private readonly bool _isSpnego;
    private readonly string? _localRealm;
    private readonly ISaslAuthority _authority;
    private readonly PasswordHashing _work;

    /// <exception cref="PasswordSchemeException">The library or the keytab is missing.</exception>
    public GssMechanism(bool isSpnego, string keytab, string? localRealm, ISaslAuthority authority, PasswordHashing work)
    {
        _isSpnego = isSpnego;
        _localRealm = localRealm;
        _authority = authority;
        _work = work;
        if (!LibGssApi.IsAvailable) throw new PasswordSchemeException($"{Name} cannot be offered: {LibGssApi.MissingText}");
        if (!File.Exists(keytab)) throw new PasswordSchemeException($"{Name} cannot be offered: there is no keytab {keytab}");
        if (!LibGssApi.UseKeytab(keytab)) throw new PasswordSchemeException($"{Name} cannot be offered: the keytab {keytab} is refused by {nameof(LibGssApi)}");
    }

    public override string Name => _isSpnego ? "GSS-SPNEGO" : "GSSAPI";

    public override bool IsPlaintext => false;

    public override bool IsClientFirst => true;

    /// <summary>A ticket of Active Directory lists its user's groups; 12,000 octets are Windows' own default limit. In base64 it fits IMAP's line before login.</summary>
    public override int ResponseOctetsMax => 12 * 1024;

    public override ISaslExchange Start(IAuthenticator authenticator, AuthContext context) =>
        new GssExchange(Name, _isSpnego, _localRealm, context, _authority, _work);
}
