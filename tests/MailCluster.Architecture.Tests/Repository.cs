using System.Text.RegularExpressions;

namespace MailCluster.Architecture.Tests;

/// <summary>The working tree this test was built from.</summary>
internal static class Repository
{
    private static readonly string[] s_notOurs = ["bin", "obj", "node_modules", ".git", ".vs", ".idea", "artifacts", "TestResults", "data"];

    internal static string Root { get; } = FindRoot();

    /// <summary>C# files below a folder, without what a build makes.</summary>
    internal static IEnumerable<SourceFile> Sources(params string[] folders) =>
        Files(folders).Where(path => path.EndsWith(".cs", StringComparison.Ordinal)).Select(path => new SourceFile(path));

    /// <summary>All files below a folder, as paths from the root with forward slashes.</summary>
    internal static IEnumerable<string> Files(params string[] folders) =>
        folders.Select(folder => Path.Combine(Root, folder)).Where(Directory.Exists).SelectMany(Walk).Order(StringComparer.Ordinal);

    internal static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    internal static string Read(string relative) => File.ReadAllText(Path.Combine(Root, relative));

    internal static void AssertNone(IEnumerable<string> offences, string rule)
    {
        var found = offences.ToArray();
        Assert.True(found.Length == 0, $"{rule}{Environment.NewLine}{string.Join(Environment.NewLine, found.Take(50))}");
    }

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            yield return Relative(file);
        }

        foreach (var inner in Directory.EnumerateDirectories(folder))
        {
            if (!s_notOurs.Contains(Path.GetFileName(inner), StringComparer.Ordinal))
            {
                foreach (var file in Walk(inner))
                {
                    yield return file;
                }
            }
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MailCluster.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("These tests run within the repository.");
    }
}

/// <summary>One C# file: as it is, as code alone (comments and strings blanked), and as comments alone. Lines match in all three.</summary>
internal sealed class SourceFile
{
    internal SourceFile(string path)
    {
        Path = path;
        Text = Repository.Read(path);
        (Code, Comments) = CSharpText.Split(Text);
    }

    internal string Path { get; }

    internal string Text { get; }

    internal string Code { get; }

    internal string Comments { get; }

    internal int LineCount => Text.AsSpan().Count('\n') + (Text.EndsWith('\n') ? 0 : 1);

    internal IEnumerable<string> Find(string text, Regex pattern) =>
        pattern.Matches(text).Select(match => $"{Path}:{text.AsSpan(0, match.Index).Count('\n') + 1}: {match.Value.Trim()}");
}
