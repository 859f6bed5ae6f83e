using System.Diagnostics;
using Xunit.Abstractions;

namespace MailCluster.Hocon.Tests;

/// <summary>Damaged files: the reader answers with a tree or a <see cref="HoconException"/>, quickly, and nothing else.</summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private const int Rounds = 20_000;

    private static readonly string[] Seeds =
    [
        "# c\nmailcluster { data-dir = ./data, listeners { imap { address = \"0.0.0.0\", port = 1143 } } }\n",
        "a = ${b} { c = ${a.x} }, b { x = 1, y = [1, ${?HOME}, \"\"\"raw\"\"\"] }\nb.y += 3\ninclude \"inc\"",
        "p = [/a], p = ${p} [/b], q = ${p} ${?none} [c], s = x ${a.b} \"y\\u00e9\\n\" // end\na { b = ${a.c}, c = 5 s }",
        "l = [{ a += 1, a += ${x} }, [[1], []], 1.5e+3 true null]\nx = ${l}\n\"q.k\".z : null\nx += 1",
    ];

    private static readonly string[] Fragments =
        ["${", "${?", "}", "{", "[", "]", "\"", "\"\"\"", "\n", ",", "=", "+=", ":", ".", "#", "//", "include \"inc\"", "a", "b", "x", "${a}", "${b.x}", "${x}", "\\u", "\0", "\ud800"];

    [Fact]
    public void NeverCrashesNorHangs()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var files = new InMemoryHoconFiles().Add("inc", "a = ${?x}, x = ${?b.y}, include \"inc2\"").Add("inc2", "c += ${a}");
        var watch = Stopwatch.StartNew();
        var good = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var text = Mutate(random, Seeds[random.Next(Seeds.Length)]);
            try
            {
                new HoconLayers(files, name => name == "HOME" ? "/h" : null).AddText(text, "mutant").Resolve();
                good++;
            }
            catch (HoconException error)
            {
                Assert.NotEmpty(error.Problem);
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed} round {round}: {error}\n{text}");
            }
        }
        output.WriteLine($"{good} of {Rounds} still read");
        Assert.InRange(good, 1, Rounds - 1);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromMinutes(2));
    }

    private static string Mutate(Random random, string text)
    {
        for (var count = random.Next(1, 6); count > 0; count--)
        {
            var at = random.Next(text.Length + 1);
            var length = Math.Min(random.Next(0, 8), text.Length - at);
            text = random.Next(5) switch
            {
                0 => text.Remove(at, length),
                1 => text.Insert(at, Fragments[random.Next(Fragments.Length)]),
                2 => text.Insert(random.Next(text.Length + 1), text.Substring(at, length)),
                3 => text[..at],
                _ => text[..at] + (char)random.Next(1, 0x2100) + text[at..],
            };
        }
        return text;
    }
}
