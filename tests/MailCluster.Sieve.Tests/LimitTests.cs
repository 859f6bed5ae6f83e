using MailCluster.Testing;

namespace MailCluster.Sieve.Tests;

/// <summary>Every limit of a run ends it with an error that names the limit, and keeps the message.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData("redirect \"a@b.example\"; redirect \"c@b.example\"; redirect \"d@b.example\"; redirect \"A@b.example\"; redirect \"e@b.example\"; redirect \"f@b.example\";", "more than 4 redirects")]
    [InlineData("notify \"mailto:a@b.example\"; notify \"mailto:b@b.example\"; notify \"mailto:c@b.example\";", "more than 2 notifications")]
    [InlineData("fileinto \"1\"; fileinto \"2\"; fileinto \"3\"; fileinto \"4\"; fileinto \"5\"; fileinto \"6\"; fileinto \"7\";", "more than 6 actions")]
    [InlineData("set \"a\" \"1\"; set \"b\" \"1\"; set \"a\" \"2\"; set \"c\" \"1\"; set \"global.d\" \"1\";", "more than 3 variables are set")]
    [InlineData("addheader \"X-A\" \"1\"; addheader \"X-A\" \"2\"; addheader \"X-A\" \"3\"; deleteheader \"x-b\"; deleteheader \"x-a\";", "the message is edited more than 3 times")]
    [InlineData("include \"a\"; include \"a\"; include \"a\"; include \"a\";", "more than 3 scripts are included")]
    [InlineData("execute \"a\"; execute \"a\"; execute \"a\";", "more than 2 programs are run")]
    public async Task Each_limit_is_named(string commands, string expected)
    {
        var limits = SieveRunLimits.Default with { NotificationsMax = 2, ActionsMax = 6, VariablesMax = 3, EditsMax = 3, IncludesMax = 3, ProgramsMax = 2 };
        var host = new InMemorySieveHost();
        host.Included[(SieveIncludeLocation.Personal, "a")] = "";
        var outcome = await Scripts.RunAsync($"require [\"enotify\", \"fileinto\", \"variables\", \"editheader\", \"include\", \"vnd.dovecot.execute\"]; {commands}", host: host, limits: limits);
        Assert.Equal(expected, outcome.Error?.Message);
        Assert.True(outcome.Error!.IsLimit);
        Assert.Equal("keep", Scripts.Describe(outcome));
    }

    [Fact]
    public async Task Operations_are_counted_also_within_a_comparison()
    {
        var limits = SieveRunLimits.Default with { OperationsMax = 1000 };
        var message = "Subject: x\n\n" + new string('a', 100_000);
        foreach (var test in new[] { "body :raw :matches \"*a?a?a?b*\"", "body :raw :contains \"aab\"", "body :raw :regex \"(a*)*b\"", "body :raw :comparator \"i;unicode-casemap\" \"b\"" })
        {
            var outcome = await Scripts.RunAsync($"require [\"body\", \"regex\", \"comparator-i;unicode-casemap\"]; if anyof ({test}, {test}, {test}, {test}) {{ discard; }}", message, limits: limits);
            Assert.Equal("the script used more than 1000 operations", outcome.Error?.Message);
        }
    }

    /// <summary>What would take the product of lengths, or their power, somewhere else.</summary>
    [Theory]
    [InlineData(":matches", "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b")]
    [InlineData(":matches", "*?a?a?a?a?a?a?a?a?a?a?a?a?a?a?a?b*")]
    [InlineData(":regex", "(a*)*(a*)*(a*)*b")]
    [InlineData(":regex", "(a|aa)+$b")]
    [InlineData(":regex", "a{0,255}a{0,255}b")]
    [InlineData(":contains", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")]
    public async Task Hostile_patterns_end(string match, string pattern)
    {
        var message = "Subject: x\n\n" + new string('a', 50_000);
        var outcome = await Scripts.RunAsync($"require [\"body\", \"regex\"]; if body :raw {match} \"{pattern}\" {{ discard; }}", message);
        Assert.Equal("keep", Scripts.Describe(outcome));
    }

    [Fact]
    public async Task Long_keys_are_searched_for_piece_by_piece()
    {
        var key = new string('a', 5000);
        var message = "Subject: x\n\n" + string.Concat(Enumerable.Repeat("a" + key[..4990] + "\n", 4)) + key + "é";
        Assert.True(await Scripts.IsTrue("body", $"body :raw :contains \"{key}\"", message));
        Assert.True(await Scripts.IsTrue("body", $"body :raw :contains \"{key.ToUpperInvariant()}é\"", message));
        Assert.False(await Scripts.IsTrue("body", $"body :raw :contains \"{key}É\"", message));
        Assert.True(await Scripts.IsTrue("body comparator-i;octet", $"body :raw :comparator \"i;octet\" :contains \"{key}é\"", message));
        Assert.False(await Scripts.IsTrue("body", $"body :raw :contains \"{key}b\"", message));
    }

    [Fact]
    public async Task Time_is_looked_at_and_the_hosts_own_is_not_counted()
    {
        var time = new ManualTimeProvider();
        var host = new InMemorySieveHost
        {
            Programs =
            {
                ["slow"] = (_, _) =>
                {
                    time.Advance(TimeSpan.FromMinutes(1));
                    return (0, "");
                },
            },
        };
        var loop = string.Concat(Enumerable.Repeat("if header \"subject\" \"x\" { }\n", 1000));
        var program = Scripts.Program("require \"vnd.dovecot.execute\"; execute \"slow\";\n" + loop);
        var interpreter = new SieveInterpreter(SieveRunLimits.Default, host, null, time);
        var outcome = await interpreter.RunAsync([new SieveStage("s", program)], Scripts.ToMessage(Scripts.Message), new SieveEnvelope("", ""), null, CancellationToken.None);
        Assert.Null(outcome.Error);

        // The same minute, when it is the script's own: the trace is written in its time.
        outcome = await interpreter.RunAsync([new SieveStage("s", program)], Scripts.ToMessage(Scripts.Message), new SieveEnvelope("", ""), new Slow(time), CancellationToken.None);
        Assert.Equal("the script ran longer than 10 s", outcome.Error?.Message);
    }

    [Fact]
    public async Task Flags_have_a_number()
    {
        var outcome = await Scripts.RunAsync($"require \"imap4flags\"; addflag \"{string.Join(' ', Enumerable.Range(0, 200).Select(i => $"k{i}"))}\";");
        Assert.Equal(64, Assert.IsType<SieveKeep>(Assert.Single(outcome.Actions)).Flags.Length);
    }

    private sealed class Slow(ManualTimeProvider time) : ISieveTrace
    {
        public void Write(string script, int line, string text) => time.Advance(TimeSpan.FromSeconds(1));
    }
}
