namespace MailCluster.Sieve.Tests;

/// <summary>Extended regular expressions of POSIX (draft-ietf-sieve-regex).</summary>
public sealed class RegexTests
{
    [Theory]
    [InlineData("abc", "b", true)]
    [InlineData("abc", "^b", false)]
    [InlineData("abc", "^a.c$", true)]
    [InlineData("a\nc", "^a..c$", true)]
    [InlineData("x\nabc", "^abc", false)]
    [InlineData("abc\n", "abc$", false)]
    [InlineData("aaa", "^a{3}$", true)]
    [InlineData("aaa", "^a{1,2}$", false)]
    [InlineData("aaa", "^a{2,}$", true)]
    [InlineData("a{x", "a{x", true)]
    [InlineData("ab", "^(a|b)+$", true)]
    [InlineData("ab", "^(|x)ab$", true)]
    [InlineData("a+b", "a\\\\+b", true)]
    [InlineData("a.b", "^a\\\\.b$", true)]
    [InlineData("axb", "^a\\\\.b$", false)]
    [InlineData("a]b", "a[]x]b", true)]
    [InlineData("a^b", "a[x^]b", true)]
    [InlineData("a-b", "a[+-]b", true)]
    [InlineData("a\\\\b", "a[\\\\]b", true)]
    [InlineData("axb", "a[^x]b", false)]
    [InlineData("a5b", "a[[:digit:]]b", true)]
    [InlineData("aéb", "a[[:alpha:]_]b", true)]
    [InlineData("a b", "a[[:space:]]b", true)]
    [InlineData("a-b", "a[^[:alnum:]]b", true)]
    [InlineData("a!b", "a[[:punct:]]b", true)]
    [InlineData("aFb", "a[[:xdigit:]]b", true)]
    [InlineData("word here", "\\\\bhere\\\\b", true)]
    [InlineData("foo@bar", "^\\\\w+@\\\\w+$", true)]
    [InlineData("a😀b", "^a😀{1}b$", true)]
    [InlineData("a😀😀b", "^a😀+b$", true)]
    [InlineData("aab", "^a+*b$", true)]
    [InlineData("ABC", "abc", true)]
    [InlineData("a#b c", "a#b c", true)]
    public async Task Expressions(string value, string pattern, bool expected) =>
        Assert.Equal(expected, await Scripts.IsTrue("regex variables", $"string :regex \"{value}\" \"{pattern}\""));

    [Fact]
    public async Task Case_counts_with_octets_only()
    {
        Assert.False(await Scripts.IsTrue("regex variables comparator-i;octet", "string :regex :comparator \"i;octet\" \"ABC\" \"abc\""));
        Assert.True(await Scripts.IsTrue("regex variables comparator-i;octet", "string :comparator \"i;octet\" :regex \"ABC\" \"ABC\""));
    }

    [Theory]
    [InlineData("(a", "the '(' at position 1 is not closed")]
    [InlineData("a)", "the ')' at position 2 closes nothing")]
    [InlineData("*a", "there is nothing for the '*' at position 1 to repeat")]
    [InlineData("a|*", "there is nothing for the '*' at position 3 to repeat")]
    [InlineData("[a", "the '[' at position 1 is not closed")]
    [InlineData("[z-a]", "the range 'z-a' is the wrong way round")]
    [InlineData("[[:nope:]]", "'[:nope:]' is no class of characters")]
    [InlineData("[[.a.]]", "collating elements")]
    [InlineData("a{2,1}", "the counts at position 2 are the wrong way round")]
    [InlineData("a{1000}", "the count at position 2 is more than 255")]
    [InlineData("a{2", "the '{' at position 2 is not closed")]
    [InlineData("(a)\\\\1", "back references such as \\1 are not supported")]
    [InlineData("\\\\<a", "\\< is not supported; write \\b for the edge of a word")]
    [InlineData("a\\\\", "it ends in a backslash")]
    [InlineData("((((a{255}){255}){255}){255})", "it is too large")]
    public void Mistakes_are_told(string pattern, string expected)
    {
        var line = Assert.Single(Scripts.Diagnose($"require [\"regex\", \"variables\"]; if string :regex \"${{x}}\" \"{pattern}\" {{ keep; }}"));
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pattern_out_of_variables_is_read_when_it_is_used()
    {
        Assert.Equal("discard", await Scripts.ActionsOf("require [\"regex\", \"variables\"]; set \"p\" \"pre.*\"; if header :regex \"subject\" \"^.*${p}$\" { discard; }"));
        var outcome = await Scripts.RunAsync("require [\"regex\", \"variables\"]; set \"p\" \"(\"; if header :regex \"subject\" \"${p}\" { discard; }");
        Assert.Equal("the regular expression \"(\" cannot be used: the '(' at position 1 is not closed", outcome.Error?.Message);
        outcome = await Scripts.RunAsync($"require [\"regex\", \"variables\"]; set \"p\" \"{new string('a', 5000)}\"; if header :regex \"subject\" \"${{p}}\" {{ discard; }}");
        Assert.True(outcome.Error?.IsLimit);
    }
}
