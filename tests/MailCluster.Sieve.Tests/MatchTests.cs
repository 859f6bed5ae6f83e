namespace MailCluster.Sieve.Tests;

/// <summary>Every match type with every comparator (RFC 5228 §2.7, RFC 5231, RFC 4790, RFC 5051).</summary>
public sealed class MatchTests
{
    private const string Requires = "variables relational comparator-i;ascii-numeric comparator-i;unicode-casemap comparator-i;octet";

    private static Task<bool> Matches(string comparator, string match, string value, string key) =>
        Scripts.IsTrue(Requires, $"string :comparator \"{comparator}\" {match} \"{value}\" \"{key}\"");

    [Theory]
    [InlineData("i;octet", "Abc", "Abc", true)]
    [InlineData("i;octet", "Abc", "abc", false)]
    [InlineData("i;ascii-casemap", "Abc", "aBC", true)]
    [InlineData("i;ascii-casemap", "é", "É", false)]
    [InlineData("i;ascii-casemap", "[", "{", false)]
    [InlineData("i;ascii-casemap", "K", "\u212A", false)] // the Kelvin sign
    [InlineData("i;unicode-casemap", "é", "É", true)]
    [InlineData("i;unicode-casemap", "e\u0301", "É", true)]
    [InlineData("i;unicode-casemap", "\u01C4", "\u01C6", true)] // RFC 5051 §2: DŽ and dž
    [InlineData("i;unicode-casemap", "\u212A", "k", true)]
    [InlineData("i;unicode-casemap", "한국", "\u1112\u1161\u11AB\u1100\u116E\u11A8", true)]
    [InlineData("i;unicode-casemap", "ß", "ss", false)]
    [InlineData("i;unicode-casemap", "Σίσυφος", "ΣΊΣΥΦΟΣ", true)]
    [InlineData("i;ascii-numeric", "0042", "42", true)]
    [InlineData("i;ascii-numeric", "42nd", "42", true)]
    [InlineData("i;ascii-numeric", "abc", "xyz", true)]
    [InlineData("i;ascii-numeric", "abc", "42", false)]
    [InlineData("i;ascii-numeric", "", "42", false)]
    public async Task Is(string comparator, string value, string key, bool expected) => Assert.Equal(expected, await Matches(comparator, ":is", value, key));

    [Theory]
    [InlineData("i;octet", "frobnitzm", "nit", true)]
    [InlineData("i;octet", "frobnitzm", "NIT", false)]
    [InlineData("i;octet", "frobnitzm", "fbm", false)]
    [InlineData("i;ascii-casemap", "frobnitzm", "NIT", true)]
    [InlineData("i;ascii-casemap", "x", "", true)]
    [InlineData("i;ascii-casemap", "aÉa", "é", false)]
    [InlineData("i;ascii-casemap", "aÉAb", "Éab", true)]
    [InlineData("i;unicode-casemap", "aÉa", "Éa", true)]
    [InlineData("i;unicode-casemap", "Grüße", "RÜS", false)]
    [InlineData("i;unicode-casemap", "Grüße", "RÜß", true)]
    public async Task Contains(string comparator, string value, string key, bool expected) => Assert.Equal(expected, await Matches(comparator, ":contains", value, key));

    [Theory]
    [InlineData("i;octet", "frobnitzm", "frob*m", true)]
    [InlineData("i;octet", "frobnitzm", "FROB*", false)]
    [InlineData("i;ascii-casemap", "frobnitzm", "FROB*", true)]
    [InlineData("i;ascii-casemap", "frobnitzm", "f?obnit?m", true)]
    [InlineData("i;ascii-casemap", "frobnitzm", "frob", false)]
    [InlineData("i;ascii-casemap", "frobnitzm", "*n?t*", true)]
    [InlineData("i;ascii-casemap", "frobnitzm", "*nit?", false)]
    [InlineData("i;ascii-casemap", "", "*", true)]
    [InlineData("i;ascii-casemap", "", "", true)]
    [InlineData("i;ascii-casemap", "x", "", false)]
    [InlineData("i;ascii-casemap", "a*b", "a\\\\*b", true)]
    [InlineData("i;ascii-casemap", "axb", "a\\\\*b", false)]
    [InlineData("i;ascii-casemap", "a?", "a\\\\?", true)]
    [InlineData("i;ascii-casemap", "a\\\\", "a\\\\\\\\", true)]
    [InlineData("i;ascii-casemap", "abcabc", "*abc", true)]
    [InlineData("i;ascii-casemap", "abab", "ab*ab", true)]
    [InlineData("i;ascii-casemap", "aba", "ab*ba", false)]
    [InlineData("i;ascii-casemap", "aaa", "*a*a*a*", true)]
    [InlineData("i;ascii-casemap", "aaa", "*a*a*a*a*", false)]
    [InlineData("i;ascii-casemap", "a😀b", "a?b", true)]
    [InlineData("i;ascii-casemap", "a😀", "a??", false)]
    [InlineData("i;ascii-casemap", "x😀", "*?", true)]
    [InlineData("i;unicode-casemap", "Crème Brûlée", "crÈme*ÛL?e", false)] // é is two characters there
    [InlineData("i;unicode-casemap", "Crème Brûlée", "crÈme*ÛL??e", true)]
    public async Task Matches_with_wildcards(string comparator, string value, string key, bool expected) => Assert.Equal(expected, await Matches(comparator, ":matches", value, key));

    [Theory]
    [InlineData("gt", false, false, true)]
    [InlineData("ge", false, true, true)]
    [InlineData("lt", true, false, false)]
    [InlineData("le", true, true, false)]
    [InlineData("eq", false, true, false)]
    [InlineData("ne", true, false, true)]
    public async Task Value(string relation, bool less, bool equal, bool greater)
    {
        foreach (var (value, expected) in new[] { ("9", less), ("10", equal), ("011", greater), ("x", greater) })
            Assert.Equal(expected, await Matches("i;ascii-numeric", $":value \"{relation}\"", value, "10"));
        foreach (var (value, expected) in new[] { ("abB", less), ("aBc", equal), ("abD", greater) })
            Assert.Equal(expected, await Matches("i;ascii-casemap", $":value \"{relation}\"", value, "AbC"));
        foreach (var (value, expected) in new[] { ("Abc", less), ("abc", equal), ("abca", greater) })
            Assert.Equal(expected, await Matches("i;octet", $":value \"{relation}\"", value, "abc"));
        foreach (var (value, expected) in new[] { ("\uFFFD", less), ("\U00010000", equal), ("\U00010001", greater) })
            Assert.Equal(expected, await Matches("i;octet", $":value \"{relation}\"", value, "\U00010000"));
        foreach (var (value, expected) in new[] { ("É", less), ("f", equal), ("G", greater) })
            Assert.Equal(expected, await Matches("i;unicode-casemap", $":value \"{relation}\"", value, "F"));
    }

    [Theory]
    [InlineData("99999999999999999999999999999999999999", "99999999999999999999999999999999999998", true)]
    [InlineData("10000000000000000000000000000000000000", "9", true)]
    [InlineData("2", "10000000000000000000000000000000000000", false)]
    public async Task Numbers_have_no_limit(string value, string key, bool greater) => Assert.Equal(greater, await Matches("i;ascii-numeric", ":value \"gt\"", value, key));

    /// <summary>RFC 5231 §4 to §8.</summary>
    [Fact]
    public async Task Count()
    {
        const string Message = """
            received: ...
            received: ...
            subject: example
            to: foo@example.com, baz@example.com
            cc: qux@example.com

            """;
        foreach (var (test, expected) in new[]
                 {
                     ("address :count \"ge\" :comparator \"i;ascii-numeric\" [\"to\", \"cc\"] [\"3\"]", true),
                     ("anyof (address :count \"ge\" :comparator \"i;ascii-numeric\" [\"to\"] [\"3\"], address :count \"ge\" :comparator \"i;ascii-numeric\" [\"cc\"] [\"3\"])", false),
                     ("header :count \"ge\" :comparator \"i;ascii-numeric\" [\"received\"] [\"3\"]", false),
                     ("header :count \"ge\" :comparator \"i;ascii-numeric\" [\"received\", \"subject\"] [\"3\"]", true),
                     ("header :count \"ge\" :comparator \"i;ascii-numeric\" [\"to\", \"cc\"] [\"3\"]", false),
                     ("header :count \"eq\" :comparator \"i;ascii-numeric\" \"x-nothing\" \"0\"", true),
                 })
            Assert.Equal(expected, await Scripts.IsTrue("relational comparator-i;ascii-numeric", test, Message));
    }

    /// <summary>RFC 5231 §9.</summary>
    [Fact]
    public async Task The_extended_example_of_relational()
    {
        const string Script = """
            require ["relational", "comparator-i;ascii-numeric", "fileinto"];

            if header :value "lt" :comparator "i;ascii-numeric" ["x-priority"] ["3"]
            {
               fileinto "Priority";
            }
            elsif address :count "gt" :comparator "i;ascii-numeric" ["to"] ["5"]
            {
               # everything with more than 5 recipients in the "to" field
               # is considered SPAM
               fileinto "SPAM";
            }
            elsif address :value "gt" :all :comparator "i;ascii-casemap" ["from"] ["M"]
            {
               fileinto "From N-Z";
            } else {
               fileinto "From A-M";
            }

            if allof ( address :count "eq" :comparator "i;ascii-numeric" ["to", "cc"] ["1"] ,
                       address :all :comparator "i;ascii-casemap" ["to", "cc"] ["me@foo.example.com"] )
            {
               fileinto "Only me";
            }
            """;
        Assert.Equal("fileinto Priority", await Scripts.ActionsOf(Script, "X-Priority: 1 (high)\nFrom: a@b.example\n\n"));
        Assert.Equal("fileinto SPAM", await Scripts.ActionsOf(Script, "From: a@b.example\nTo: a@b.c, b@b.c, c@b.c, d@b.c, e@b.c, f@b.c\n\n"));
        Assert.Equal("fileinto From N-Z; fileinto Only me", await Scripts.ActionsOf(Script, "From: zoe@b.example\nTo: me@foo.example.com\n\n"));
        Assert.Equal("fileinto From A-M", await Scripts.ActionsOf(Script, "From: bob@b.example\nTo: you@foo.example.com\n\n"));
    }

    /// <summary>What the search relies on: that no character but a letter of ASCII is one without case to the runtime.</summary>
    [Fact]
    public void The_runtime_knows_no_other_character_for_an_ASCII_letter()
    {
        for (var c = '\x80'; c < '\uFFFF'; c++)
        {
            var text = c.ToString();
            for (var letter = 'a'; letter <= 'z'; letter++)
                Assert.False(text.AsSpan().IndexOf(letter.ToString(), StringComparison.OrdinalIgnoreCase) >= 0, $"U+{(int)c:X4} is {letter}");
        }
    }
}
