using System.Text.RegularExpressions;

namespace MailCluster.Architecture.Tests;

/// <summary>docs/rfc-index.md says of every document that the source cites what is there of it.</summary>
public sealed partial class RfcIndexTests
{
    [Fact]
    public void Every_cited_RFC_is_in_the_index()
    {
        var root = FindRoot();
        var states = new Dictionary<string, string>();
        foreach (var line in File.ReadLines(Path.Combine(root, "docs/rfc-index.md")))
        {
            if (IndexRow().Match(line) is { Success: true } row)
                Assert.True(states.TryAdd(row.Groups[1].Value, row.Groups[2].Value), $"RFC {row.Groups[1].Value} is in the index twice");
        }

        var missing = new SortedDictionary<string, string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(root, "src"), "*.cs", SearchOption.AllDirectories))
        {
            if (file.Contains("/obj/", StringComparison.Ordinal))
                continue;
            foreach (Match citation in Citation().Matches(File.ReadAllText(file)))
            {
                if (!states.ContainsKey(citation.Groups[1].Value))
                    missing.TryAdd(citation.Groups[1].Value, Path.GetRelativePath(root, file));
            }
        }

        Assert.True(missing.Count == 0, "cited, but not in docs/rfc-index.md: " + string.Join(", ", missing.Select(m => $"RFC {m.Key} ({m.Value})")));
        Assert.All(states, entry => Assert.Contains(entry.Value, (string[])["yes", "partly", "no"]));
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MailCluster.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("MailCluster.sln is in no folder above the tests.");
        return folder;
    }

    [GeneratedRegex(@"^\| (\d+) \| [^|]+ \| (\w+) \|")]
    private static partial Regex IndexRow();

    [GeneratedRegex(@"\bRFC (\d{3,5})\b")]
    private static partial Regex Citation();
}
