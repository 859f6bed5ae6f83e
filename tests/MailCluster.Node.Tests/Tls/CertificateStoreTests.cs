using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailCluster.Node.Configuration;
using MailCluster.Node.Hosting;
using MailCluster.Node.Tests.Support;
using MailCluster.Node.Tls;
using MailCluster.Testing;

namespace MailCluster.Node.Tests.Tls;

public sealed class CertificateStoreTests
{
    private static CertificateFiles Make(TemporaryFolder folder, string name, ManualTimeProvider time, string? password = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(time.GetUtcNow().AddDays(-1), time.GetUtcNow().AddDays(90));
        var files = new CertificateFiles(folder.File(name + ".pem"), folder.File(name + ".key"), password);
        Write(files, certificate, key, password);
        return files;
    }

    private static void Write(CertificateFiles files, X509Certificate2 certificate, ECDsa key, string? password)
    {
        File.WriteAllText(files.Certificate, certificate.ExportCertificatePem());
        File.WriteAllText(files.Key, password is null
            ? key.ExportPkcs8PrivateKeyPem()
            : key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
    }

    [Fact]
    public void FindsByNameWildcardAndDefault()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTimeProvider();
        using var store = new CertificateStore(
            Make(folder, "standard", time),
            [
                new SniCertificate(["mail.example.org", "imap.example.org"], Make(folder, "exact", time, "hush")),
                new SniCertificate(["*.example.org"], Make(folder, "wild", time)),
            ],
            time,
            new CapturedLog());
        string Subject(string? name) => store.Find(name)!.TargetCertificate.Subject;
        Assert.Equal("CN=standard", Subject(null));
        Assert.Equal("CN=standard", Subject(""));
        Assert.Equal("CN=standard", Subject("elsewhere.example"));
        Assert.Equal("CN=exact", Subject("IMAP.example.org"));
        Assert.Equal("CN=wild", Subject("pop.example.org"));
        Assert.Equal("CN=standard", Subject("a.b.example.org"));
        Assert.Equal("CN=standard", Subject("example.org"));
        Assert.Same(store.Find("mail.example.org"), store.Find("imap.example.org"));
    }

    [Fact]
    public void FollowsChangesAndKeepsTheOldOneWhenTheNewIsBroken()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTimeProvider();
        var log = new CapturedLog();
        var files = Make(folder, "a", time);
        using var store = new CertificateStore(files, [], time, log);
        var first = store.Find(null);
        time.Advance(CertificateStore.LookInterval);
        Assert.Same(first, store.Find(null));

        File.WriteAllText(files.Certificate, "torn");
        time.Advance(CertificateStore.LookInterval);
        time.Advance(CertificateStore.LookInterval);
        Assert.Same(first, store.Find(null));
        Assert.Equal(1, log.Count(1023));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var renewed = new CertificateRequest("CN=renewed", key, HashAlgorithmName.SHA256).CreateSelfSigned(time.GetUtcNow(), time.GetUtcNow().AddDays(5));
        Write(files, renewed, key, null);
        time.Advance(CertificateStore.LookInterval);
        Assert.Equal("CN=renewed", store.Find(null)!.TargetCertificate.Subject);
        Assert.Equal(1, log.Count(1024));
    }

    [Fact]
    public void ABrokenCertificateStopsTheStart()
    {
        using var folder = new TemporaryFolder();
        var time = new ManualTimeProvider();
        var files = Make(folder, "a", time, "hush");
        var error = Assert.Throws<NodeStartException>(() => new CertificateStore(files with { KeyPassword = "wrong" }, [], time, new CapturedLog()));
        Assert.Contains(files.Certificate, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", error.Message, StringComparison.Ordinal);
    }
}
