namespace MailCluster.Architecture.Tests;

/// <summary>The assemblies of src/, as built: they lie beside this test.</summary>
internal static class Assemblies
{
    /// <summary>The node and the command line have short file names.</summary>
    private static readonly Dictionary<string, string> s_fileNames = new(StringComparer.Ordinal)
    {
        ["MailCluster.Node"] = "mailcluster",
        ["MailCluster.Ctl"] = "mailctl",
    };

    internal static IEnumerable<string> Projects =>
        Repository.Files("src").Where(path => path.EndsWith(".csproj", StringComparison.Ordinal)).Select(path => Path.GetFileNameWithoutExtension(path));

    internal static string PathOf(string project)
    {
        var path = Path.Combine(AppContext.BaseDirectory, $"{s_fileNames.GetValueOrDefault(project, project)}.dll");
        Assert.True(File.Exists(path), $"{project} is not built with this test: reference it from MailCluster.Node or from the test project.");
        return path;
    }
}
