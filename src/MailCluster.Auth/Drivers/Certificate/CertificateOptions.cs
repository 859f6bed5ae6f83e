namespace MailCluster.Auth.Drivers.Certificate;

/// <summary>Where a certificate has the user's name.</summary>
public enum CertificateName
{
    /// <summary>The e-mail address of the alternative names, else of the subject.</summary>
    Email,

    /// <summary>The subject's common name.</summary>
    CommonName,

    /// <summary>The user principal name of the alternative names, as Windows directories issue it.</summary>
    PrincipalName,

    /// <summary>Nowhere: only those of <see cref="CertificateOptions.Users"/> count.</summary>
    Listed,
}

/// <summary>Log-ins by client certificate (EXTERNAL). Which authorities count is a matter of the listener's TLS.</summary>
public sealed record CertificateOptions : DatabaseOptions
{
    /// <inheritdoc/>
    public override string Driver => "certificate";

    /// <summary>Where the name is.</summary>
    public CertificateName Name { get; init; }

    /// <summary>Users by subject (as <c>openssl x509 -nameopt RFC2253</c> prints it) or by SHA-256 fingerprint in hexadecimal; asked first.</summary>
    public FieldList Users { get; init; } = FieldList.None;

    /// <summary>Field templates.</summary>
    public FieldList Fields { get; init; } = FieldList.None;
}
