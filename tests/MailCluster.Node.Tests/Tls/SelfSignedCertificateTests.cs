using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailCluster.Node.Tests.Support;
using MailCluster.Node.Tls;
using MailCluster.Testing;

namespace MailCluster.Node.Tests.Tls;

public sealed class SelfSignedCertificateTests
{
    [Fact]
    public void IsMadeOnceWithAPrivateKeyFile()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTimeProvider();
        var log = new CapturedLog();
        var files = SelfSignedCertificate.Ensure(folder.Path, "mail.example.org", time, log);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(files.Key));
        using var certificate = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        Assert.True(certificate.MatchesHostname("mail.example.org") && certificate.MatchesHostname("localhost") && certificate.MatchesHostname("127.0.0.1"));
        Assert.False(certificate.MatchesHostname("other.example.org"));
        using var key = certificate.GetECDsaPublicKey();
        Assert.Equal(256, key!.KeySize);
        Assert.InRange(certificate.NotAfter - certificate.NotBefore, TimeSpan.FromDays(800), TimeSpan.FromDays(825));

        var before = File.ReadAllText(files.Certificate);
        SelfSignedCertificate.Ensure(folder.Path, "mail.example.org", time, log);
        Assert.Equal((before, 1), (File.ReadAllText(files.Certificate), log.Count(1020)));
    }

    [Fact]
    public void IsMadeAgainNearItsEnd()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTimeProvider();
        var files = SelfSignedCertificate.Ensure(folder.Path, "h", time, new CapturedLog());
        var before = File.ReadAllText(files.Certificate);
        time.Advance(TimeSpan.FromDays(785));
        SelfSignedCertificate.Ensure(folder.Path, "h", time, new CapturedLog());
        Assert.Equal(before, File.ReadAllText(files.Certificate));
        time.Advance(TimeSpan.FromDays(10));
        SelfSignedCertificate.Ensure(folder.Path, "h", time, new CapturedLog());
        Assert.NotEqual(before, File.ReadAllText(files.Certificate));
    }

    [Fact]
    public void IsMadeAgainAfterACrashBetweenItsFiles()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTimeProvider();
        var files = SelfSignedCertificate.Ensure(folder.Path, "h", time, new CapturedLog());
        using (var other = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            File.WriteAllText(files.Key, other.ExportPkcs8PrivateKeyPem());
        }
        SelfSignedCertificate.Ensure(folder.Path, "h", time, new CapturedLog());
        using var certificate = X509Certificate2.CreateFromPemFile(files.Certificate, files.Key);
        Assert.True(certificate.HasPrivateKey);
        File.WriteAllText(files.Key, "torn");
        SelfSignedCertificate.Ensure(folder.Path, "h", time, new CapturedLog());
        X509Certificate2.CreateFromPemFile(files.Certificate, files.Key).Dispose();
    }
}
