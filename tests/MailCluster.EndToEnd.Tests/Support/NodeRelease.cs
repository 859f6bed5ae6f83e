namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>Which program a node is run as: this build, or the release that an upgrade begins with.</summary>
/// <param name="Program">The path of <c>mailcluster</c>.</param>
/// <param name="Settings">What it is started with besides.</param>
/// <param name="Keys">The keys it knows; null for all that this build's tests use.</param>
internal sealed record NodeRelease(string Program, string[] Settings, IReadOnlySet<string>? Keys)
{
    public static NodeRelease Current { get; } = new(Repository.NodeProgram, [], null);

    /// <summary>
    /// The release before: the build in the folder that <c>MAILCLUSTER_FROM</c> names (tests/soak/rolling-upgrade makes one of any commit), else this build held at the level of
    /// the release before, which is how operators keep the way back open.
    /// </summary>
    public static async Task<NodeRelease> BeforeAsync()
    {
        if (Environment.GetEnvironmentVariable("MAILCLUSTER_FROM") is not { Length: > 0 } folder)
            return Current with { Settings = ["cluster.level-max=1"] };
        var program = Path.Combine(folder, "src/MailCluster.Node/bin/Release/net10.0/mailcluster");
        var known = await ClientProgram.RequireAsync(program, ["config", "--all"]);
        return new NodeRelease(program, [], known.Output.Split('\n').Select(line => line.Split(' ')[0]).ToHashSet());
    }

    /// <summary>Settings of a test, without those that the release does not know yet.</summary>
    public IEnumerable<string> Known(IEnumerable<string> settings) =>
        settings.Concat(Settings).Where(setting => Keys?.Contains("mailcluster." + setting.Split('=')[0]) ?? true);
}
