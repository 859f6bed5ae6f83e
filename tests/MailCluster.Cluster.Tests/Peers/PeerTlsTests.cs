using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailCluster.Cluster.Peers;
using MailCluster.Cluster.Peers.Tls;
using MailCluster.Testing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Cluster.Tests.Peers;

/// <summary>Mutual TLS: only certificates of the cluster's authority, in time, for the name that is claimed; and the authority itself.</summary>
public sealed class PeerTlsTests : IClassFixture<TestAuthority>
{
    private readonly TestAuthority _authority;

    public PeerTlsTests(TestAuthority authority) => _authority = authority;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_certificate_of_another_authority_is_refused(bool theAskers)
    {
        using var other = new TestAuthority();
        await MeetAsync(other.CertificatesOf(theAskers ? "a" : "b"), theAskers, "is not accepted");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_certificate_for_another_node_is_refused(bool theAskers) =>
        await MeetAsync(_authority.CertificatesOf("c"), theAskers, $"calls itself {(theAskers ? "a" : "b")}, and its certificate is for c");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_expired_certificate_is_refused(bool theAskers)
    {
        // Made eleven years ago, by an authority that has expired with it; and trusted.
        using var directory = new TestDirectory();
        var past = new ManualTimeProvider(TimeProvider.System.GetUtcNow().AddYears(-11));
        using var authority = ClusterCa.Create(directory.Of("ca"), "test", past);
        var paths = authority.IssueNode(directory.Of("node"), theAskers ? "a" : "b", []);
        using var files = new PeerCertificateFiles(paths.Authority, paths.Certificate, paths.Key, past, NullLoggerFactory.Instance);
        var authorities = new X509Certificate2Collection(files.Current.Authorities);
        authorities.AddRange(_authority.CertificatesOf("a").Current.Authorities);
        var trusting = new Fixed(new PeerCredentials(_authority.CertificatesOf(theAskers ? "b" : "a").Current.Certificate, authorities));
        var expired = new Fixed(new PeerCredentials(files.Current.Certificate, authorities));
        await MeetAsync(expired, theAskers, "is not accepted", trusting);
    }

    [Fact]
    public async Task A_certificate_that_is_not_for_this_use_is_refused()
    {
        var authority = _authority.CertificatesOf("a").Current.Authorities[0];
        using var signer = X509Certificate2.CreateFromPemFile(
            Path.Combine(_authority.Directory, "ca", ClusterCa.CertificateFile), Path.Combine(_authority.Directory, "ca", ClusterCa.KeyFile));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false)); // A server only.
        var now = TimeProvider.System.GetUtcNow();
        using var signed = request.Create(signer, now.AddHours(-1), now.AddDays(1), [1, 2, 3]);
        using var certificate = signed.CopyWithPrivateKey(key);
        var credentials = new PeerCredentials(SslStreamCertificateContext.Create(certificate, null, offline: true), [authority]);
        await MeetAsync(new Fixed(credentials), theAskers: true, "is not accepted");
    }

    [Fact]
    public async Task One_without_a_certificate_is_refused()
    {
        await using var node = await _authority.StartAsync("a");
        using var raw = await RawPeer.ConnectAsync(node.Listener.EndPoint);
        await using var tls = new SslStream(raw.Link.Output, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "a",
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });
        var buffer = new byte[4096];
        var count = await tls.ReadAsync(buffer);
        Assert.Contains("it showed no certificate", System.Text.Encoding.UTF8.GetString(buffer, 0, count), StringComparison.Ordinal);
        await Poll.UntilAsync(() => node.Log.Has("it showed no certificate"));
    }

    [Fact]
    public async Task A_node_without_TLS_and_one_with_it_do_not_meet()
    {
        await using var plain = await TestPeer.StartAsync("plain");
        await using var secure = await _authority.StartAsync("a");
        var asks = await Assert.ThrowsAsync<PeerUnreachableException>(async () => await secure.AskAsync(plain.Self, default));
        var asked = await Assert.ThrowsAsync<PeerUnreachableException>(async () => await plain.AskAsync(secure.Self, default));
        Assert.NotEqual(PeerFailure.Silent, asks.Failure);
        Assert.NotEqual(PeerFailure.Silent, asked.Failure);
        Assert.True(plain.Log.Has("another kind of TLS"), plain.Log.ToString());
    }

    [Fact]
    public async Task Certificates_that_change_on_disk_count_for_new_connections()
    {
        var time = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        using var directory = new TestDirectory();
        using var first = ClusterCa.Create(directory.Of("first"), "test", time);
        var paths = first.IssueNode(directory.Of("node"), "a", []);
        var log = new CapturedLog(LogLevel.Trace);
        using var files = new PeerCertificateFiles(paths.Authority, paths.Certificate, paths.Key, time, log);
        var before = files.Current;

        await File.WriteAllTextAsync(paths.Certificate, "nonsense");
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Same(before, files.Current);
        Assert.True(log.Has("could not be loaded again"), log.ToString());

        using var second = ClusterCa.Create(directory.Of("second"), "test", time);
        var renewed = second.IssueNode(directory.Of("renewed"), "a", []);
        File.Copy(renewed.Key, paths.Key, overwrite: true);
        File.Copy(renewed.Certificate, paths.Certificate, overwrite: true);
        File.Copy(renewed.Authority, paths.Authority, overwrite: true);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.NotEqual(before.Certificate.TargetCertificate.Thumbprint, files.Current.Certificate.TargetCertificate.Thumbprint);
        Assert.NotEqual(before.Authorities[0].Thumbprint, files.Current.Authorities[0].Thumbprint);
    }

    [Fact]
    public void The_authority_issues_what_nodes_need_and_keeps_its_keys_to_itself()
    {
        using var directory = new TestDirectory();
        using (ClusterCa.Create(directory.Of("ca"), "example", TimeProvider.System))
        {
        }

        using var authority = ClusterCa.Open(directory.Of("ca"), TimeProvider.System);
        var paths = authority.IssueNode(directory.Of("n1"), "n1", ["n1.example.org", "10.0.0.1"]);
        using var certificate = X509Certificate2.CreateFromPemFile(paths.Certificate, paths.Key);
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Equal(["n1.example.org", "n1"], names.EnumerateDnsNames());
        Assert.Equal(["10.0.0.1"], names.EnumerateIPAddresses().Select(address => address.ToString()));
        Assert.Equal("CN=n1", certificate.Subject);
        Assert.Equal("CN=MailCluster example", certificate.Issuer);
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(paths.Key));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(directory.Of("ca"), ClusterCa.KeyFile)));

        // Nothing is ever overwritten.
        Assert.Throws<PeerCertificateException>(() => ClusterCa.Create(directory.Of("ca"), "example", TimeProvider.System));
        Assert.Throws<PeerCertificateException>(() => authority.IssueNode(directory.Of("n1"), "n1", []));
        Assert.Throws<PeerCertificateException>(() => authority.IssueNode(directory.Of("n2"), "n2", ["not a host name"]));
        Assert.Throws<PeerCertificateException>(() => ClusterCa.Open(directory.Of("nowhere"), TimeProvider.System));
        Assert.False(Directory.Exists(directory.Of("n2")));
    }

    private async Task MeetAsync(IPeerCertificates bad, bool theAskers, string reason, IPeerCertificates? good = null)
    {
        await using var a = await TestPeer.StartAsync("a", certificates: theAskers ? bad : good ?? _authority.CertificatesOf("a"));
        await using var b = await TestPeer.StartAsync("b", certificates: theAskers ? good ?? _authority.CertificatesOf("b") : bad);
        var handled = false;
        b.Answer = (_, _, _, _) =>
        {
            handled = true;
            return default;
        };

        var refused = await Assert.ThrowsAsync<PeerUnreachableException>(async () => await a.AskAsync(b.Self, default));

        Assert.Equal(PeerFailure.Rejected, refused.Failure);
        Assert.Equal([("b", PeerFailure.Rejected)], a.Failures);
        Assert.True(a.Log.Has(reason), a.Log.ToString());
        await Poll.UntilAsync(() => b.Log.Has(reason));
        Assert.False(handled);
    }

    private sealed class Fixed(PeerCredentials credentials) : IPeerCertificates
    {
        public PeerCredentials Current => credentials;
    }

    private sealed class TestDirectory : IDisposable
    {
        private readonly string _path = Directory.CreateTempSubdirectory("mailcluster-ca-").FullName;

        internal string Of(string name) => Path.Combine(_path, name);

        public void Dispose() => Directory.Delete(_path, recursive: true);
    }
}
