namespace MailCluster.Sieve.Tests;

/// <summary>RFC 6609.</summary>
public sealed class IncludeTests
{
    private static InMemorySieveHost Host(params (string Name, string Text)[] personal)
    {
        var host = new InMemorySieveHost();
        foreach (var (name, text) in personal)
            host.Included[(SieveIncludeLocation.Personal, name)] = text;
        return host;
    }

    /// <summary>§3.2: the scripts of the example.</summary>
    [Theory]
    [InlineData("From: boss@example.com\nSubject: XXXX\n\n", "reject cannot be combined with keep")]
    [InlineData("From: a@example.com\nSubject: XXXX\n\n", "reject Subject XXXX is unacceptable.")]
    [InlineData("From: a@example.com\nSubject: Make money\n\n", "reject No thank you.")]
    [InlineData("From: a@example.com\nList-ID: sieve.ietf.org\n\n", "fileinto lists.sieve")]
    [InlineData("From: a@example.com\n\n", "keep")]
    public async Task The_example_of_four_scripts(string message, string expected)
    {
        var host = Host(
            ("always_allow", "if address :is \"from\" \"boss@example.com\" { keep; } elsif address :is \"from\" \"ceo@example.com\" { keep; }"),
            ("spam_tests", "require [\"reject\"]; if header :contains \"Subject\" \"XXXX\" { reject \"Subject XXXX is unacceptable.\"; }"),
            ("mailing_lists", "require [\"fileinto\"]; if header :is \"List-ID\" \"sieve.ietf.org\" { fileinto \"lists.sieve\"; }"));
        host.Included[(SieveIncludeLocation.Global, "spam_tests")] = "require [\"reject\"]; if anyof (header :contains \"Subject\" \"$$\", header :contains \"Subject\" \"Make money\") { reject \"No thank you.\"; }";
        const string Script = """
            require ["include"];
            include :personal "always_allow";
            include :global "spam_tests";
            include :personal "spam_tests";
            include :personal "mailing_lists";
            """;
        var outcome = await Scripts.RunAsync(Script, message, host);
        Assert.Equal(expected, outcome.Error?.Message ?? Scripts.Describe(outcome));
    }

    /// <summary>§3.4.1</summary>
    [Theory]
    [InlineData("Subject: $$ now\n\n", "fileinto spam-$$")]
    [InlineData("Subject: Make money\n\n", "fileinto spam-Make money")]
    [InlineData("Subject: hello\n\n", "keep")]
    public async Task Variables_are_shared_if_both_scripts_say_so(string message, string expected)
    {
        var host = Host(("subject_tests", "require [\"include\", \"variables\"]; global [\"test\", \"test_mailbox\"]; if header :contains \"Subject\" \"${test}\" { set \"test_mailbox\" \"spam-${test}\"; }"));
        const string Script = """
            require ["fileinto", "include", "variables", "relational", "comparator-i;ascii-numeric"];
            global "test";
            global "test_mailbox";
            set "test" "$$";
            include "subject_tests";
            set "test" "Make money";
            include "subject_tests";
            if string :count "eq" :comparator "i;ascii-numeric" "${test_mailbox}" "1" { fileinto "${test_mailbox}"; stop; }
            """;
        Assert.Equal(expected, await Scripts.ActionsOf(Script, message, host));
    }

    [Fact]
    public async Task The_namespace_and_the_command_are_the_same_variables()
    {
        var host = Host(("other", "require [\"include\", \"variables\"]; set \"a\" \"local\"; set \"global.b\" \"${global.a}${a}\";"));
        const string Script = """
            require ["fileinto", "include", "variables"];
            global "a";
            set "global.A" "1";
            include "other";
            fileinto "${a}${global.a}${global.b}${b}";
            """;
        Assert.Equal("fileinto 1111local".Replace("1111", "111", StringComparison.Ordinal), await Scripts.ActionsOf(Script, host: host));
    }

    [Fact]
    public async Task Match_variables_and_flags_belong_to_whom_they_belong()
    {
        var host = Host(("other", "require [\"variables\", \"imap4flags\", \"fileinto\"]; addflag \"x${1}\"; if header :matches \"from\" \"*@*\" { fileinto \"${1}\"; }"));
        Assert.Equal(
            "fileinto coyote [x]; fileinto I [x]",
            await Scripts.ActionsOf("require [\"include\", \"variables\", \"imap4flags\", \"fileinto\"]; if header :matches \"subject\" \"* *\" { include \"other\"; fileinto \"${1}\"; }", host: host));
    }

    [Fact]
    public async Task Return_ends_one_script_and_stop_all()
    {
        var host = Host(("returns", "require [\"include\", \"fileinto\"]; fileinto \"a\"; return; fileinto \"never\";"), ("stops", "require \"fileinto\"; fileinto \"c\"; stop;"), ("outer", "require \"include\"; include \"stops\"; include \"returns\";"));
        Assert.Equal("fileinto a; fileinto b; fileinto c", await Scripts.ActionsOf("require [\"include\", \"fileinto\"]; include \"returns\"; fileinto \"b\"; include \"outer\"; fileinto \"d\";", host: host));
        Assert.Equal("fileinto b", await Scripts.ActionsOf("require [\"include\", \"fileinto\"]; fileinto \"b\"; return; fileinto \"d\";", host: host));
    }

    [Fact]
    public async Task Once_is_once_and_optional_may_be_missing()
    {
        var host = Host(("a", "require [\"variables\", \"include\"]; set \"global.n\" \"${global.n}x\";"));
        Assert.Equal(
            "fileinto nxx",
            await Scripts.ActionsOf("require [\"include\", \"variables\", \"fileinto\"]; include :once \"a\"; include :once \"a\"; include \"a\"; include :optional :global \"a\"; include :optional \"nobody\"; fileinto \"n${global.n}\";", host: host));
        var outcome = await Scripts.RunAsync("require \"include\";\ninclude :global \"nobody\";");
        Assert.Equal("script:2: there is no global script \"nobody\" to include", outcome.Error?.ToString());
        Assert.Equal("keep", Scripts.Describe(outcome));
    }

    [Fact]
    public async Task Circles_and_depths_end_with_an_error()
    {
        var host = Host(("a", "require \"include\"; include \"b\";"), ("b", "require \"include\"; include \"a\";"), ("bad", "nonsense;"));
        Assert.Equal("b:1: the script \"a\" includes itself", (await Scripts.RunAsync("require \"include\"; include \"a\";", host: host)).Error?.ToString());
        Assert.Equal("script:1: bad: 1:1: error: unknown command 'nonsense'", (await Scripts.RunAsync("require \"include\"; include \"bad\";", host: host)).Error?.ToString());

        var deep = Host([.. Enumerable.Range(0, 20).Select(i => ($"s{i}", $"require \"include\"; include \"s{i + 1}\";"))]);
        var outcome = await Scripts.RunAsync("require \"include\"; include \"s0\";", host: deep);
        Assert.Equal("s8:1: scripts include each other more than 10 deep", outcome.Error?.ToString());
        Assert.True(outcome.Error!.IsLimit);
    }

    [Theory]
    [InlineData("include \"${a}\";", "the name of a script cannot hold variables")]
    [InlineData("include \"a/b\";", "\"a/b\" is no name of a script: it holds a slash")]
    [InlineData("include :global :personal \"a\";", ":personal and :global exclude each other")]
    [InlineData("set \"a\" \"b\"; global \"a\";", "the variable \"a\" was set before it is declared global")]
    [InlineData("set \"global.a.b\" \"c\";", "is no variable that can be set")]
    [InlineData("set \"global.12\" \"c\";", "is no variable that can be set")]
    public void Errors(string command, string expected) =>
        Assert.Contains(Scripts.Diagnose($"require [\"include\", \"variables\"]; {command}"), line => line.Contains(expected, StringComparison.Ordinal));
}
