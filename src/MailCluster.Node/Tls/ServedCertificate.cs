using System.Security.Cryptography.X509Certificates;

namespace MailCluster.Node.Tls;

/// <summary>A certificate that is served now.</summary>
/// <param name="Names">The server names that get it; <c>*</c> alone: every name that has none of its own.</param>
/// <param name="Certificate">The certificate.</param>
/// <param name="File">Where it is from.</param>
/// <param name="Left">Until its end; negative after it.</param>
internal sealed record ServedCertificate(IReadOnlyList<string> Names, X509Certificate2 Certificate, string File, TimeSpan Left);
