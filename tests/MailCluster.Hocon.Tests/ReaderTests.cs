namespace MailCluster.Hocon.Tests;

public sealed class ReaderTests
{
    [Theory]
    [InlineData("", "{}")]
    [InlineData("# only a comment\n// and another", "{}")]
    [InlineData("{ a : 1 }", "{ a = 1 }")]
    [InlineData("a=1,b=2\nc=3", "{ a = 1, b = 2, c = 3 }")]
    [InlineData("a = 1 # one\nb = 2 // two", "{ a = 1, b = 2 }")]
    [InlineData("a = \"# no comment // here\"", "{ a = \"# no comment // here\" }")]
    [InlineData("\ufeffa = 1\r\nb = 2\r\n", "{ a = 1, b = 2 }")]
    [InlineData("a\u00a0=\u20031", "{ a = 1 }")]
    [InlineData("a.b.c = 1\na.b.d = 2", "{ a = { b = { c = 1, d = 2 } } }")]
    [InlineData("a : { b : 1 }\na { c : 2 }", "{ a = { b = 1, c = 2 } }")]
    [InlineData("a { b = 1 }, a = 3, a { c = 2 }", "{ a = { c = 2 } }")]
    [InlineData("\"a.b\".c = 1", "{ \"a.b\" = { c = 1 } }")]
    [InlineData("a.\"\" = 1", "{ a = { \"\" = 1 } }")]
    [InlineData("a b c : 42", "{ \"a b c\" = 42 }")]
    [InlineData("10.0foo = 1", "{ 10 = { 0foo = 1 } }")]
    [InlineData("true = 1, null = 2", "{ true = 1, null = 2 }")]
    [InlineData("foo include = 1, \"include\" = 2", "{ \"foo include\" = 1, \"include\" = 2 }")]
    [InlineData("includes = 1, include-x = 2", "{ includes = 1, include-x = 2 }")]
    [InlineData("a\n=\n1", "{ a = 1 }")]
    [InlineData("a\n{ b = 1 }", "{ a = { b = 1 } }")]
    [InlineData("a = [1, 2, 3,]", "{ a = [1, 2, 3] }")]
    [InlineData("a = [1\n2\n\n,3\n]", "{ a = [1, 2, 3] }")]
    [InlineData("a = [] , b = {}", "{ a = [], b = {} }")]
    [InlineData("a = [[1] [2], { b = 1 } { c = 2 }]", "{ a = [[1, 2], { b = 1, c = 2 }] }")]
    [InlineData("a = hello  big world  ", "{ a = \"hello  big world\" }")]
    [InlineData("a = 10 \"x\" true", "{ a = \"10 x true\" }")]
    [InlineData("a = 1 2", "{ a = \"1 2\" }")]
    [InlineData("a = null", "{ a = null }")]
    [InlineData("a = 1.50e+3", "{ a = 1.50e+3 }")]
    [InlineData("a = 007", "{ a = \"007\" }")]
    [InlineData("a = -5, b = -x", "{ a = -5, b = \"-x\" }")]
    [InlineData("a = http://x", "{ a = \"http\" }", "':'")]
    [InlineData("a = /var/mail", "{ a = \"/var/mail\" }")]
    [InlineData("a = \"x\\n\\t\\\"\\\\\\/\\u00e9\"", "{ a = \"x\\n\\t\\\"\\\\/é\" }")]
    [InlineData("a = \"\"\"raw \\n \"quoted\" text\"\"\"", "{ a = \"raw \\\\n \\\"quoted\\\" text\" }")]
    [InlineData("a = \"\"\"two\nlines\"\"\"\"\"", "{ a = \"two\\nlines\\\"\\\"\" }")]
    [InlineData("a = [1]\na += 2\na += [3]", "{ a = [1, 2, [3]] }")]
    [InlineData("a += 1", "{ a = [1] }")]
    [InlineData("l = [{ a += 1, a += 2 }]", "{ l = [{ a = [1, 2] }] }")]
    [InlineData("a : { b : 1 } { c : 2 } {b: 3}", "{ a = { b = 3, c = 2 } }")]
    public void Reads(string text, string expected, string? fault = null)
    {
        if (fault is not null)
        {
            Assert.Contains(fault, Assert.Throws<HoconException>(() => HoconLayers.Parse(text)).Message, StringComparison.Ordinal);
            return;
        }
        Assert.Equal(expected, HoconLayers.Parse(text).Render());
    }

    [Theory]
    [InlineData("a = 1\nb", "f:2:2: expected '=', ':', '+=' or '{' after the key b, found the end of the file")]
    [InlineData("a =", "f:1:4: expected a value, found the end of the file")]
    [InlineData("a = [1\n", "f:1:5: expected ']' to close the array that begins here, found the end of the file")]
    [InlineData("\n a {\n b = 1\n", "f:2:4: expected '}' to close the object that begins here, found the end of the file")]
    [InlineData("a = 1 }", "f:1:7: expected a key, found '}'")]
    [InlineData("a = \"x\ny", "f:1:5: expected '\"' to close the string that begins here, found the end of the line")]
    [InlineData("a = \"\"\"x", "f:1:5: expected \"\"\" to close the string that begins here, found the end of the file")]
    [InlineData("a = \"\\q\"", "f:1:7: expected one of \" \\ / b f n r t u after the backslash, found 'q'")]
    [InlineData("a = \"\\u12g4\"", "f:1:7: expected four hexadecimal digits after \\u")]
    [InlineData("a = ,", "f:1:5: expected a value, found ','")]
    [InlineData("a = 1,,b = 2", "f:1:7: expected a key, found ','")]
    [InlineData(",a = 1", "f:1:1: expected a key, found ','")]
    [InlineData("a = [,1]", "f:1:6: expected a value, found ','")]
    [InlineData("a = [1,,2]", "f:1:8: expected a value, found ','")]
    [InlineData("a..b = 1", "f:1:1: expected a key before '.'")]
    [InlineData(".a = 1", "f:1:1: expected a key before '.'")]
    [InlineData("a. = 1", "f:1:1: expected a key after the last '.'")]
    [InlineData("= 1", "f:1:1: expected a key, found '='")]
    [InlineData("a = b@c", "f:1:6: expected a value (text with special characters must be quoted), found '@'")]
    [InlineData("a = $x", "f:1:5: expected a value (text with special characters must be quoted), found '$'")]
    [InlineData("a = ${}", "f:1:7: expected a path inside ${…}, found '}'")]
    [InlineData("a = ${b", "f:1:8: expected '}' to close the substitution, found the end of the file")]
    [InlineData("[1]", "f:1:1: expected a key, found '['")]
    [InlineData("{a=1} b=2", "f:1:7: expected the end of the file after the closing '}', found 'b'")]
    [InlineData("include = 1", "f:1:1: expected a file after include; write \"include\" in quotes if it is meant as a key")]
    [InlineData("include url(\"http://x\")", "f:1:9: expected a file name in quotes, file(\"…\") or required(…), found 'u'")]
    [InlineData("a = {b=1} c", "f:1:11: cannot join an object and the string \"c\"")]
    [InlineData("a = [1] {b=1}", "f:1:9: cannot join an array and an object")]
    public void TellsWhatWasExpectedWhere(string text, string expected)
    {
        var error = Assert.Throws<HoconException>(() => HoconLayers.Parse(text, "f"));
        Assert.Equal(expected, error.Message);
    }

    [Fact]
    public void EveryValueKnowsItsLine()
    {
        var root = HoconLayers.Parse("a {\n  b = 1\n  c = [\n    x\n  ]\n}\nd = ${a.b}", "f.hocon");
        Assert.True(root.TryGet("a.b", out var number));
        Assert.Equal("f.hocon:2", number.Origin.ToString());
        Assert.True(root.TryGet("a.c", out var array));
        Assert.Equal(new HoconOrigin("f.hocon", 4, 5), ((HoconArray)array).Items[0].Origin);
        Assert.True(root.TryGet("d", out var substituted));
        Assert.Equal("f.hocon:2", substituted.Origin.ToString());
        Assert.False(root.TryGet("a.x", out _));
    }

    [Fact]
    public void RenderedTextReadsBackEqual()
    {
        const string Text = "a { \"b.c\" = \"x\\u0001\\\"y\\ud800\", d = [1, { e = null }], \"\" = true }";
        var rendered = HoconLayers.Parse(Text).Render();
        Assert.Equal(rendered, HoconLayers.Parse(rendered).Render());
    }

    [Fact]
    public void NestingIsLimited()
    {
        var deep = string.Concat(Enumerable.Repeat("a = [", 1)) + new string('[', 100_000);
        Assert.Contains("nest deeper", Assert.Throws<HoconException>(() => HoconLayers.Parse(deep)).Message, StringComparison.Ordinal);
        var dotted = string.Join('.', Enumerable.Repeat("a", 100_000)) + " = 1";
        Assert.Contains("nest deeper", Assert.Throws<HoconException>(() => HoconLayers.Parse(dotted)).Message, StringComparison.Ordinal);
    }
}
