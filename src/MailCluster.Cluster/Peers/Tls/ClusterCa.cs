using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailCluster.Cluster.Peers.Tls;

/// <summary>
/// The certificate authority of one cluster, for those who have none: ECDSA P-256, ten years. Its key signs the certificates of the nodes and
/// is needed for nothing else; keep it away from the nodes. Whoever has it can be any node.
/// </summary>
public sealed class ClusterCa : IDisposable
{
    /// <summary>The authority's certificate, for every node.</summary>
    public const string CertificateFile = "ca.pem";

    /// <summary>The authority's key, for none of them.</summary>
    public const string KeyFile = "ca-key.pem";

    /// <summary>Ten years: to change the authority means to touch every node.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromDays(3652);

    /// <summary>
    /// Of a node's certificate. Ten years too, cut to the authority's end: a forgotten renewal would take the cluster apart, and who leaves the cluster
    /// is shut out by its generation, not by its certificate.
    /// </summary>
    public static readonly TimeSpan NodeValidity = TimeSpan.FromDays(3652);

    private const int CommonNameMax = 64; // X.509: ub-common-name

    private readonly X509Certificate2 _authority;
    private readonly TimeProvider _time;

    private ClusterCa(X509Certificate2 authority, TimeProvider time)
    {
        _authority = authority;
        _time = time;
    }

    /// <summary>Makes a new authority and writes it to <paramref name="directory"/>, the key with mode 0600.</summary>
    /// <exception cref="PeerCertificateException">There is one already, or the files cannot be written.</exception>
    public static ClusterCa Create(string directory, string clusterName, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(NameOf($"MailCluster {clusterName}"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        var now = time.GetUtcNow();
        var authority = request.CreateSelfSigned(now.AddDays(-1), now + Validity);
        PemFiles.WriteNew(directory, (KeyFile, key.ExportPkcs8PrivateKeyPem(), true), (CertificateFile, authority.ExportCertificatePem() + "\n", false));
        return new ClusterCa(authority, time);
    }

    /// <summary>Opens the authority that <see cref="Create"/> wrote.</summary>
    /// <exception cref="PeerCertificateException">It is not there, or is not what <see cref="Create"/> writes.</exception>
    public static ClusterCa Open(string directory, TimeProvider time)
    {
        try
        {
            return new ClusterCa(X509Certificate2.CreateFromPemFile(Path.Combine(directory, CertificateFile), Path.Combine(directory, KeyFile)), time);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new PeerCertificateException($"the authority in {directory} cannot be used: {error.Message}", error);
        }
    }

    /// <summary>
    /// Makes a certificate for a node, and writes <c>node.pem</c>, <c>node-key.pem</c> (mode 0600) and <c>ca.pem</c> to <paramref name="directory"/>, which
    /// is what that node needs.
    /// </summary>
    /// <param name="directory">Where to; made if it is missing. Must hold none of the three.</param>
    /// <param name="node">The node's name (<c>node.name</c>), 1 to 64 characters: what peers check.</param>
    /// <param name="names">Host names and addresses at which other tools may want to verify it; peers do not.</param>
    /// <exception cref="PeerCertificateException">One of the files is there already, or they cannot be written, or the name does not do.</exception>
    public PeerCertificatePaths IssueNode(string directory, string node, IReadOnlyList<string> names)
    {
        if (node.Length is 0 or > CommonNameMax)
        {
            throw new PeerCertificateException($"the node name {node} is not 1 to {CommonNameMax} characters long");
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Sign(node, names, key);
        PemFiles.WriteNew(
            directory,
            (PeerCertificatePaths.KeyFile, key.ExportPkcs8PrivateKeyPem(), true),
            (PeerCertificatePaths.CertificateFile, certificate.ExportCertificatePem() + "\n", false),
            (CertificateFile, _authority.ExportCertificatePem() + "\n", false));
        return PeerCertificatePaths.In(directory);
    }

    public void Dispose() => _authority.Dispose();

    private X509Certificate2 Sign(string node, IReadOnlyList<string> names, ECDsa key)
    {
        var request = new CertificateRequest(NameOf(node), key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names.Append(node).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else if (Uri.CheckHostName(name) == UriHostNameType.Dns)
            {
                alternatives.AddDnsName(name);
            }
            else if (!string.Equals(name, node, StringComparison.OrdinalIgnoreCase))
            {
                throw new PeerCertificateException($"{name} is neither a host name nor an address");
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false)); // serverAuth and clientAuth: a node is both
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_authority, true, false));
        var now = _time.GetUtcNow();
        DateTimeOffset authorityEnds = _authority.NotAfter.ToUniversalTime();
        var ends = now + NodeValidity < authorityEnds ? now + NodeValidity : authorityEnds;
        DateTimeOffset authorityBegins = _authority.NotBefore.ToUniversalTime();
        var begins = now.AddDays(-1) > authorityBegins ? now.AddDays(-1) : authorityBegins;
        return request.Create(_authority, begins, ends, RandomNumberGenerator.GetBytes(16));
    }

    private static X500DistinguishedName NameOf(string commonName)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(commonName.Length <= CommonNameMax ? commonName : commonName[..CommonNameMax]);
        return name.Build();
    }
}

/// <summary>The files that a node needs to speak to its peers.</summary>
public sealed record PeerCertificatePaths(string Authority, string Certificate, string Key)
{
    public const string CertificateFile = "node.pem";

    public const string KeyFile = "node-key.pem";

    /// <summary>As <see cref="ClusterCa.IssueNode"/> names them.</summary>
    public static PeerCertificatePaths In(string directory) => new(
        Path.Combine(directory, ClusterCa.CertificateFile), Path.Combine(directory, CertificateFile), Path.Combine(directory, KeyFile));
}
