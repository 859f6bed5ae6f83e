using System.Diagnostics;
using System.Text;
using static MailCluster.Sieve.Tests.Messages.Sample;

namespace MailCluster.Sieve.Tests.Messages;

/// <summary>What holds for every message and every edit, tried on the corpus and on random mutations of it.</summary>
public sealed class MessageMutationTests
{
    private const int Seed = 20261126;

    private static readonly SieveMessageLimits s_tight =
        new() { BodyBytesMax = 4096, HeaderBytesMax = 4096, FieldsMax = 40, FieldBytesMax = 512, PartsMax = 40, NestingMax = 10 };

    private static readonly string[] s_seasoning =
    [
        "\r\n", "\n", "\r", "\r\n\r\n", "--", "\r\n--b\r\n", "--b--\r\n", "Content-Type: multipart/mixed; boundary=b\r\n", "Content-Type: message/rfc822\r\n\r\n", "--=_mc_7\r\n",
        "Content-Transfer-Encoding: base64\r\n", "Content-Transfer-Encoding: quoted-printable\r\n", "Content-Type: text/html; charset=utf-16\r\n", "=?utf-8?b?", "?=", "\0", "\xFF", "From x\r\n", " ", ":",
    ];

    [Fact]
    public void The_corpus_has_the_properties()
    {
        foreach (var file in CorpusFiles)
            Check(File.ReadAllBytes(file), new Random(Seed), SieveMessageLimits.Default);
    }

    [Fact]
    public void Mutations_have_the_properties()
    {
        var seeds = CorpusFiles.Select(File.ReadAllBytes).ToArray();
        for (var round = 0; round < 3000; round++)
        {
            var random = new Random(Seed + round);
            var bytes = Mutate(random, seeds);
            try
            {
                Check(bytes, random, round % 2 == 0 ? s_tight : SieveMessageLimits.Default);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {Seed + round}: {e}\n{Convert.ToBase64String(bytes)}");
            }
        }
    }

    [Theory]
    [InlineData("", "Content-Type: message/rfc822\r\n\r\n")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\n\r\n")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n")]
    [InlineData("", "a:\n")]
    [InlineData("To: ", "a,")]
    [InlineData("Subject: ", "=?utf-8?q?a?= ")]
    [InlineData("Content-Type: x/y", ";a*1=b")]
    [InlineData("Content-Type: text/html\r\n\r\n", "<a \"")]
    [InlineData("Subject: x\r\n\r\n", "--=_mc_1\r\n")]
    public void Hostile_repetition_stays_linear(string head, string repeated)
    {
        var message = Encoding.UTF8.GetBytes(head + string.Concat(Enumerable.Repeat(repeated, 8_000_000 / repeated.Length)));
        var watch = Stopwatch.StartNew();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var seen = SieveMessage.Create(message);
        Walk(seen);
        seen = seen.AddHeader("X-New", "1", last: true).Enclose(new SieveEnclosure("w", null, ["To"]));
        Walk(seen);
        Assert.Equal(seen.Size, seen.ToBytes().Length);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"took {watch.Elapsed}");
        // Eight million octets: the body as text three times over in UTF-16, once as edited octets, and the objects for parts and fields.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 128L * 1024 * 1024);
        GC.KeepAlive(seen);
    }

    private static void Check(byte[] bytes, Random random, SieveMessageLimits limits)
    {
        var copy = (byte[])bytes.Clone();
        var message = SieveMessage.Create(bytes, limits);
        Walk(message);
        Assert.False(message.IsEdited);
        Assert.True(message.ToBytes().Span.SequenceEqual(copy), "a message without edits is not what was delivered");

        CheckHeaderEdits(message, limits);
        var edited = message;
        var removed = false;
        for (var i = random.Next(1, 6); i > 0; i--)
            edited = Edit(edited, random, ref removed);
        Walk(edited);
        Assert.Equal(edited.Size, edited.ToBytes().Length);
        Assert.True(bytes.AsSpan().SequenceEqual(copy), "an edit wrote into the delivered octets");
        Walk(SieveMessage.Create(edited.ToBytes(), limits));
    }

    /// <summary>A field that is added and removed again leaves every octet where it was.</summary>
    private static void CheckHeaderEdits(SieveMessage message, SieveMessageLimits limits)
    {
        var original = message.ToBytes().ToArray();
        foreach (var last in new[] { false, true })
        {
            var added = message.AddHeader("X-Fuzz-Mark", "märk\r\nEvil: 1\r\n\r\nbody", last);
            var again = SieveMessage.Create(added.ToBytes(), limits);
            var values = again.Root.Fields("X-Fuzz-Mark");
            if (!last)
                Assert.Equal("märk Evil: 1  body", Assert.Single(values).Text);
            var back = added.DeleteHeaders("X-Fuzz-Mark", [0]);
            var octets = back.ToBytes().Span;
            // The last line of a header that stops short may have got its line end.
            Assert.True(octets.SequenceEqual(original) || (last && octets.Length <= original.Length + 2 && octets.StartsWith(original)), "adding and removing a field changed something else");
        }
    }

    private static SieveMessage Edit(SieveMessage message, Random random, ref bool removed)
    {
        var parts = Parts(message.Root).ToArray();
        switch (random.Next(5))
        {
            case 0:
                return message.AddHeader("X-A", s_seasoning[random.Next(s_seasoning.Length)], random.Next(2) == 0);
            case 1:
                removed = true;
                return message.DeleteHeaders("Content-Type", [0]);
            case 2:
                return message.Enclose(new SieveEnclosure(s_seasoning[random.Next(s_seasoning.Length)], random.Next(2) == 0 ? "s" : null, ["To", "Subject", "X-A"]));
            case 3:
                try
                {
                    return message.Replace(parts[random.Next(parts.Length)], new SieveReplacement(string.Concat(s_seasoning.OrderBy(_ => random.Next()).Take(5)), true, "ü", "ä <a@b>"));
                }
                catch (SieveEditException)
                {
                    return message;
                }

            default:
                var part = parts[random.Next(parts.Length)];
                var edited = message.Replace(part, new SieveReplacement("--b\r\n--b--\r\nreplaced", false, null, null));
                Assert.Contains("replaced", edited.Find(part)!.ExtractText(100), StringComparison.Ordinal);
                return edited;
        }
    }

    /// <summary>Asks a message everything that it can be asked.</summary>
    private static void Walk(SieveMessage message)
    {
        _ = message.RawBody.Length + message.BodyTexts.Count + message.BodyContents("").Count + message.BodyContents("multipart").Count;
        Assert.Equal(message.HasBody, message.BodyContents("").Count > 0);
        foreach (var part in Parts(message.Root))
        {
            Assert.Same(part, message.Find(part));
            Assert.InRange(part.ExtractText(10).Length, 0, 10);
            foreach (var name in new[] { "From", "To", "Content-Type", "Content-Disposition", "Subject", "a" })
            {
                foreach (var field in part.Fields(name).Take(10))
                {
                    Assert.Equal(name, field.Name, ignoreCase: true);
                    Assert.Equal(-1, field.Text.AsSpan().IndexOfAny('\r', '\n'));
                    _ = field.Addresses.Count + field.MimeType.Type.Length + (field.MimeParameter("charset")?.Length ?? 0);
                }
            }
        }
    }

    private static byte[] Mutate(Random random, byte[][] seeds)
    {
        var message = seeds[random.Next(seeds.Length)].ToList();
        for (var i = random.Next(1, 10); i > 0; i--)
        {
            var at = random.Next(message.Count + 1);
            switch (random.Next(4))
            {
                case 0:
                    message.RemoveRange(at, Math.Min(random.Next(40), message.Count - at));
                    break;
                case 1 when at < message.Count:
                    message[at] = (byte)random.Next(256);
                    break;
                case 2:
                    var other = seeds[random.Next(seeds.Length)];
                    message.InsertRange(at, other.Skip(random.Next(other.Length + 1)).Take(random.Next(200)));
                    break;
                default:
                    message.InsertRange(at, Encoding.Latin1.GetBytes(s_seasoning[random.Next(s_seasoning.Length)]));
                    break;
            }
        }

        return [.. message];
    }
}
