using MailCluster.Hocon.Binding;
using MailCluster.Hocon.Hosting;
using Microsoft.Extensions.Configuration;

namespace MailCluster.Hocon.Tests;

public sealed class BinderTests
{
    private enum Mode
    {
        Off,
        StartTls,
    }

    private sealed record Listener(string Address, int Port, Mode Tls);

    private sealed record Options(string Name, bool Debug, TimeSpan Idle, TimeSpan? Cleanup, long Limit, IReadOnlyList<string> Schemes, Listener Imap, string? Key);

    private const string Good = """
        name = n1
        debug = no
        idle = 30 m
        cleanup = off
        limit = 64 MiB
        schemes = [PLAIN, LOGIN]
        imap { address = "::", port = 143, tls = starttls }
        key = hidden
        """;

    private static Options Bind(HoconSection root) => new(
        root.Text("name"),
        root.Boolean("debug"),
        root.Duration("idle", TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)),
        root.DurationOrOff("cleanup", TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)),
        root.Size("limit", 1, 1L << 40),
        root.Texts("schemes", scheme => scheme.All(char.IsAsciiLetterUpper) ? null : "an upper-case scheme name"),
        root.Section("imap", imap => new Listener(
            imap.Text("address"),
            imap.Integer("port", 0, 65_535),
            imap.Choice("tls", ("off", Mode.Off), ("starttls", Mode.StartTls)))),
        root.Secret("key"));

    private static (Options Options, HoconErrors Errors) Bind(params string[] layers)
    {
        var hocon = new HoconLayers(new InMemoryHoconFiles(), _ => null);
        for (var index = 0; index < layers.Length; index++)
        {
            hocon.AddText(layers[index], $"layer{index}");
        }
        var errors = new HoconErrors();
        return (HoconSection.Bind(hocon.Resolve(), errors, Bind), errors);
    }

    [Fact]
    public void BindsEveryType()
    {
        var (options, errors) = Bind(Good);
        Assert.Empty(errors.Items);
        Assert.Equal(
            (TimeSpan.FromMinutes(30), (TimeSpan?)null, 64L << 20, new Listener("::", 143, Mode.StartTls), "hidden"),
            (options.Idle, options.Cleanup, options.Limit, options.Imap, options.Key));
        Assert.Equal(["PLAIN", "LOGIN"], options.Schemes);
        Assert.Equal(["key"], errors.Secrets);
    }

    [Theory]
    [InlineData("nmae = x", "layer1:1: nmae: unknown key; did you mean name?")]
    [InlineData("imap.prot = 1", "layer1:1: imap.prot: unknown key; did you mean port?")]
    [InlineData("imap.wholly-other = 1", "layer1:1: imap.wholly-other: unknown key; known here: address, port, tls")]
    [InlineData("\nimap.port = 70000", "layer1:2: imap.port: expected a whole number from 0 to 65535, found the number 70000")]
    [InlineData("imap.port = abc", "layer1:1: imap.port: expected a whole number from 0 to 65535, found the string \"abc\"")]
    [InlineData("imap.tls = startls", "layer1:1: imap.tls: expected one of off, starttls, found the string \"startls\"; did you mean starttls?")]
    [InlineData("imap = 5", "layer1:1: imap: expected an object { … }, found the number 5")]
    [InlineData("debug = maybe", "layer1:1: debug: expected true or false, found the string \"maybe\"")]
    [InlineData("debug { }", "layer1:1: debug: expected true or false, found an object")]
    [InlineData("idle = 1 fortnight", "layer1:1: idle: expected a duration such as 500 ms, 30 s, 5 m, 1 h or 7 d, from 1 m to 1 d, found the string \"1 fortnight\"")]
    [InlineData("idle = 30", "layer1:1: idle: expected a duration such as 500 ms, 30 s, 5 m, 1 h or 7 d, from 1 m to 1 d, found the number 30")]
    [InlineData("limit = 0", "layer1:1: limit: expected a size such as 4096, 512 KiB, 64 MiB or 1 GB, from 1 B to 1 TiB, found the number 0")]
    [InlineData("schemes += \"x\"", "layer1:1: schemes: expected an upper-case scheme name, found the string \"x\"")]
    [InlineData("schemes = PLAIN", "layer1:1: schemes: expected a list [ … ] of texts, found the string \"PLAIN\"")]
    [InlineData("name = null", "layer1:1: name: expected text, found null")]
    public void OneFaultOneLine(string layer, string expected)
    {
        var (_, errors) = Bind(Good, layer);
        Assert.Equal(expected, Assert.Single(errors.Items).ToString());
    }

    [Fact]
    public void FindsEveryFaultInOneRun()
    {
        var (_, errors) = Bind(Good, "debug = 7, idle = x, imap { port = -1, x = 1 }, y = 2");
        Assert.Equal(["debug", "idle", "imap.port", "imap.x", "y"], errors.Items.Select(error => error.Path));
    }

    [Fact]
    public void AKeyMissingFromTheReferenceIsAFault()
    {
        var (_, errors) = Bind("name = x");
        Assert.Contains(errors.Items, error => error.Path == "limit" && error.Problem.StartsWith("missing", StringComparison.Ordinal));
    }

    [Fact]
    public void ValuesFromTheEnvironmentAreTexts()
    {
        var layers = new HoconLayers(new InMemoryHoconFiles(), name => name == "PORT" ? "2143" : null);
        var errors = new HoconErrors();
        var options = HoconSection.Bind(layers.AddText(Good, "f").AddText("imap.port = ${?PORT}", "g").Resolve(), errors, Bind);
        Assert.Equal((0, 2143), (errors.Items.Count, options.Imap.Port));
    }

    [Fact]
    public void FeedsTheConfigurationBuilder()
    {
        var root = HoconLayers.Parse("a { b = 1, c = [x, { d = true }], e = null }");
        var configuration = new ConfigurationBuilder().AddHocon(root).Build();
        Assert.Equal(("1", "x", "true", null), (configuration["a:b"], configuration["A:C:0"], configuration["a:c:1:d"], configuration["a:e"]));
    }

    [Fact]
    public void MapsAndLists()
    {
        var errors = new HoconErrors();
        var result = HoconSection.Bind(
            HoconLayers.Parse("m { x { v = 1 }, y = null, z = 3 }, l = [{ v = 2 }, { v = 3, w = 1 }]", "f"),
            errors,
            root => (root.Map("m", (name, item) => (name, item.Integer("v", 0, 9))), root.List("l", item => item.Integer("v", 0, 9))));
        Assert.Equal([("x", 1)], result.Item1);
        Assert.Equal([2, 3], result.Item2);
        Assert.Equal(["f:1: m.z: expected an object { … }, found the number 3", "f:1: l[1].w: unknown key; did you mean v?"],
            errors.Items.Select(error => error.ToString()));
    }

    [Theory]
    [InlineData("off", null, "")]
    [InlineData("64 KiB", 65536L, "")]
    [InlineData("0", null, "from 1 B to 1 MiB, or off")]
    [InlineData("2 MiB", null, "from 1 B to 1 MiB, or off")]
    [InlineData("[]", null, "from 1 B to 1 MiB, or off")]
    public void ASizeMayBeOff(string text, long? expected, string fault) => AssertOff(text, expected, fault, root => root.SizeOrOff("it", 1, 1 << 20));

    [Theory]
    [InlineData("off", null, "")]
    [InlineData("5000000000", 5_000_000_000L, "")]
    [InlineData("0", null, "a whole number from 1 to 9000000000, or off")]
    [InlineData("many", null, "a whole number from 1 to 9000000000, or off")]
    public void ANumberMayBeOff(string text, long? expected, string fault) =>
        AssertOff(text, expected, fault, root => root.IntegerOrOff("it", 1, 9_000_000_000));

    private static void AssertOff(string text, long? expected, string fault, Func<HoconSection, long?> bind)
    {
        var hocon = new HoconLayers(new InMemoryHoconFiles(), _ => null);
        hocon.AddText("it = " + text, "layer");
        var errors = new HoconErrors();

        Assert.Equal(expected, HoconSection.Bind(hocon.Resolve(), errors, bind));
        Assert.Equal(fault.Length > 0, errors.Items.Count == 1);
        Assert.All(errors.Items, item => Assert.Contains(fault, item.ToString(), StringComparison.Ordinal));
    }
}
