using MailCluster.Cluster;
using MailCluster.Cluster.Membership;
using MailCluster.Node.Configuration;
using MailCluster.Node.Tests.Support;

namespace MailCluster.Node.Tests.Configuration;

/// <summary>Which settings of storage, cluster and roles go together.</summary>
public sealed class ClusterConfigurationTests
{
    private const string Postgres = "mailcluster.storage { journal = postgres, bodies = postgres, postgres.connection = \"Host=db;Database=m\" }\n";

    private static NodeConfiguration Load(string? file = null, params string[] settings) => ReferenceTests.Load(file, settings);

    [Fact]
    public void ANodeIsAloneAndEmbeddedByDefault()
    {
        var options = Load().Options;
        Assert.Null(options.Cluster);
        Assert.Null(options.Shards);
        Assert.Equal(FeatureLevel.Newest, options.Sharding.LevelMax);
        Assert.Equal(FeatureLevel.Mail, Load("mailcluster.cluster.level-max = 1").Options.Sharding.LevelMax);
        Assert.Equal(NodeRoles.Edge | NodeRoles.Mailbox, options.Roles);
        Assert.Equal((JournalKind.Sqlite, BodiesKind.Packs), (options.Storage.Journal, options.Storage.Bodies));
    }

    [Theory]
    [InlineData("storage.journal = postgres, storage.postgres.connection = \"Host=a\"", "storage.journal: expected storage.bodies = postgres or s3 with it")]
    [InlineData("storage.bodies = s3, storage.s3.bucket = b", "storage.bodies: expected packs with storage.journal = sqlite")]
    [InlineData("storage.bodies = postgres", "storage.bodies: expected packs with storage.journal = sqlite")]
    [InlineData("storage { journal = postgres, bodies = postgres }", "storage.journal: expected storage.postgres.connection with it")]
    [InlineData("storage { journal = postgres, bodies = postgres, postgres.connection = \"Database=m\" }", "storage.postgres.connection: expected a host")]
    [InlineData("storage { journal = postgres, bodies = postgres, postgres.connection = nonsense }", "storage.postgres.connection: expected key words")]
    [InlineData("storage { journal = postgres, bodies = postgres, postgres.connection-file = /none }", "storage.postgres.connection-file: expected a readable file, /none is none")]
    [InlineData("storage { journal = postgres, bodies = s3, postgres.connection = \"Host=a\" }", "storage.bodies: expected storage.s3.bucket with it")]
    [InlineData("storage.s3.endpoint = minio", "storage.s3.endpoint: expected an address such as")]
    [InlineData("node.roles = [edge]", "node.roles: expected [edge, mailbox]: a node that is alone does both")]
    [InlineData("node.roles = []", "node.roles: expected at least one of edge, mailbox")]
    [InlineData("node.roles = [edge, mailbox, imap]", "node.roles: expected edge or mailbox, found the string \"imap\"")]
    [InlineData("cluster.name = \"a b\"", "cluster.name: expected up to 63 letters, digits, - and _")]
    [InlineData("cluster.advertise = \"mail.example.org:0\"", "cluster.advertise: expected a host name or address")]
    [InlineData("cluster.level-max = 0", "cluster.level-max: expected a whole number from 1 to 2")]
    [InlineData("cluster.level-max = 3", "cluster.level-max: expected a whole number from 1 to 2")]
    [InlineData("cluster.shards = 0", "cluster.shards: expected a whole number from 1 to 65536")]
    public void FaultsSayWhatGoesWithWhat(string settings, string expected) =>
        Assert.StartsWith("my.hocon:1: mailcluster." + expected, Assert.Single(Load($"mailcluster {{ {settings} }}").Errors).ToString(), StringComparison.Ordinal);

    [Fact]
    public void AClusterNeedsTheDatabaseAndCertificates()
    {
        var errors = Load("mailcluster.cluster.enabled = true").Errors.Select(error => error.Path).ToList();
        Assert.Equal(["mailcluster.cluster.tls.ca", "mailcluster.cluster.tls.certificate", "mailcluster.cluster.tls.key", "mailcluster.cluster.enabled"], errors);
    }

    [Theory]
    [InlineData("", "n1", null)]
    [InlineData("listen.address = 10.0.0.1", null, null)]
    [InlineData("advertise = mail-0.mail", "mail-0.mail", null)]
    [InlineData("advertise = \"10.1.2.3:8000\"", "10.1.2.3", 8000)]
    [InlineData("advertise = \"[2001:db8::1]:8000\"", "2001:db8::1", 8000)]
    [InlineData("advertise = \"2001:db8::1\"", "2001:db8::1", null)]
    public void PeersAreToldOneAddress(string settings, string? host, int? port)
    {
        using var folder = new TemporaryFolder();
        var cluster = InCluster(folder, $"mailcluster.cluster {{ {settings} }}", "node.name=n1").Options.Cluster!;
        Assert.Equal((host == "n1" ? null : host ?? "10.0.0.1", port), (cluster.AdvertiseHost, cluster.AdvertisePort));
    }

    [Fact]
    public void AMailboxNodeHasNoMailListeners()
    {
        using var folder = new TemporaryFolder();
        var configuration = InCluster(folder, "mailcluster.node.roles = [mailbox]");
        Assert.Empty(configuration.Errors);
        Assert.DoesNotContain(configuration.Options.Listeners.Mail, listener => listener.IsEnabled);
        Assert.True(configuration.Options.Listeners.Http.IsEnabled);

        var error = Assert.Single(InCluster(folder, "mailcluster.node.roles = [mailbox]", "listeners.imaps.enabled=true").Errors);
        Assert.StartsWith("--set listeners.imaps.enabled: mailcluster.listeners.imaps.enabled: expected false", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void TheUserFileIsTheEmbeddedStoragesDefaultOnly()
    {
        Assert.Equal("/srv/users", Load("mailcluster.data-dir = /srv").Options.Auth.PasswdFile);
        Assert.Null(Load(Postgres).Options.Auth.PasswdFile);
        Assert.Equal("/etc/users", Load(Postgres + "mailcluster.auth.passwd-file = /etc/users").Options.Auth.PasswdFile);
    }

    [Fact]
    public void SecretsMayBeInFilesAndAreNeverShown()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("password"), "hush;1\n");
        File.WriteAllText(folder.File("key"), "hush2\n");
        var configuration = Load(
            $$"""
            mailcluster.storage {
              journal = postgres, bodies = s3
              postgres { connection = "postgresql://mail:hush0@db:5433/m%2F1?sslmode=verify-full", password-file = {{folder.File("password")}} }
              s3 { bucket = b, access-key = hush3, secret-key-file = {{folder.File("key")}} }
            }
            """);
        Assert.Empty(configuration.Errors);
        var storage = configuration.Options.Storage;
        var words = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = storage.Postgres.Connection };
        Assert.Equal(
            ("db", "5433", "mail", "m/1", "verifyfull", "hush;1"),
            (words["host"], words["port"], words["username"], words["database"], words["ssl mode"], words["password"]));
        Assert.Equal(("hush3", "hush2"), (storage.S3.AccessKey, storage.S3.SecretKey));

        using var listing = new StringWriter();
        ConfigurationListing.Write(configuration, isComplete: true, listing);
        Assert.DoesNotContain("hush", listing.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hush", configuration.Options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ASecretIsInOnePlace()
    {
        var error = Assert.Single(Load(Postgres + "mailcluster.storage.postgres { password = a, password-file = /b }").Errors);
        Assert.EndsWith("password-file: expected either password or password-file, found both", error.ToString(), StringComparison.Ordinal);
    }

    private static NodeConfiguration InCluster(TemporaryFolder folder, string file, params string[] settings)
    {
        var pem = folder.File("x.pem");
        File.WriteAllText(pem, "");
        return Load(Postgres + $"mailcluster.cluster {{ enabled = true, tls {{ ca = {pem}, certificate = {pem}, key = {pem} }} }}\n" + file, settings);
    }
}
