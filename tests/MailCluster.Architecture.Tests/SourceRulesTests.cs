using System.Text.RegularExpressions;

namespace MailCluster.Architecture.Tests;

/// <summary>Rules of the source that a compiler does not know. Each says where it is broken and what to do instead.</summary>
public sealed partial class SourceRulesTests
{
    private const int LinesMax = 500;

    [Fact]
    public void Nothing_blocks_or_hides_failures() => AssertNo(BannedCode(), "Banned in src/ (await instead; let failures be seen):");

    [Fact]
    public void Time_comes_from_the_injected_provider() => AssertNo(WallClock(), "Ask the injected TimeProvider:");

    [Fact]
    public void No_catch_is_empty() => AssertNo(EmptyCatch(), "An empty catch hides a failure; say in code or in a comment why nothing is to be done:", withComments: true);

    [Fact]
    public void Shards_are_found_by_the_stable_hash() => Repository.AssertNone(
        Repository.Sources("src/MailCluster.Cluster", "src/MailCluster.Storage").SelectMany(source => source.Find(source.Code, HashCodeCall())),
        "GetHashCode differs from process to process and is never stored or shared; use ShardHash:");

    [Fact]
    public void Nothing_is_left_for_later() => Repository.AssertNone(
        Repository.Sources("src", "tests", "bench").SelectMany(source => source.Find(source.Comments, LeftForLater())),
        "Do it, or open an issue:");

    [Fact]
    public void No_test_is_skipped_and_none_sleeps() => Repository.AssertNone(
        Repository.Sources("tests").SelectMany(source => source.Find(source.Code, SkippedOrAsleep())),
        "Tests run, and wait on events:");

    [Fact]
    public void Files_are_small() => Repository.AssertNone(
        from source in Repository.Sources("src", "tests", "bench")
        where source.LineCount > LinesMax
        select $"{source.Path}: {source.LineCount} lines",
        $"More than {LinesMax} lines; split by concern:");

    [Fact]
    public void No_path_of_one_machine_is_in_the_repository()
    {
        // Spelled in parts, so that this file does not break its own rule.
        var paths = new Regex($@"(?<![\w.\-])/(?:{"wo" + "rk"}|tmp/{"m" + "c"}|{"ro" + "ot"})/");
        string[] text = [".cs", ".csproj", ".props", ".md", ".hocon", ".conf", ".json", ".yml", ".yaml", ".sql", ".proto", ".py", ".sh", ".js", ""];
        Repository.AssertNone(
            from path in Repository.Files("src", "tests", "bench", "docs", "deploy", ".ci").Concat(Directory.EnumerateFiles(Repository.Root).Select(Repository.Relative))
            where text.Contains(Path.GetExtension(path), StringComparer.Ordinal)
            from match in paths.Matches(Repository.Read(path))
            select $"{path}: {match.Value}",
            "Paths of one machine:");
    }

    [Fact]
    public void Log_events_are_numbered_once()
    {
        var events = (from source in Repository.Sources("src")
                      from match in LogEvent().Matches(source.Text)
                      select (Id: match.Groups["id"].Value, Place: $"{source.Path}:{source.Text.AsSpan(0, match.Index).Count('\n') + 1}")).ToArray();
        Assert.NotEmpty(events);
        Repository.AssertNone(
            from numbered in events where numbered.Id.Length == 0 select numbered.Place,
            "Log events without a number as their first argument:");
        Repository.AssertNone(
            from same in events.GroupBy(numbered => numbered.Id) where same.Count() > 1 select $"{same.Key}: {string.Join(", ", same.Select(numbered => numbered.Place))}",
            "Log events with the same number:");
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = Repository.Read("MailCluster.sln").Replace('\\', '/');
        Repository.AssertNone(
            Repository.Files("src", "tests", "bench").Where(path => path.EndsWith(".csproj", StringComparison.Ordinal) && !solution.Contains($"\"{path}\"", StringComparison.Ordinal)),
            "Not in MailCluster.sln (dotnet sln add):");
        Repository.AssertNone(
            ProjectInSolution().Matches(solution).Select(match => match.Groups[1].Value).Where(path => !File.Exists(Path.Combine(Repository.Root, path))),
            "In MailCluster.sln and not there:");
    }

    /// <summary>The rules above are only as good as the reader below them.</summary>
    [Fact]
    public void Code_is_told_from_comments_and_strings()
    {
        const string Text = "a(\"b // c\"); // d \"e\"\n/* f\ng */ h('\"', @\"i\"\"j\", $\"k{\"l\"}m\") \"\"\"n \" o\"\"\" p; /// TO" + "DO q";
        var (code, comments) = CSharpText.Split(Text);

        Assert.Equal(Text.Length, code.Length);
        Assert.Equal("a();h(,@,$l)p;", Regex.Replace(code, @"\s", ""));
        Assert.Equal("//d\"e\"/*fg*////TO" + "DOq", Regex.Replace(comments, @"\s", ""));
        Assert.Matches(LeftForLater(), comments);
        Assert.Matches(EmptyCatch(), "catch (IOException) when (x)\n{\n\n}");
        Assert.DoesNotMatch(EmptyCatch(), "catch { log(); }");
    }

    private static void AssertNo(Regex pattern, string rule, bool withComments = false) => Repository.AssertNone(
        Repository.Sources("src").SelectMany(source => source.Find(withComments ? source.Text : source.Code, pattern)), rule);

    [GeneratedRegex(@"\.Wait\(\)|\.GetAwaiter\(\)\s*\.GetResult\(\)|\basync\s+void\b|\bNotImplementedException\b|\bThread\.Sleep\b")]
    private static partial Regex BannedCode();

    [GeneratedRegex(@"\b(?:DateTime|DateTimeOffset)\.(?:UtcNow|Now|Today)\b|\bEnvironment\.TickCount(?:64)?\b")]
    private static partial Regex WallClock();

    [GeneratedRegex(@"\bcatch\b(?:\s*\([^)]*\))?(?:\s*when\s*\((?>[^()]+|\((?<p>)|\)(?<-p>))*(?(p)(?!))\))?\s*\{\s*\}")]
    private static partial Regex EmptyCatch();

    [GeneratedRegex(@"\bGetHashCode\(\)")]
    private static partial Regex HashCodeCall();

    [GeneratedRegex(@"\b(?:TODO|FIXME|XXX|HACK)\b")]
    private static partial Regex LeftForLater();

    [GeneratedRegex(@"\bSkip\s*=|\bThread\.Sleep\b")]
    private static partial Regex SkippedOrAsleep();

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?:EventId\s*=\s*)?(?<id>\d*)")]
    private static partial Regex LogEvent();

    [GeneratedRegex("\"([^\"]+\\.csproj)\"")]
    private static partial Regex ProjectInSolution();
}
