using System.Text.Json.Nodes;

namespace MailCluster.Deploy.Tests.Support;

/// <summary>What kubectl makes of deploy/kubernetes: the base, and the example with secrets as docs/deploy.md says to make them.</summary>
public sealed class Manifests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private IReadOnlyList<JsonNode> _example = [];

    internal string BaseFile { get; private set; } = "";

    internal string ExampleFile { get; private set; } = "";

    internal JsonNode StatefulSet => One("StatefulSet");

    internal JsonNode Pod => StatefulSet.At("spec", "template", "spec");

    internal JsonNode Container => Assert.Single(Pod.Items("containers"));

    internal JsonObject PodLabels => StatefulSet.At("spec", "template", "metadata", "labels").AsObject();

    public async Task InitializeAsync()
    {
        await Tool.RequireAsync("cp", ["-r", Repository.At("deploy/kubernetes"), _folder.Path]);
        var example = Path.Combine(_folder.Path, "kubernetes/overlays/example");
        await Tool.RequireAsync(Repository.At("tests/deploy/example-secrets"), [Path.Combine(example, "secrets"), Repository.NodeProgram]);
        BaseFile = _folder.Write("base.yaml", (await Tool.RequireAsync("kubectl", ["kustomize", Path.Combine(_folder.Path, "kubernetes/base")])).Output);
        ExampleFile = _folder.Write("example.yaml", (await Tool.RequireAsync("kubectl", ["kustomize", example])).Output);
        _example = Yaml.Read(await File.ReadAllTextAsync(ExampleFile));
    }

    public Task DisposeAsync()
    {
        _folder.Dispose();
        return Task.CompletedTask;
    }

    internal IReadOnlyList<JsonNode> All(string kind) => [.. _example.Where(document => document.Text("kind") == kind)];

    internal JsonNode One(string kind) => Assert.Single(All(kind));

    internal JsonNode One(string kind, string name) => Assert.Single(All(kind), document => document.Text("metadata", "name") == name);

    /// <summary>The container's port of a name.</summary>
    internal int PortOf(string name) => (int)Assert.Single(Container.Items("ports"), port => port.Text("name") == name).At("containerPort");

    internal bool Selects(JsonNode labels) => labels.AsObject().All(label => PodLabels[label.Key]?.ToString() == label.Value?.ToString());
}
