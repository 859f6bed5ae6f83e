namespace MailCluster.Deploy.Tests.Support;

/// <summary>The files under test.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>Release or Debug, as this test was built.</summary>
    public static string Configuration { get; } = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    public static string NodeProgram { get; } = Path.Combine(Root, "src/MailCluster.Node/bin", Configuration, "net10.0/mailcluster");

    public static string At(string path) => Path.Combine(Root, path);

    public static string Read(string path) => File.ReadAllText(At(path));

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MailCluster.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("MailCluster.sln is in no folder above the tests.");
        return folder;
    }
}
