namespace MailCluster.Sieve.Tests;

/// <summary>Several scripts in a row, errors, and the trace.</summary>
public sealed class StageTests
{
    private static async Task<string> Run(params string[] stages)
    {
        var outcome = await Scripts.RunAsync(stages);
        return outcome.Error is { } error ? $"{error} -> {Scripts.Describe(outcome)}" : Scripts.Describe(outcome);
    }

    [Fact]
    public async Task The_next_one_runs_while_a_keep_is_in_effect()
    {
        Assert.Equal("keep", await Run("", "", ""));
        Assert.Equal("fileinto b", await Run("keep;", "require \"fileinto\"; fileinto \"b\";"));
        Assert.Equal("fileinto a; fileinto b", await Run("require [\"fileinto\", \"copy\"]; fileinto :copy \"a\";", "require \"fileinto\"; fileinto \"b\";", "discard;"));
        Assert.Equal("discard", await Run("discard;", "keep;"));
        Assert.Equal("fileinto a", await Run("require \"fileinto\"; fileinto \"a\"; stop;", "keep;"));
        Assert.Equal("discard", await Run("stop;", "discard; stop;", "keep;"));
        Assert.Equal("keep!", await Run("stop;", "keep;"));
    }

    [Fact]
    public async Task Stages_share_the_message_and_its_flags_but_no_variables()
    {
        var outcome = await Scripts.RunAsync([
            "require [\"editheader\", \"imap4flags\", \"variables\", \"include\"]; addheader \"X-A\" \"b\"; addflag \"one\"; set \"global.v\" \"x\";",
            "require [\"fileinto\", \"imap4flags\", \"variables\", \"include\"]; addflag \"two\"; if header \"x-a\" \"b\" { fileinto \"a${global.v}\"; }"]);
        Assert.Null(outcome.Error);
        Assert.Equal("fileinto a [one two]", Scripts.Describe(outcome));
    }

    [Fact]
    public async Task An_archive_of_an_earlier_stage_does_not_forbid_a_reject()
    {
        Assert.Equal("fileinto archive; reject no", await Run("require [\"fileinto\", \"copy\"]; fileinto :copy \"archive\";", "require \"reject\"; reject \"no\";"));
        Assert.Equal("script2:1: reject cannot be combined with vacation -> vacation gone after 604800; keep", await Run("require \"vacation\"; vacation \"gone\";", "require \"reject\"; reject \"no\";"));
    }

    [Fact]
    public async Task An_error_costs_the_actions_of_its_stage_only()
    {
        Assert.Equal(
            "script2:2: wrong -> fileinto a; keep",
            await Run("require [\"fileinto\", \"copy\", \"duplicate\"]; fileinto :copy \"a\";", "require [\"fileinto\", \"ihave\"]; fileinto \"b\";\nerror \"wrong\";", "discard;"));

        var outcome = await Scripts.RunAsync(["require \"duplicate\"; if duplicate :uniqueid \"a\" { }", "require [\"duplicate\", \"ihave\"]; if duplicate :uniqueid \"b\" { } error \"x\";"]);
        Assert.Equal("a", Assert.Single(outcome.Marks).Id);
    }

    [Fact]
    public async Task No_stage_at_all_is_a_keep() => Assert.Equal("keep", Scripts.Describe(await Scripts.RunAsync(Array.Empty<string>())));

    [Fact]
    public async Task A_mistake_of_the_host_does_not_lose_the_message()
    {
        var host = new InMemorySieveHost { Programs = { ["x"] = (_, _) => throw new InvalidOperationException("broken") } };
        var outcome = await Scripts.RunAsync("require [\"vnd.dovecot.execute\", \"fileinto\"]; fileinto \"a\"; execute \"x\";", host: host);
        Assert.Equal("internal error: InvalidOperationException: broken", outcome.Error?.Message);
        Assert.Equal("keep", Scripts.Describe(outcome));
    }

    [Fact]
    public async Task Cancellation_is_no_outcome()
    {
        var host = new InMemorySieveHost { Programs = { ["x"] = (_, _) => throw new OperationCanceledException() } };
        var interpreter = new SieveInterpreter(SieveRunLimits.Default, host);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        var stage = new SieveStage("s", Scripts.Program("require \"vnd.dovecot.execute\"; execute \"x\";"));
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await interpreter.RunAsync([stage], Scripts.ToMessage(Scripts.Message), new SieveEnvelope("", "a@b.example"), null, cancelled.Token));
    }

    [Fact]
    public async Task A_long_run_is_cancelled_where_it_is()
    {
        using var cancelled = new CancellationTokenSource();
        var program = Scripts.Program(string.Concat(Enumerable.Repeat("if header \"subject\" \"x\" { }\n", 2000)));
        var run = new SieveInterpreter(SieveRunLimits.Default, new InMemorySieveHost()).RunAsync(
            [new SieveStage("s", program)], Scripts.ToMessage(Scripts.Message), new SieveEnvelope("", ""), new Cancelling(cancelled), cancelled.Token);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await run);
    }

    [Fact]
    public async Task The_trace_tells_the_run_line_by_line()
    {
        const string Script = """
            require ["fileinto", "variables", "include", "foreverypart"];
            if header :contains ["subject", "from"] ["birdseed", "present"] {
                set "folder" "acme";
            }
            if size :over 1M { discard; }
            include :optional "more";
            foreverypart { break; }
            fileinto "${folder}";
            """;
        var trace = new Lines();
        await Scripts.RunAsync([Script], trace: trace);
        Assert.Equal(
            [
                "script:2:   \"I have a present for you\" does not match \"birdseed\"",
                "script:2:   \"I have a present for you\" matches \"present\"",
                "script:2: header: true",
                "script:3: set folder = \"acme\"",
                "script:5: size: false",
                "script:6: include \"more\": not there, and optional",
                "script:7: foreverypart: 1 parts",
                "script:7: break",
                "script:8: fileinto \"acme\"",
            ],
            trace.Written);
    }

    private sealed class Cancelling(CancellationTokenSource source) : ISieveTrace
    {
        public void Write(string script, int line, string text) => source.Cancel();
    }

    private sealed class Lines : ISieveTrace
    {
        internal List<string> Written { get; } = [];

        public void Write(string script, int line, string text) => Written.Add($"{script}:{line}: {text}");
    }
}
