using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MailCluster.Deploy.Tests.Support;

namespace MailCluster.Deploy.Tests;

/// <summary>docker-compose.yml as compose itself reads it, and whether what it says fits HAProxy's and the nodes' settings.</summary>
public sealed partial class ComposeTests
{
    private static readonly string[] Nodes = ["node1", "node2", "node3"];

    [Fact]
    public async Task It_is_valid_with_and_without_the_profile_of_S3()
    {
        var services = (await ConfigAsync()).At("services").AsObject().Select(service => service.Key);
        Assert.Equal(["haproxy", .. Nodes, "postgres", "setup"], services.Order());
        Assert.Contains("s3", (await ConfigAsync("--profile", "s3")).At("services").AsObject().Select(service => service.Key));
    }

    [Fact]
    public async Task Every_service_has_a_health_check_and_no_new_privileges()
    {
        foreach (var (name, service) in (await ConfigAsync("--profile", "s3")).At("services").AsObject())
        {
            Assert.Contains("no-new-privileges:true", service!.Items("security_opt").Select(option => option.ToString()));
            // The nodes' is the image's.
            if (!Nodes.Contains(name))
                Assert.NotNull(service!["healthcheck"]);
            Assert.Null(service!["privileged"]);
        }
    }

    [Fact]
    public async Task Nodes_have_a_read_only_root_and_no_capability()
    {
        var services = (await ConfigAsync()).At("services");
        foreach (var name in Nodes.Append("haproxy"))
        {
            Assert.Equal("true", services.Text(name, "read_only"));
            Assert.Equal(["ALL"], services.Items(name, "cap_drop").Select(capability => capability.ToString()));
            Assert.Null(services.At(name)["cap_add"]);
        }
        foreach (var node in Nodes)
        {
            Assert.Equal(node, services.Text(node, "hostname"));
            Assert.Contains(services.Items(node, "volumes"), volume => volume.Text("type") == "volume" && volume.Text("source") == node);
            Assert.Null(services.At(node)["ports"]);
        }
    }

    [Fact]
    public async Task What_is_mounted_is_there_and_what_is_published_is_bound()
    {
        var services = (await ConfigAsync()).At("services");
        foreach (var mount in services.AsObject().SelectMany(service => service.Value!.Items("volumes")).Where(mount => mount.Text("type") == "bind"))
            Assert.True(File.Exists(mount.Text("source")), mount.Text("source"));
        var bound = Bind().Matches(Repository.Read("deploy/haproxy/haproxy.cfg")).Select(match => match.Groups[1].Value).ToHashSet();
        var published = services.Items("haproxy", "ports").ToDictionary(port => port.Text("published"), port => port);
        Assert.Equal(["110", "143", "24", "4190", "993", "995"], published.Keys.Order());
        Assert.All(published.Values, port => Assert.Contains(port.Text("target"), bound));
        // Whoever reaches LMTP delivers to everybody.
        Assert.Equal("127.0.0.1", published["24"].Text("host_ip"));
    }

    [Theory]
    [InlineData("postgres")]
    [InlineData("s3")]
    public async Task The_nodes_settings_fit_HAProxy(string bodies)
    {
        var compose = await ConfigAsync();
        foreach (var node in Nodes)
        {
            using var folder = new TemporaryFolder();
            var environment = compose.At("services", node, "environment").AsObject().ToDictionary(pair => pair.Key, pair => pair.Value?.ToString() ?? "");
            environment["MAILCLUSTER_BODIES"] = bodies;
            var files = new Dictionary<string, string> { ["/etc/mailcluster/cluster.hocon"] = Repository.Read("deploy/compose/cluster.hocon") };
            foreach (var secret in new[] { "cluster/ca.pem", $"cluster/{node}/node.pem", $"cluster/{node}/node-key.pem", "mail.pem", "mail.key", "postgres-password", "s3-access-key", "s3-secret-key" })
                files.Add($"/run/secrets/mailcluster/{secret}", "x");
            var settings = await NodeSettings.ReadAsync(folder, "/etc/mailcluster/cluster.hocon", files, environment);

            Assert.Equal((node, $"{node}:7946", bodies), (settings["node.name"], settings["cluster.advertise"], settings["storage.bodies"]));
            var haproxy = compose.Text("services", "haproxy", "networks", "mail", "ipv4_address");
            Assert.Contains($"{haproxy}/32", settings["listeners.proxy-networks"], StringComparison.Ordinal);
            foreach (var listener in new[] { "imap", "imaps", "pop3", "pop3s", "managesieve", "lmtp" })
            {
                Assert.Equal("required", settings[$"listeners.{listener}.proxy-protocol"]);
                Assert.Contains($"server {node} {node}:{settings.Port(listener)}\n", Repository.Read("deploy/haproxy/haproxy.cfg"), StringComparison.Ordinal);
            }
            Assert.Contains($"check inter 1s fall 2 rise 2 port {settings.Port("http")} send-proxy-v2", Repository.Read("deploy/haproxy/haproxy.cfg"), StringComparison.Ordinal);
            Assert.Equal("*", settings["listeners.http.address"]);
        }
    }

    [Fact]
    public async Task The_setup_makes_what_the_nodes_read_and_leaves_alone_what_is_there()
    {
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string> { ["NODES"] = "node1 node2 node3", ["MAIL_HOST"] = "mail.example.net" };
        environment["PATH"] = $"{Path.GetDirectoryName(Repository.NodeProgram)}:{Environment.GetEnvironmentVariable("PATH")}";
        await Tool.RequireAsync("bash", [Repository.At("deploy/compose/setup"), folder.Path], environment);
        var first = Contents(folder.Path);
        foreach (Match path in Secret().Matches(Repository.Read("deploy/compose/cluster.hocon")))
            Assert.Contains(path.Groups[1].Value.Replace("\"${NODE_NAME}\"", "node2", StringComparison.Ordinal), first.Keys);
        foreach (var node in Nodes)
            await Tool.RequireAsync("openssl", ["verify", "-CAfile", Path.Combine(folder.Path, "cluster/ca.pem"), Path.Combine(folder.Path, $"cluster/{node}/node.pem")]);
        Assert.Contains("mail.example.net", (await Tool.RequireAsync("openssl", ["x509", "-noout", "-ext", "subjectAltName", "-in", Path.Combine(folder.Path, "mail.pem")])).Output, StringComparison.Ordinal);
        Assert.All(first.Keys, name => Assert.False(File.GetUnixFileMode(Path.Combine(folder.Path, name)).HasFlag(UnixFileMode.OtherRead), name));

        Directory.Delete(Path.Combine(folder.Path, "cluster/node2"), recursive: true);
        await Tool.RequireAsync("bash", [Repository.At("deploy/compose/setup"), folder.Path], environment);
        var second = Contents(folder.Path);
        // One authority for all of them: another's copy of it is not another.
        Assert.Equal(["cluster/node2/node-key.pem", "cluster/node2/node.pem"], first.Keys.Where(name => first[name] != second[name]).Order());
    }

    private static Dictionary<string, string> Contents(string folder) =>
        Directory.GetFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(path => Path.GetRelativePath(folder, path), File.ReadAllText);

    private static async Task<JsonNode> ConfigAsync(params string[] options)
    {
        var lab = Environment.GetEnvironmentVariable("MAILCLUSTER_LAB")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/mailcluster-lab");
        var result = await Tool.RequireAsync(
            Path.Combine(lab, "docker-config/cli-plugins/docker-compose"), ["--file", Repository.At("docker-compose.yml"), .. options, "config", "--format", "json"]);
        return JsonNode.Parse(result.Output)!;
    }

    [GeneratedRegex(@"^    bind :(\d+)$", RegexOptions.Multiline)]
    private static partial Regex Bind();

    [GeneratedRegex(@"""/run/secrets/mailcluster/(\S+)""$", RegexOptions.Multiline)]
    private static partial Regex Secret();
}
