using System.Text;
using static MailCluster.Mime.Tests.Corpus;

namespace MailCluster.Mime.Tests;

/// <summary>What is written reads back as what was meant, in lines that every program can carry.</summary>
public sealed class WritingTests
{
    private const int Seed = 20261126;

    [Theory]
    [InlineData("", "X:\r\n")]
    [InlineData("plain", "X: plain\r\n")]
    [InlineData("two  spaces", "X: two  spaces\r\n")]
    [InlineData("Grüße", "X: =?UTF-8?B?R3LDvMOfZQ==?=\r\n")]
    [InlineData("a ö b", "X: a =?UTF-8?B?w7Y=?= b\r\n")]
    [InlineData("a café au lait, garçon", "X: a =?UTF-8?B?Y2Fmw6k=?= au lait, =?UTF-8?Q?gar=C3=A7on?=\r\n")]
    [InlineData("ä ö", "X: =?UTF-8?B?w6Qgw7Y=?=\r\n")]
    [InlineData("=?x?q?y?=", "X: =?UTF-8?B?PT94P3E/eT89?=\r\n")]
    public void Text_is_encoded_where_it_must_be(string value, string expected) => Assert.Equal(expected, Field(value));

    [Theory]
    [InlineData("a\r\nInjected: b", "a Injected: b")]
    [InlineData("a\nb\rc\0d\u007F", "a b c d")]
    [InlineData("\t a \t", "a")]
    public void Nothing_in_a_value_ends_the_field(string value, string read) => Assert.Equal([read], ReadBack(Field(value)));

    [Fact]
    public void Random_text_reads_back_and_fits_the_lines()
    {
        string[] pieces = ["a", "word", " ", "  ", "ä", "日本語", "\U0001F600", "=?", "?=", "_", "=", ",", "\"", "longer-than-most-words-are", "\t", new string('x', 120)];
        for (var round = 0; round < 4000; round++)
        {
            var random = new Random(Seed + round);
            var value = string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => pieces[random.Next(pieces.Length)])).Trim(' ', '\t');
            var field = Field(value);
            Assert.Equal([value], ReadBack(field));
            Assert.True(System.Text.Ascii.IsValid(Encoding.UTF8.GetBytes(field)));
            foreach (var line in field.Split("\r\n")[..^1])
            {
                Assert.False(string.IsNullOrWhiteSpace(line), $"seed {Seed + round}: a line without content");
                // Only what has no white space in it may be longer.
                Assert.True(line.Length <= 78 || line.Split(' ', '\t').Any(static word => word.Length > 70), $"seed {Seed + round}: {line}");
            }
        }
    }

    [Fact]
    public void A_word_that_cannot_be_folded_is_encoded()
    {
        var value = new string('y', 5000);
        Assert.Equal([value], ReadBack(Field(value)));
        Assert.All(Field(value).Split("\r\n"), static line => Assert.InRange(line.Length, 0, 78));
    }

    [Theory]
    [InlineData("a@example.org", "From: a@example.org\r\n")]
    [InlineData("Ada <a@example.org>", "From: Ada <a@example.org>\r\n")]
    [InlineData("\"Kern, Ada\" <a@example.org>", "From: \"Kern, Ada\" <a@example.org>\r\n")]
    [InlineData("Zoë <z@example.org>, b@example.net", "From: =?UTF-8?Q?Zo=C3=AB?= <z@example.org>, b@example.net\r\n")]
    [InlineData("\"j. d\"@example.org", "From: \"j. d\"@example.org\r\n")]
    [InlineData("x <a@b>\r\nBcc: c@d", "From: x <a@b>\r\n")]
    public void Addresses_are_written_as_addresses(string value, string expected)
    {
        var into = new ByteBuffer();
        HeaderFieldWriter.AppendAddresses(into, "From", value, "\r\n"u8);
        Assert.StartsWith(expected[..^2], Text(into.Written), StringComparison.Ordinal);
        Assert.Single(ReadBack(Text(into.Written)));
    }

    [Fact]
    public void Quoted_printable_reads_back_and_never_looks_like_a_delimiter()
    {
        string[] pieces = ["a", "--", "-", "From ", "=", "ä", "\U0001F600", " ", "\t", "\r\n", "\n", ".", new string('z', 80), "\0", "\u007F", "--boundary--"];
        for (var round = 0; round < 4000; round++)
        {
            var random = new Random(Seed + round);
            var text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => pieces[random.Next(pieces.Length)]));
            var encoded = new ByteBuffer();
            QuotedPrintableWriter.AppendText(encoded, Encoding.UTF8.GetBytes(text), "\r\n"u8);
            var decoded = new ByteBuffer();
            TransferDecoder.Decode(TransferEncoding.QuotedPrintable, false, encoded.Written, decoded);
            Assert.Equal(text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal), Text(decoded.Written));
            foreach (var line in Text(encoded.Written).Split("\r\n"))
            {
                Assert.InRange(line.Length, 0, 76);
                Assert.False(line.StartsWith("--", StringComparison.Ordinal) || line.StartsWith("From ", StringComparison.Ordinal), $"seed {Seed + round}: {line}");
                Assert.False(line.EndsWith(' ') || line.EndsWith('\t'), $"seed {Seed + round}: white space at the end");
            }
        }
    }

    [Fact]
    public void Values_of_mime_fields_are_read()
    {
        var type = MimeFieldValue.ParseContentType("Text/Plain; charset=\"utf-8\"; name*0=a; name*1=b; x*=utf-8''%C3%A4; y=\"=?utf-8?q?=C3=B6?=\""u8);
        Assert.Equal(("Text", "Plain"), (type.Type, type.Subtype));
        Assert.Equal(["charset=utf-8", "name=ab", "x=ä", "y=ö"], type.Parameters.Select(static p => $"{p.Key}={p.Value}"));
        Assert.Null(type.Find("z"));
        Assert.Equal("attachment", MimeFieldValue.ParseDisposition("attachment; filename=x"u8).Type);
        Assert.Equal("x", MimeFieldValue.ParseDisposition("filename=x"u8).Find("FileName"));
        Assert.Equal("", MimeFieldValue.ParseContentType(""u8).Type);
    }

    [Fact]
    public void The_reader_of_fields_tells_where_the_body_begins()
    {
        foreach (var (text, offset) in new[] { ("A: b\r\n\r\nbody", 8), ("A: b\n\nbody", 6), ("A: b\r\n", 6), ("A: b", 4), ("", 0), ("\r\nbody", 2), ("A: b\r\nnot a field\r\n", 6), ("body", 0) })
        {
            var reader = new HeaderFieldReader(Bytes(text));
            while (reader.MoveNext())
            {
            }

            Assert.Equal(offset, reader.BodyOffset);
            Assert.False(reader.MoveNext());
        }
    }

    private static string Field(string value)
    {
        var into = new ByteBuffer();
        HeaderFieldWriter.AppendText(into, "X", value, "\r\n"u8);
        return Text(into.Written);
    }

    private static string[] ReadBack(string field)
    {
        var list = new List<string>();
        var reader = new HeaderFieldReader(Bytes(field));
        while (reader.MoveNext())
            list.Add(Rfc2047.Decode(reader.Value));
        return [.. list];
    }
}
