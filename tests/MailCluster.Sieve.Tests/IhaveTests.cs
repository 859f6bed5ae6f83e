namespace MailCluster.Sieve.Tests;

/// <summary>RFC 5463.</summary>
public sealed class IhaveTests
{
    [Fact]
    public async Task What_is_there_can_be_used_from_there_on()
    {
        Assert.Equal("fileinto x", await Scripts.ActionsOf("require \"ihave\"; if ihave \"fileinto\" { fileinto \"x\"; } else { discard; }"));
        Assert.Equal("fileinto x", await Scripts.ActionsOf("require \"ihave\"; if not ihave \"fileinto\" { stop; } fileinto \"x\";"));
        Assert.Equal("fileinto x", await Scripts.ActionsOf("require \"ihave\"; if anyof (ihave \"vnd.nobody.wins\", ihave [\"fileinto\", \"copy\"]) { fileinto \"x\"; }"));
    }

    [Theory]
    [InlineData("if ihave \"vnd.nobody\" { nobody :knows \"this\"; } else { discard; }")]
    [InlineData("if allof (ihave \"vnd.nobody\", nobody :knows 7) { keep; } else { discard; }")]
    [InlineData("if not ihave \"vnd.nobody\" { discard; } else { nobody :knows; }")]
    [InlineData("if ihave \"copy\" { discard; } elsif nobody { nobody; } else { nobody; }")]
    [InlineData("if anyof (ihave \"copy\", nobody :knows) { discard; }")]
    [InlineData("if not anyof (not ihave [\"copy\", \"envelope\"], false) { discard; }")]
    public async Task What_is_not_there_is_not_looked_at(string commands) => Assert.Equal("discard", await Scripts.ActionsOf($"require \"ihave\"; {commands}"));

    [Fact]
    public async Task What_changes_how_strings_are_read_cannot_be_switched_on() =>
        Assert.Equal("discard", await Scripts.ActionsOf("require \"ihave\"; if ihave \"variables\" { set \"a\" \"b\"; } else { discard; }"));

    [Fact]
    public async Task Errors_are_told()
    {
        var outcome = await Scripts.RunAsync("require [\"ihave\", \"fileinto\"];\nfileinto \"x\";\nerror \"wrong: é\";");
        Assert.Equal("script:3: wrong: é", outcome.Error?.ToString());
        Assert.Equal("keep", Scripts.Describe(outcome));
    }

    [Theory]
    [InlineData("if ihave \"copy\" { } redirect :copy \"x@y.example\"; fileinto \"x\";", "'fileinto' is of an extension that is not required")]
    [InlineData("redirect :copy \"x@y.example\"; if ihave \"copy\" { keep; }", "the tag :copy of 'redirect' is of an extension that is not required")]
    public void Order_counts(string commands, string expected) =>
        Assert.Contains(Scripts.Diagnose($"require \"ihave\"; {commands}"), line => line.Contains(expected, StringComparison.Ordinal));
}
