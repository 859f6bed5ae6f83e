using System.Text;
using System.Text.Json.Nodes;
using MailCluster.Deploy.Tests.Support;

namespace MailCluster.Deploy.Tests;

/// <summary>The manifests are valid, and what one says of another is true: a schema sees a name, not whether anything bears it.</summary>
public sealed class KubernetesTests(Manifests manifests) : IClassFixture<Manifests>
{
    private static readonly string[] ListenerPorts = ["imap", "imaps", "pop3", "pop3s", "managesieve", "lmtp", "http"];

    [Fact]
    public async Task Every_manifest_is_what_the_API_takes() =>
        await Tool.RequireAsync("node", [Repository.At("tests/deploy/manifests.mjs"), manifests.BaseFile, manifests.ExampleFile]);

    [Theory]
    [InlineData("kind: Service", "kind: Servise", "there is no Servise in v1")]
    [InlineData("terminationGracePeriodSeconds:", "terminationGracePeriod:", "unknown field spec.template.spec.terminationGracePeriod")]
    [InlineData("maxUnavailable: 1", "maxUnavailable: [1]", "maxUnavailable")]
    [InlineData("replicas: 3", "replicas: three", "must be integer")]
    public async Task A_wrong_manifest_is_noticed(string right, string wrong, string fault)
    {
        using var folder = new TemporaryFolder();
        var text = await File.ReadAllTextAsync(manifests.BaseFile);
        Assert.Contains(right, text, StringComparison.Ordinal);
        var file = folder.Write("wrong.yaml", text.Replace(right, wrong, StringComparison.Ordinal));
        var result = await Tool.RunAsync("node", [Repository.At("tests/deploy/manifests.mjs"), file]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(fault, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_selector_selects_the_nodes()
    {
        Assert.True(manifests.Selects(manifests.StatefulSet.At("spec", "selector", "matchLabels")));
        Assert.All(manifests.All("Service"), service => Assert.True(manifests.Selects(service.At("spec", "selector")), service.ToString()));
        Assert.True(manifests.Selects(manifests.One("PodDisruptionBudget").At("spec", "selector", "matchLabels")));
        Assert.All(manifests.All("NetworkPolicy"), policy => Assert.True(manifests.Selects(policy.At("spec", "podSelector", "matchLabels"))));
        var apart = Assert.Single(manifests.Pod.Items("affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution"));
        Assert.True(manifests.Selects(apart.At("labelSelector", "matchLabels")));
        Assert.Equal("kubernetes.io/hostname", apart.Text("topologyKey"));
        // An empty selector would select everything there is.
        Assert.NotEmpty(manifests.StatefulSet.At("spec", "selector", "matchLabels").AsObject());
    }

    [Fact]
    public void Every_port_of_a_service_and_of_a_policy_is_one_of_the_nodes()
    {
        foreach (var port in manifests.All("Service").SelectMany(service => service.Items("spec", "ports")))
            manifests.PortOf(port.Text("targetPort"));
        foreach (var port in manifests.All("NetworkPolicy").SelectMany(policy => policy.Items("spec", "ingress")).SelectMany(rule => rule.Items("ports")))
            manifests.PortOf(port.Text("port"));
        Assert.Equal(
            [("imap", 143), ("imaps", 993), ("lmtp", 24), ("managesieve", 4190), ("pop3", 110), ("pop3s", 995)],
            manifests.All("Service").Where(service => service["spec"]!["clusterIP"] is null).SelectMany(service => service.Items("spec", "ports"))
                .Select(port => (port.Text("targetPort"), (int)port.At("port"))).Order());
    }

    [Fact]
    public void What_a_service_offers_the_policy_lets_in()
    {
        var open = manifests.One("NetworkPolicy", "mailcluster").Items("spec", "ingress").SelectMany(rule => rule.Items("ports")).Select(port => port.Text("port")).ToHashSet();
        Assert.All(manifests.All("Service").SelectMany(service => service.Items("spec", "ports")), port => Assert.Contains(port.Text("targetPort"), open));
        // Mail clients come from anywhere; those who may deliver, and peers, do not.
        foreach (var rule in manifests.One("NetworkPolicy", "mailcluster").Items("spec", "ingress"))
            Assert.Equal(rule.Items("ports").Any(port => port.Text("port") is "imap" or "imaps" or "pop3" or "pop3s" or "managesieve"), rule["from"] is null);
        var outward = manifests.One("NetworkPolicy", "mailcluster").Items("spec", "egress").SelectMany(rule => rule.Items("ports")).Select(port => (int)port.At("port")).ToHashSet();
        Assert.Superset(new HashSet<int> { 53, manifests.PortOf("cluster"), 5432 }, outward);
    }

    [Fact]
    public void Probes_ask_what_the_node_answers()
    {
        Assert.Equal("/healthz", manifests.Container.Text("livenessProbe", "httpGet", "path"));
        Assert.Equal("/healthz", manifests.Container.Text("startupProbe", "httpGet", "path"));
        // A node that drains, or waits for its database, is alive and not ready.
        Assert.Equal("/readyz", manifests.Container.Text("readinessProbe", "httpGet", "path"));
        foreach (var probe in new[] { "livenessProbe", "startupProbe", "readinessProbe" })
            Assert.Equal("http", manifests.Container.Text(probe, "httpGet", "port"));
    }

    [Fact]
    public void Every_mount_has_its_volume_and_every_volume_its_mount()
    {
        var volumes = manifests.Pod.Items("volumes").Select(volume => volume.Text("name"));
        Assert.Equal(volumes.Order(), manifests.Container.Items("volumeMounts").Select(mount => mount.Text("name")).Order());
        foreach (var volume in manifests.Pod.Items("volumes"))
        {
            if (volume["configMap"] is { } map)
                manifests.One("ConfigMap", map.Text("name"));
            foreach (var source in volume["projected"]?.Items("sources") ?? [])
            {
                var secret = manifests.One("Secret", source.Text("secret", "name"));
                Assert.All(source.Items("secret", "items"), item => Assert.NotNull(secret.At("data")[item.Text("key")]));
            }
        }
    }

    [Fact]
    public async Task The_nodes_settings_fit_what_is_around_them()
    {
        using var folder = new TemporaryFolder();
        var settings = await NodeSettings.ReadAsync(folder, "/etc/mailcluster/cluster.hocon", MountedFiles(), new Dictionary<string, string>
        {
            ["POD_NAME"] = "node-0",
            ["POD_NAMESPACE"] = "mail",
        });
        foreach (var listener in ListenerPorts)
            Assert.Equal(manifests.PortOf(listener), settings.Port(listener));
        Assert.Equal(manifests.PortOf("cluster").ToString(System.Globalization.CultureInfo.InvariantCulture), settings["cluster.listen.port"]);
        // Peers find a pod by the headless service, also before it is ready.
        var headless = manifests.One("Service", manifests.StatefulSet.Text("spec", "serviceName"));
        Assert.Equal(("None", "true"), (headless.Text("spec", "clusterIP"), headless.Text("spec", "publishNotReadyAddresses")));
        Assert.Equal($"node-0.{headless.Text("metadata", "name")}.mail.svc:{manifests.PortOf("cluster")}", settings["cluster.advertise"]);
        Assert.Equal("node-0", settings["node.name"]);
        Assert.Equal("node", manifests.StatefulSet.Text("metadata", "name"));
        Assert.Equal(("postgres", "true"), (settings["storage.journal"], settings["cluster.enabled"]));
        // The example's balancers may check the nodes' health.
        var balancers = manifests.One("NetworkPolicy", "mailcluster-balancer").Items("spec", "ingress").Single().Items("from").Single().Text("ipBlock", "cidr");
        Assert.Contains(balancers, settings["listeners.proxy-networks"], StringComparison.Ordinal);
        Assert.Equal("required", settings["listeners.imaps.proxy-protocol"]);
    }

    [Fact]
    public void Updates_go_one_node_at_a_time_and_a_stop_has_time_to_drain()
    {
        var spec = manifests.StatefulSet.At("spec");
        Assert.Equal("RollingUpdate", spec.Text("updateStrategy", "type"));
        Assert.InRange((int)spec.At("minReadySeconds"), 5, 60);
        Assert.Equal(1, (int)manifests.One("PodDisruptionBudget").At("spec", "maxUnavailable"));
        Assert.InRange((int)spec.At("replicas"), 3, 3);
        var command = manifests.Container.Items("lifecycle", "preStop", "exec", "command").Select(word => word.ToString()).ToArray();
        Assert.Equal(["sh", "-c", "mailctl cluster drain \"$POD_NAME\" --yes; sleep 5"], command);
        Assert.InRange((int)manifests.Pod.At("terminationGracePeriodSeconds"), 60, 600);
    }

    [Fact]
    public void A_node_has_no_rights_that_it_does_not_need()
    {
        var pod = manifests.Pod.At("securityContext");
        Assert.Equal(("true", "RuntimeDefault"), (pod.Text("runAsNonRoot"), pod.Text("seccompProfile", "type")));
        Assert.Equal(DockerfileTests.User, $"{pod.Text("runAsUser")}:{pod.Text("runAsGroup")}");
        Assert.Equal("false", manifests.Pod.Text("automountServiceAccountToken"));
        var container = manifests.Container.At("securityContext");
        Assert.Equal(("false", "true"), (container.Text("allowPrivilegeEscalation"), container.Text("readOnlyRootFilesystem")));
        Assert.Equal(["ALL"], container.Items("capabilities", "drop").Select(name => name.ToString()));
        manifests.One("ServiceAccount", manifests.Pod.Text("serviceAccountName"));
    }

    private Dictionary<string, string> MountedFiles()
    {
        var files = new Dictionary<string, string>();
        foreach (var mount in manifests.Container.Items("volumeMounts"))
        {
            var volume = manifests.Pod.Items("volumes").Single(volume => volume.Text("name") == mount.Text("name"));
            if (volume["configMap"] is { } map)
            {
                foreach (var (name, text) in manifests.One("ConfigMap", map.Text("name")).At("data").AsObject())
                    files.Add($"{mount.Text("mountPath")}/{name}", text!.ToString());
            }
            foreach (var source in volume["projected"]?.Items("sources") ?? [])
            {
                var secret = manifests.One("Secret", source.Text("secret", "name")).At("data");
                foreach (var item in source.Items("secret", "items"))
                    files.Add($"{mount.Text("mountPath")}/{item.Text("path")}", Encoding.UTF8.GetString(Convert.FromBase64String(secret.Text(item.Text("key")))));
            }
        }
        return files;
    }
}
