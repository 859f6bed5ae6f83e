using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.Templates;
using MailCluster.Auth.Users;

namespace MailCluster.Auth.Drivers.Certificate;

/// <summary>
/// Maps the certificate of the TLS handshake to a user. The handshake proved the key and checked the chain; here it is only a question of the
/// name. A certificate with two common names, or one that names nobody, opens nothing.
/// </summary>
internal sealed class CertificatePassDb : IPassDb
{
    private const string CommonNameOid = "2.5.4.3";

    private readonly CertificateOptions _options;
    private readonly FieldTemplates _fields;
    private readonly Dictionary<string, string> _users;

    /// <exception cref="FormatException">A field is no template.</exception>
    public CertificatePassDb(CertificateOptions options)
    {
        _options = options;
        _fields = new FieldTemplates(options.Fields.ToDictionary());
        _users = options.Users.Items.ToDictionary(static user => Normal(user.Key), static user => user.Value, StringComparer.OrdinalIgnoreCase);
    }

    public string Name => "certificate";

    public PassDbCapabilities Capabilities => PassDbCapabilities.Certificate;

    public ValueTask<PassDbResult> VerifyAsync(PassDbQuery query, ReadOnlyMemory<byte> password, CancellationToken cancellationToken) =>
        ValueTask.FromResult(PassDbResult.NotSupported);

    public ValueTask<PassDbResult> VerifyCertificateAsync(PassDbQuery query, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Verify(query));

    private PassDbResult Verify(PassDbQuery query)
    {
        if (query.Context.ClientCertificate is not { } certificate) return PassDbResult.Mismatch with { Reason = "no-certificate" };
        if (!UserName.TryParse(NameIn(certificate), out var account, out _)) return PassDbResult.UnknownUser with { Reason = "certificate-names-nobody" };
        if (query.Account.Length > 0 && query.Account != account) return PassDbResult.Mismatch with { Reason = "certificate-of-another" };
        return new PassDbResult(PassDbStatus.Match, new UserInfo(account, _fields.Expand(AuthVariables.Of(query with { Account = account }))));
    }

    private string? NameIn(X509Certificate2 certificate)
    {
        if (_users.TryGetValue(certificate.GetCertHashString(HashAlgorithmName.SHA256), out var listed)
            || _users.TryGetValue(Normal(certificate.SubjectName.Format(multiLine: false)), out listed))
            return listed;
        return _options.Name switch
        {
            CertificateName.Email => certificate.GetNameInfo(X509NameType.EmailName, forIssuer: false),
            CertificateName.PrincipalName => certificate.GetNameInfo(X509NameType.UpnName, forIssuer: false),
            CertificateName.CommonName => CommonName(certificate),
            _ => null,
        };
    }

    private static string? CommonName(X509Certificate2 certificate)
    {
        var names = certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Where(static part => !part.HasMultipleElements && part.GetSingleElementType().Value == CommonNameOid)
            .ToArray();
        return names.Length == 1 ? names[0].GetSingleElementValue() : null;
    }

    // Fingerprints with or without colons, subjects with or without blanks after the commas.
    private static string Normal(string key) =>
        key.Replace(", ", ",", StringComparison.Ordinal) is var text && text.Length >= 64 && text.All(static c => char.IsAsciiHexDigit(c) || c == ':')
            ? text.Replace(":", "", StringComparison.Ordinal)
            : text;
}
