using MailCluster.Deploy.Tests.Support;

namespace MailCluster.Deploy.Tests;

/// <summary>The units as systemd reads them, and the configurations that belong to them.</summary>
public sealed class SystemdTests
{
    private const string Program = "/usr/lib/mailcluster/mailcluster";

    // Units exposed to the network score about 9; 2 is what is left when a program needs the network and a compiler at run time.
    private const int ExposureMax = 20;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_unit_is_valid_and_hardened(bool isClusterNode)
    {
        using var folder = new TemporaryFolder();
        var unit = folder.Write("mailcluster.service", Repository.Read("deploy/systemd/mailcluster.service").Replace(Program, Repository.NodeProgram, StringComparison.Ordinal));
        if (isClusterNode)
            folder.Write("mailcluster.service.d/cluster-node.conf", Repository.Read("deploy/systemd/cluster-node.conf"));
        // Units that others brought onto this machine are no matter.
        var environment = new Dictionary<string, string> { ["SYSTEMD_UNIT_PATH"] = $"{folder.Path}:" };
        var verified = await Tool.RequireAsync("systemd-analyze", ["verify", unit], environment);
        Assert.DoesNotContain("mailcluster", verified.Output + verified.Errors, StringComparison.Ordinal);
        await Tool.RequireAsync("systemd-analyze", ["security", "--offline=yes", $"--threshold={ExposureMax}", unit], environment);
    }

    [Fact]
    public async Task A_word_that_systemd_does_not_know_is_noticed()
    {
        using var folder = new TemporaryFolder();
        var unit = folder.Write("mailcluster.service", Repository.Read("deploy/systemd/mailcluster.service").Replace(Program, Repository.NodeProgram, StringComparison.Ordinal)
            .Replace("ProtectHome=", "ProtectHouse=", StringComparison.Ordinal));
        var result = await Tool.RunAsync("systemd-analyze", ["verify", unit]);
        Assert.Contains("ProtectHouse", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stop_has_time_to_drain()
    {
        var unit = Repository.Read("deploy/systemd/mailcluster.service");
        Assert.Contains("\nKillSignal=SIGTERM\n", unit, StringComparison.Ordinal);
        Assert.Contains("\nTimeoutStopSec=30s\n", unit, StringComparison.Ordinal);
        Assert.Contains("\nTimeoutStopSec=60s\n", Repository.Read("deploy/systemd/cluster-node.conf"), StringComparison.Ordinal);
        Assert.Contains("\nRestartPreventExitStatus=78\n", unit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_configuration_of_one_node()
    {
        using var folder = new TemporaryFolder();
        var settings = await NodeSettings.ReadAsync(
            folder,
            "/etc/mailcluster/cluster.hocon",
            new Dictionary<string, string>
            {
                ["/etc/mailcluster/cluster.hocon"] = Repository.Read("deploy/systemd/single.hocon"),
                ["/etc/mailcluster/tls/fullchain.pem"] = "x",
                ["/etc/mailcluster/tls/privkey.pem"] = "x",
            },
            new Dictionary<string, string>());
        Assert.Equal((143, 993, 24), (settings.Port("imap"), settings.Port("imaps"), settings.Port("lmtp")));
        Assert.Equal((110, 995), (settings.Port("pop3"), settings.Port("pop3s")));
        Assert.Equal(4190, settings.Port("managesieve"));
        Assert.Equal(("127.0.0.1", "sqlite"), (settings["listeners.lmtp.address"], settings["storage.journal"]));
    }

    [Fact]
    public async Task The_configuration_of_a_member_reads_the_credentials_that_the_unit_loads()
    {
        using var folder = new TemporaryFolder();
        var files = new Dictionary<string, string> { ["/etc/mailcluster/cluster.hocon"] = Repository.Read("deploy/systemd/cluster.hocon") };
        foreach (var line in Repository.Read("deploy/systemd/cluster-node.conf").Split('\n').Where(line => line.StartsWith("LoadCredential=", StringComparison.Ordinal)))
            files.Add($"/run/credentials/mailcluster.service/{line["LoadCredential=".Length..line.IndexOf(':', StringComparison.Ordinal)]}", "x");
        var settings = await NodeSettings.ReadAsync(
            folder, "/etc/mailcluster/cluster.hocon", files, new Dictionary<string, string> { ["SECRETS"] = "/run/credentials/mailcluster.service" });
        Assert.Equal(("true", "node1.example.org:7946"), (settings["cluster.enabled"], settings["cluster.advertise"]));
        Assert.Equal(("required", "required", 110), (settings["listeners.pop3.proxy-protocol"], settings["listeners.pop3s.proxy-protocol"], settings.Port("pop3")));
        Assert.Equal(("required", 4190), (settings["listeners.managesieve.proxy-protocol"], settings.Port("managesieve")));
        Assert.Equal(("required", "*"), (settings["listeners.imap.proxy-protocol"], settings["listeners.http.address"]));
    }
}
