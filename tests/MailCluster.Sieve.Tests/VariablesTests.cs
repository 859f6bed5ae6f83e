namespace MailCluster.Sieve.Tests;

/// <summary>RFC 5229, with :encodeurl of RFC 5435 and :quoteregex.</summary>
public sealed class VariablesTests
{
    /// <summary>What a string becomes after some commands.</summary>
    private static async Task<string> ValueOf(string commands, string text, string message = Scripts.Message, string requires = "")
    {
        var outcome = await Scripts.RunAsync($"require [\"variables\", \"reject\"{requires}];\n{commands}\nreject \"{text}\";", message);
        Assert.Null(outcome.Error);
        return Assert.IsType<SieveReject>(Assert.Single(outcome.Actions)).Reason;
    }

    /// <summary>§3: the examples of what is a reference and what is not.</summary>
    [Theory]
    [InlineData("&%${}!", "&%${}!")]
    [InlineData("${doh!}", "${doh!}")]
    [InlineData("${full}", "the company ACME")]
    [InlineData("${FULL}", "the company ACME")]
    [InlineData("${company}", "ACME")]
    [InlineData("${BAD${Company}", "${BADACME")]
    [InlineData("${President, ${Company} Inc.}", "${President, ACME Inc.}")]
    [InlineData("$${company}{x}", "$ACME{x}")]
    [InlineData("${unset}.", ".")]
    [InlineData("${company", "${company")]
    public async Task References(string text, string expected) =>
        Assert.Equal(expected, await ValueOf("set \"company\" \"ACME\"; set \"full\" \"the company ${company}\";", text));

    [Fact]
    public async Task Encoded_characters_come_first() => Assert.Equal(
        "dear Ethelbert",
        await ValueOf("set \"name\" \"Ethelbert\";", "dear${hex:20 24 7b 4e}ame}", requires: ", \"encoded-character\""));

    /// <summary>§4.1</summary>
    [Theory]
    [InlineData("", "juMBlEd lETteRS", "juMBlEd lETteRS")]
    [InlineData(":length", "juMBlEd lETteRS", "15")]
    [InlineData(":lower", "juMBlEd lETteRS", "jumbled letters")]
    [InlineData(":upperfirst", "juMBlEd lETteRS", "JuMBlEd lETteRS")]
    [InlineData(":upperfirst :lower", "juMBlEd lETteRS", "Jumbled letters")]
    [InlineData(":lower :upperfirst", "juMBlEd lETteRS", "Jumbled letters")]
    [InlineData(":upper :lowerfirst", "juMBlEd lETteRS", "jUMBLED LETTERS")]
    [InlineData(":quotewildcard", "Rock*?\\\\", "Rock\\*\\?\\\\")]
    [InlineData(":quotewildcard :length", "Rock*", "6")]
    [InlineData(":length :quotewildcard", "Rock*", "6")]
    [InlineData(":lower", "ÄB", "Äb")]
    [InlineData(":length", "é😀", "2")]
    [InlineData(":quoteregex", "a.b[c]", "a\\.b\\[c\\]")]
    [InlineData(":encodeurl", "a b&c=é~", "a%20b%26c%3D%C3%A9~")]
    [InlineData(":encodeurl :upper", "a b", "A%20B")]
    public async Task Modifiers(string modifiers, string value, string expected) =>
        Assert.Equal(expected, await ValueOf($"set {modifiers} \"b\" \"{value}\";", "${b}", requires: ", \"regex\", \"enotify\""));

    /// <summary>§3.2</summary>
    [Theory]
    [InlineData("header :matches \"List-ID\" \"*<*@*\"", "${2}", "List-ID: Sieve <sieve@ietf.org>\n\n", "sieve")]
    [InlineData("header :matches \"Subject\" \"[*] *\"", "${1}|${2}", "Subject: [acme-users] [fwd] version 1.0 is out\n\n", "acme-users|[fwd] version 1.0 is out")]
    [InlineData("address :matches [\"To\", \"Cc\"] [\"coyote@**.com\", \"wile@**.com\"]", "${0}|${1}|${2}", "To: coyote@ACME.Example.COM\n\n", "coyote@ACME.Example.COM||ACME.Example")]
    [InlineData("anyof (true, address :domain :matches \"To\" \"*.com\")", "${0}|${1}", "To: a@b.com\n\n", "|")]
    [InlineData("header :matches \"subject\" \"??*?\"", "${1}${2}-${3}-${4}|${5}", "Subject: abcdef\n\n", "ab-cde-f|")]
    [InlineData("header :matches \"subject\" \"*a*\"", "${1}|${2}", "Subject: banana\n\n", "b|nana")]
    [InlineData("header :matches \"subject\" \"*a?b*\"", "${1}|${2}|${3}", "Subject: xaa😀bc\n\n", "xa|😀|c")]
    [InlineData("header :matches \"subject\" \"*\"", "${01}${00000}", "Subject: x\n\n", "xx")]
    [InlineData("header :comparator \"i;unicode-casemap\" :matches \"subject\" \"*É*\"", "${1}|${2}", "Subject: =?utf-8?q?Cr=C3=A9me_Br=C3=BBl=C3=A9e?=\n\n", "Cr|me Brûlée")]
    [InlineData("header :regex \"subject\" \"([a-z]+)@(x|y)(z)?\"", "${0}|${1}|${2}|${3}", "Subject: to joe@y now\n\n", "joe@y|joe|y|")]
    public async Task Match_variables(string test, string text, string message, string expected) => Assert.Equal(
        expected, await ValueOf($"if {test} {{ set \"a\" \"{text}\"; }} else {{ set \"a\" \"no\"; }}", "${a}", message, ", \"regex\", \"comparator-i;unicode-casemap\""));

    [Fact]
    public async Task Match_variables_are_those_of_the_last_match_that_succeeded()
    {
        const string Commands = """
            if header :matches "subject" "* *" { set "a" "${1}"; }
            if header :matches "subject" "x*" { set "b" "never"; }
            if not header :matches "from" "*@*" { set "c" "never"; }
            """;
        Assert.Equal("I|coyote|", await ValueOf(Commands, "${a}|${1}|${b}${c}"));
    }

    [Fact]
    public async Task The_string_test_of_section_5()
    {
        const string Script = """
            require ["variables", "relational", "comparator-i;ascii-numeric", "fileinto"];
            set "state" "${state} pending";
            if string :matches " ${state} " "* pending *" { fileinto "pending"; }
            if string :count "eq" :comparator "i;ascii-numeric" ["${nothing}", "x", ""] "1" { fileinto "one"; }
            if string "${nothing}" "" { fileinto "empty"; }
            """;
        Assert.Equal("fileinto pending; fileinto one; fileinto empty", await Scripts.ActionsOf(Script));
    }

    [Theory]
    [InlineData("set \"a b\" \"x\";", "1:33: error: \"a b\" is no variable that can be set (names are made of letters, digits and _, and begin with no digit)")]
    [InlineData("set \"1\" \"x\";", "is no variable that can be set")]
    [InlineData("set \"${a}\" \"x\";", "the name of a variable cannot hold variables")]
    [InlineData("set \"global.a\" \"x\";", "add \"include\" to require")]
    [InlineData("set \"a\" \"${global.b}\";", "no extension that is required has variables ${global.…} (add \"include\" to require)")]
    [InlineData("set \"a\" \"${env.b}\";", "add \"vnd.dovecot.environment\" to require")]
    [InlineData("set :lower :upper \"a\" \"b\";", ":upper and :lower exclude each other")]
    [InlineData("set :reverse \"a\" \"b\";", "'set' has no tag :reverse")]
    [InlineData("set :encodeurl \"a\" \"b\";", "add \"enotify\" to require")]
    [InlineData("set \"a\" \"${100}\";", "the match variable ${100} is out of range")]
    public void Errors(string command, string expected) =>
        Assert.Contains(Scripts.Diagnose($"require [\"variables\"]; /**/ {command}"), line => line.Contains(expected, StringComparison.Ordinal));

    [Fact]
    public async Task Long_values_are_cut_and_many_are_an_error()
    {
        var limits = SieveRunLimits.Default with { VariableCharactersMax = 10, VariableCharactersTotalMax = 25 };
        var outcome = await Scripts.RunAsync("require [\"variables\", \"fileinto\"]; set \"a\" \"123456789😀\"; fileinto \"${a}\";", limits: limits);
        Assert.Equal("fileinto 123456789", Scripts.Describe(outcome));

        outcome = await Scripts.RunAsync("require [\"variables\"]; set \"a\" \"123456789\"; set \"b\" \"123456789\"; set \"a\" \"\"; set \"c\" \"123456789\"; set \"d\" \"123456789\";", limits: limits);
        Assert.Equal("script:1: variables hold more than 25 characters", outcome.Error?.ToString());
        Assert.True(outcome.Error!.IsLimit);
        Assert.Equal("keep", Scripts.Describe(outcome));
    }
}
