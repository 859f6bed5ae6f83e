using System.Globalization;
using MailCluster.Node.Tls;

namespace MailCluster.Node.Admin.Verbs;

/// <summary><c>cert</c>: which certificate is served for which name, and when it ends.</summary>
internal sealed class CertVerb(CertificateStore certificates) : AdminVerb<NothingRequest>("cert", AdminJson.Default.NothingRequest)
{
    protected override async Task RunAsync(NothingRequest request, RowStream rows, CancellationToken cancellationToken)
    {
        foreach (var served in certificates.Served())
        {
            await rows.WriteAsync(
                new CertRow(
                    string.Join(' ', served.Names), served.Certificate.Subject, served.Certificate.Issuer, Day(served.Certificate.NotBefore),
                    Day(served.Certificate.NotAfter), (int)Math.Floor(served.Left.TotalDays), served.File,
                    served.Certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256).ToLowerInvariant()),
                AdminJson.Default.CertRow,
                cancellationToken);
        }
    }

    private static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
