using System.Diagnostics;
using static MailCluster.Mime.Tests.Corpus;

namespace MailCluster.Mime.Tests;

/// <summary>Properties that hold for every message, tried on the corpus and on random mutations of it.</summary>
public sealed class MutationTests
{
    private const int Seed = 20260822;

    private static readonly byte[][] Seasoning =
    [
        "\r\n"u8.ToArray(), "\n"u8.ToArray(), "\r"u8.ToArray(), "\r\n\r\n"u8.ToArray(), "--"u8.ToArray(), "\r\n--"u8.ToArray(), "\""u8.ToArray(), "="u8.ToArray(),
        "=?utf-8?Q?"u8.ToArray(), "?="u8.ToArray(), "("u8.ToArray(), ")"u8.ToArray(), "<"u8.ToArray(), ">"u8.ToArray(), ";"u8.ToArray(), ":"u8.ToArray(), "\\"u8.ToArray(),
        "Content-Type: multipart/mixed; boundary=b\r\n"u8.ToArray(), "Content-Type: message/rfc822\r\n\r\n"u8.ToArray(), "--b\r\n"u8.ToArray(), "--b--\r\n"u8.ToArray(),
        "Content-Transfer-Encoding: base64\r\n"u8.ToArray(), "*0*="u8.ToArray(), "\0"u8.ToArray(), "\xFF"u8.ToArray(), "<!--"u8.ToArray(), "&#"u8.ToArray(), "["u8.ToArray(), "From "u8.ToArray(),
    ];

    [Fact]
    public void TheCorpusHasTheProperties()
    {
        foreach (var file in Files)
            Check(File.ReadAllBytes(file), MimeLimits.Default);
    }

    [Fact]
    public void MutationsHaveTheProperties()
    {
        var seeds = Directory.GetFiles(Folder, "*.eml").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).ToArray();
        var limits = new MimeLimits { NestingMax = 12, PartsMax = 60, HeaderFieldBytesMax = 2048, HeaderBytesMax = 8192, TextBytesMax = 6000 };
        for (var round = 0; round < 6000; round++)
        {
            var message = Mutate(new Random(Seed + round), seeds);
            try
            {
                Check(message, limits);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {Seed + round}: {e}\n{Convert.ToBase64String(message)}");
            }
        }
    }

    [Fact]
    public void DamagedSummariesFailInOneWayOnly()
    {
        var seeds = Directory.GetFiles(Folder, "*.eml").Order(StringComparer.Ordinal).Select(static f => new Summarised(File.ReadAllBytes(f)).SummaryBytes).ToArray();
        var refused = 0;
        for (var round = 0; round < 20000; round++)
        {
            var random = new Random(Seed + round);
            var bytes = (byte[])seeds[random.Next(seeds.Length)].Clone();
            for (var i = random.Next(1, 6); i > 0; i--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                if (MessageSummary.TryParse(bytes, out var summary))
                    Walk(summary, damaged: true);
            }
            catch (SummaryFormatException)
            {
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {Seed + round}: {e}");
            }
        }

        Assert.InRange(refused, 1000, 19999);
    }

    [Theory]
    [InlineData("Subject: ", "[]", 60_000, "\r\n\r\n")]
    [InlineData("Subject: ", "Re: [fwd: ", 60_000, "\r\n\r\n")]
    [InlineData("Subject: ", "=?utf-8?Q?", 60_000, "\r\n\r\n")]
    [InlineData("Subject: ", "=?u?B?YQ==?= ", 60_000, "\r\n\r\n")]
    [InlineData("To: ", "<@,", 60_000, "\r\n\r\n")]
    [InlineData("To: ", "(", 60_000, "\r\n\r\n")]
    [InlineData("To: ", "a@b \"", 60_000, "\r\n\r\n")]
    [InlineData("To: ", "a@b c ", 60_000, "\r\n\r\n")]
    [InlineData("To: ", "g:;", 60_000, "\r\n\r\n")]
    [InlineData("References: ", "<a", 60_000, "\r\n\r\n")]
    [InlineData("Content-Type: multipart/mixed", "; boundary*0=\"x", 60_000, "\r\n\r\n")]
    [InlineData("Content-Type: text/plain", ";a*1=b", 60_000, "\r\n\r\n")]
    [InlineData("Content-Type: text/plain; ", "x \"", 60_000, "\r\n\r\n")]
    [InlineData("Content-Type: text/html\r\n\r\n", "<a \"", 2_000_000, "")]
    [InlineData("Content-Type: text/html\r\n\r\n", "<!-", 2_000_000, "")]
    [InlineData("Content-Type: text/html\r\n\r\n", "<script></", 2_000_000, "")]
    [InlineData("Content-Type: text/html\r\n\r\n", "&#x1F", 2_000_000, "")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\r\n\r\n", "--b\r\n", 2_000_000, "")]
    [InlineData("Content-Type: multipart/mixed; boundary=b\r\n\r\n", "\n--b x", 2_000_000, "")]
    [InlineData("", "Content-Type: message/rfc822\r\n\r\n", 2_000_000, "")]
    [InlineData("", "X: y\r\n", 2_000_000, "")]
    [InlineData("X: y", "\r\n ", 2_000_000, "")]
    [InlineData("Content-Transfer-Encoding: quoted-printable\r\n\r\n", "= ", 2_000_000, "")]
    [InlineData("Content-Transfer-Encoding: quoted-printable\r\n\r\n", " ", 2_000_000, "")]
    [InlineData("Content-Transfer-Encoding: base64\r\n\r\n", "=A*", 2_000_000, "")]
    [InlineData("Content-Type: text/plain; charset=utf-7\r\n\r\n", "+AA", 2_000_000, "")]
    public void HostileRepetitionStaysLinear(string head, string repeated, int length, string tail)
    {
        var message = Bytes(head + string.Concat(Enumerable.Repeat(repeated, length / repeated.Length)) + tail);
        var watch = Stopwatch.StartNew();
        _ = new Summarised(message);
        // A second is a hundred times what it takes; what is quadratic takes minutes.
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"took {watch.Elapsed}");
    }

    private static void Check(byte[] message, MimeLimits limits)
    {
        var recorder = new Recorder(message);
        MimeReader.Read(message, limits, ref recorder);
        recorder.AssertDone();
        Assert.True(recorder.Parts <= limits.PartsMax);

        var m = new Summarised(message, limits);
        var summary = m.Summary;
        Walk(summary, damaged: false);
        Assert.Equal(message.Length, summary.Size);
        Assert.Equal(new ByteRange(0, message.Length), new ByteRange(summary.Root.Header.Offset, summary.Root.Header.Length + summary.Root.Body.Length));
        Assert.True(m.TextBytes.Length <= limits.TextBytesMax + SearchText.PrefixLength);
        Assert.True(System.Text.Unicode.Utf8.IsValid(SearchText.All(m.TextBytes)), "text is not UTF-8");
        Assert.True(System.Text.Unicode.Utf8.IsValid(summary.Preview), "preview is not UTF-8");
        Assert.True(m.SummaryBytes.Length <= (message.Length * 12) + 4096, "summary is out of proportion");
        CheckPart(m, summary.Root);
        var again = new Summarised(message, limits);
        Assert.Equal(m.SummaryBytes, again.SummaryBytes);
        Assert.Equal(m.TextBytes, again.TextBytes);
    }

    private static void CheckPart(Summarised m, in BodyPart part)
    {
        Assert.True(part.Body.End <= m.Message.Length);
        if (part.DecodedSize >= 0 && part.Kind == MimePartKind.Leaf)
        {
            var into = new ByteBuffer();
            var decoder = TransferDecoder.For(part);
            decoder.Decode(part.Body.Of(m.Message), into);
            decoder.Complete(into);
            Assert.Equal(into.Length, part.DecodedSize);
        }

        var count = 0;
        foreach (var child in part.Children)
        {
            Assert.True(child.Header.Offset >= part.Body.Offset && child.Body.End <= part.Body.End, "a part is not within its parent");
            CheckPart(m, child);
            count++;
        }

        Assert.Equal(part.Kind != MimePartKind.Leaf, count > 0);
    }

    /// <summary>Reads everything that a summary can be asked.</summary>
    private static void Walk(in MessageSummary summary, bool damaged)
    {
        foreach (var field in summary.Headers)
            _ = field.Name.Length + field.Field.Length;
        _ = summary.Preview.Length + summary.SearchSubject.Length + summary.SearchFrom.Length + summary.SearchTo.Length + summary.SearchCc.Length + summary.SearchBcc.Length;
        _ = summary.BaseSubject.Length + summary.SortFrom.Length + summary.SortTo.Length + summary.SortCc.Length + summary.DisplayFrom.Length + summary.DisplayTo.Length;
        _ = summary.SentDate?.LocalDate;
        _ = summary.SentDate?.ToDateTimeOffset();
        _ = summary.MessageId.Value.Length;
        foreach (var id in summary.References)
            _ = id.Length;
        WalkPart(summary.Root, 0, damaged);
    }

    /// <summary>IMAP strings hold no NUL, and a value is one line whatever the message has.</summary>
    private static void AssertOneLine(string text) => Assert.Equal(-1, text.AsSpan().IndexOfAny('\r', '\n', '\0'));

    private static void WalkPart(in BodyPart part, int depth, bool damaged)
    {
        Assert.True(depth < 300);
        var strings = Text(part.Type) + Text(part.Subtype) + Text(part.EncodingName) + part.Id.ToString() + part.Description.ToString()
            + part.Md5.ToString() + part.Location.ToString() + part.Disposition.ToString()
            + Summarised.List(part.Parameters) + Summarised.List(part.DispositionParameters);
        foreach (var language in part.Languages)
            strings += Text(language);
        if (part.IsMessage)
        {
            var e = part.Envelope;
            strings += Summarised.List(e.From) + Summarised.List(e.Sender) + Summarised.List(e.ReplyTo) + Summarised.List(e.To)
                + Summarised.List(e.Cc) + Summarised.List(e.Bcc) + e.Subject.ToString() + e.Date.ToString() + e.InReplyTo.ToString() + e.MessageId.ToString();
        }

        if (!damaged)
            AssertOneLine(strings);
        foreach (var child in part.Children)
            WalkPart(child, depth + 1, damaged);
    }

    private static byte[] Mutate(Random random, byte[][] seeds)
    {
        var message = seeds[random.Next(seeds.Length)].ToList();
        for (var i = random.Next(1, 12); i > 0; i--)
        {
            var at = random.Next(message.Count + 1);
            switch (random.Next(6))
            {
                case 0:
                    message.InsertRange(at, Seasoning[random.Next(Seasoning.Length)]);
                    break;
                case 1:
                    message.RemoveRange(at, Math.Min(random.Next(40), message.Count - at));
                    break;
                case 2 when at < message.Count:
                    message[at] = (byte)random.Next(256);
                    break;
                case 3:
                    var other = seeds[random.Next(seeds.Length)];
                    var from = random.Next(other.Length + 1);
                    message.InsertRange(at, other.Skip(from).Take(random.Next(200)));
                    break;
                case 4:
                    var line = message.GetRange(at, Math.Min(random.Next(80), message.Count - at));
                    message.InsertRange(random.Next(message.Count + 1), line);
                    break;
                default:
                    message.InsertRange(at, Enumerable.Repeat(Seasoning[random.Next(Seasoning.Length)], random.Next(1, 6)).SelectMany(static s => s));
                    break;
            }
        }

        return [.. message];
    }
}
