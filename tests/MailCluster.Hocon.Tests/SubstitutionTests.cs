namespace MailCluster.Hocon.Tests;

/// <summary>The cases that the HOCON specification discusses under "Substitutions", restated, and a few that follow from them.</summary>
public sealed class SubstitutionTests
{
    private static string Resolve(string text) =>
        new HoconLayers(new InMemoryHoconFiles(), name => name switch { "HOME" => "/root", "EMPTY" => "", _ => null }).AddText(text, "f").Resolve().Render();

    [Theory]
    [InlineData("a = 1, b = ${a}", "{ a = 1, b = 1 }")]
    [InlineData("b = ${a}, a = 1", "{ b = 1, a = 1 }")]
    [InlineData("a { b = 1 }, c = ${a} { d = 2 }", "{ a = { b = 1 }, c = { b = 1, d = 2 } }")]
    [InlineData("a { b = 1 }, c = ${a}, c.b = 2", "{ a = { b = 1 }, c = { b = 2 } }")]
    [InlineData("base = [1], a = ${base} [2] ${base}", "{ base = [1], a = [1, 2, 1] }")]
    [InlineData("host = x, url = \"http://\"${host}\"/\"", "{ host = \"x\", url = \"http://x/\" }")]
    [InlineData("a = ${?nope}", "{}")]
    [InlineData("a = 1, a = ${?nope}", "{ a = 1 }")]
    [InlineData("a = x ${?nope} y", "{ a = \"x  y\" }")]
    [InlineData("a = ${?n}${?m}", "{}")]
    [InlineData("a = [1] ${?nope}, b = [${?nope}, 2], c = ${?nope} { d = 1 }", "{ a = [1], b = [2], c = { d = 1 } }")]
    [InlineData("a = ${HOME}", "{ a = \"/root\" }")]
    [InlineData("HOME = here, a = ${HOME}", "{ HOME = \"here\", a = \"here\" }")]
    [InlineData("a = ${?EMPTY}", "{ a = \"\" }")]
    [InlineData("a = null, b = ${a}", "{ a = null, b = null }")]
    [InlineData("a = 1, a = ${a}2", "{ a = \"12\" }")]
    [InlineData("path = \"a:b\", path = ${path}\":c\"", "{ path = \"a:b:c\" }")]
    [InlineData("path = [/etc], path = ${path} [/usr]", "{ path = [\"/etc\", \"/usr\"] }")]
    [InlineData("a = ${?a}foo", "{ a = \"foo\" }")]
    [InlineData("bar : { foo : 42, baz : ${bar.foo} }", "{ bar = { foo = 42, baz = 42 } }")]
    [InlineData("bar : { foo : 42, baz : ${bar.foo} }\nbar : { foo : 43 }", "{ bar = { foo = 43, baz = 43 } }")]
    [InlineData("bar : { a : ${foo.d}, b : 1 }\nbar.b = 3\nfoo : { c : ${bar.b}, d : 2 }\nfoo.d = 4",
        "{ bar = { a = 4, b = 3 }, foo = { c = 3, d = 4 } }")]
    [InlineData("foo : { a : { c : 1 } }\nfoo : ${foo.a}\nfoo : { a : 2 }", "{ foo = { a = 2, c = 1 } }")]
    [InlineData("a : { b : 1 }, a : ${a} { c : ${a.b} }", "{ a = { b = 1, c = 1 } }")]
    [InlineData("base { x = 1 }, b = ${base} { c = ${b.x} }", "{ base = { x = 1 }, b = { x = 1, c = 1 } }")]
    [InlineData("base { x = 1 }, b = ${base} { c = ${b.x} }, b.x = 2", "{ base = { x = 1 }, b = { x = 2, c = 2 } }")]
    [InlineData("base { l = [1] }, b = ${base}, b { l += 2 }", "{ base = { l = [1] }, b = { l = [1, 2] } }")]
    [InlineData("a = ${b}, b = 1, b = 2", "{ a = 2, b = 2 }")]
    [InlineData("a = ${nope}, a = 1", "{ a = 1 }")]
    [InlineData("a = { x = 1 }, a = 5, a = { y = 2 }", "{ a = { y = 2 } }")]
    [InlineData("a = ${HOME}, b = ${?a.x}", "{ a = \"/root\" }")]
    [InlineData("a.b.c = 1, x = ${ a.b . c }", "{ a = { b = { c = 1 } }, x = 1 }")]
    [InlineData("\"a.b\" = 1, c = ${\"a.b\"}", "{ \"a.b\" = 1, c = 1 }")]
    [InlineData("a = 1, b = 2, a = ${b}, b = ${a}", "{ a = 1, b = 2 }")]
    public void Follows(string text, string expected) => Assert.Equal(expected, Resolve(text));

    [Theory]
    [InlineData("x = 1\na = ${nope.b}", "f:2:5: ${nope.b} is not defined, neither as a key nor as an environment variable")]
    [InlineData("a = ${a}", "f:1:5: ${a} refers to itself and has no earlier value")]
    [InlineData("a = ${a}x", "f:1:5: ${a} refers to itself and has no earlier value")]
    [InlineData("a = ${b}, b = ${a}", "refers to itself and has no earlier value")]
    [InlineData("a = ${b}, b = ${c}, c = ${a}", "refers to itself and has no earlier value")]
    [InlineData("a = ${b.x}, b = ${a.y}", "refers to itself and has no earlier value")]
    [InlineData("a { b = ${a} }", "the value of b contains itself")]
    [InlineData("x { p = ${y} }, y { q = ${x} }", "contains itself")]
    [InlineData("a = [${a}]", "refers to itself and has no earlier value")]
    [InlineData("a = 1, b = ${a} [2]", "cannot join the number 1 and an array")]
    public void Refuses(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<HoconException>(() => Resolve(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void EnvironmentIsNamedAsOrigin()
    {
        var root = new HoconLayers(new InMemoryHoconFiles(), _ => "v").AddText("\na = ${?X}", "f").Resolve();
        Assert.Equal("environment X at f:2", root.Fields["a"].Origin.ToString());
    }

    [Fact]
    public void LayersSeeOneAnother()
    {
        var root = new HoconLayers(new InMemoryHoconFiles(), _ => null)
            .AddText("dir = /data, users = ${dir}/users, list = [1]", "defaults")
            .AddText("dir = /srv", "file")
            .AddText("list += 2", "--set")
            .Resolve();
        Assert.Equal("{ dir = \"/srv\", users = \"/srv/users\", list = [1, 2] }", root.Render());
        Assert.Equal("file:1", root.Fields["dir"].Origin.ToString());
    }

    [Fact]
    public void ExpansionIsLimited()
    {
        var doubling = string.Join('\n', Enumerable.Range(0, 60).Select(n => $"a{n} = ${{a{n + 1}}}${{a{n + 1}}}")) + "\na60 = x";
        Assert.Throws<HoconException>(() => Resolve(doubling));
        var objects = string.Join('\n', Enumerable.Range(0, 60).Select(n => $"a{n} {{ x = ${{a{n + 1}}}, y = ${{a{n + 1}}} }}")) + "\na60 = x";
        Assert.Throws<HoconException>(() => Resolve(objects));
        var chain = string.Join('\n', Enumerable.Range(0, 100_000).Select(n => $"a{n} = ${{a{n + 1}}}")) + "\na100000 = x";
        Assert.Throws<HoconException>(() => Resolve(chain));
        var lookups = string.Join('\n', Enumerable.Range(0, 100_000).Select(n => $"a{n} = ${{a{n + 1}.x}}")) + "\na100000 = x";
        Assert.Throws<HoconException>(() => Resolve(lookups));
    }
}
