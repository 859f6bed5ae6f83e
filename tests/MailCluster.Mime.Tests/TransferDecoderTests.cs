using System.Text;
using static MailCluster.Mime.Tests.Corpus;

namespace MailCluster.Mime.Tests;

public sealed class TransferDecoderTests
{
    [Theory]
    [InlineData(TransferEncoding.Base64, "SGVsbG8=", "Hello")]
    [InlineData(TransferEncoding.Base64, "SGVs\r\nbG8=\r\n", "Hello")]
    [InlineData(TransferEncoding.Base64, "SGVsbG8", "Hello")]
    [InlineData(TransferEncoding.Base64, "S G\tV*s-bG8=", "Hello")]
    [InlineData(TransferEncoding.Base64, "SGVsbG8=\r\n-- \r\nlist footer\r\n", "Hello")]
    [InlineData(TransferEncoding.Base64, "S", "")]
    [InlineData(TransferEncoding.Base64, "=SGVs", "Hel")]
    [InlineData(TransferEncoding.Base64, "", "")]
    [InlineData(TransferEncoding.QuotedPrintable, "a=3Db", "a=b")]
    [InlineData(TransferEncoding.QuotedPrintable, "a=3db=\r\nc", "a=bc")]
    [InlineData(TransferEncoding.QuotedPrintable, "a=\nb", "ab")]
    [InlineData(TransferEncoding.QuotedPrintable, "a= \t\r\nb", "ab")]
    [InlineData(TransferEncoding.QuotedPrintable, "a  \r\nb\t", "a\r\nb")]
    [InlineData(TransferEncoding.QuotedPrintable, "a=20\r\nb", "a \r\nb")]
    [InlineData(TransferEncoding.QuotedPrintable, "=ZZ=4 =", "=ZZ=4 ")]
    [InlineData(TransferEncoding.QuotedPrintable, "=", "")]
    [InlineData(TransferEncoding.QuotedPrintable, "==41", "=A")]
    [InlineData(TransferEncoding.UuEncode, "begin 644 x\n+:&5L;&\\@=V]R;&0`\n`\nend\nmore", "hello world")]
    [InlineData(TransferEncoding.UuEncode, "no begin\n", "")]
    [InlineData(TransferEncoding.EightBit, "a=3D\n", "a=3D\n")]
    public void DecodesHoweverItIsCut(TransferEncoding encoding, string encoded, string expected)
    {
        var bytes = Bytes(encoded);
        for (var size = 1; size <= bytes.Length + 1; size++)
        {
            Assert.Equal(expected, Encoding.Latin1.GetString(Decode(encoding, false, bytes, size)));
            Assert.Equal(Crlf(expected), Encoding.Latin1.GetString(Decode(encoding, true, bytes, size)));
        }
    }

    [Fact]
    public void RandomBytesSurviveAndAreCounted()
    {
        var random = new Random(20260817);
        for (var round = 0; round < 200; round++)
        {
            var content = new byte[random.Next(0, 4000)];
            random.NextBytes(content);
            var encoded = Bytes(Convert.ToBase64String(content, round % 2 == 0 ? Base64FormattingOptions.InsertLineBreaks : Base64FormattingOptions.None));
            Assert.Equal(content, Decode(TransferEncoding.Base64, false, encoded, random.Next(1, 5000)));
            Assert.Equal(content.Length, default(Base64State).Count(encoded));
        }
    }

    [Fact]
    public void CountingAgreesWithDecodingOnRubbish()
    {
        var random = new Random(4711);
        var alphabet = "ABCabc012+/=\r\n\n -*"u8.ToArray();
        for (var round = 0; round < 2000; round++)
        {
            var encoded = random.GetItems(alphabet, random.Next(0, 60));
            Assert.Equal(Decode(TransferEncoding.Base64, false, encoded, 7).Length, default(Base64State).Count(encoded));
            var whole = Decode(TransferEncoding.QuotedPrintable, true, encoded, 1000);
            Assert.Equal(whole, Decode(TransferEncoding.QuotedPrintable, true, encoded, random.Next(1, 20)));
        }
    }

    [Fact]
    public void AnUnknownEncodingIsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => new TransferDecoder(TransferEncoding.Unknown));

    [Theory]
    [InlineData("BASE64", TransferEncoding.Base64)]
    [InlineData(" quoted-printable ", TransferEncoding.QuotedPrintable)]
    [InlineData("\"8bit\"", TransferEncoding.EightBit)]
    [InlineData("7bit;", TransferEncoding.SevenBit)]
    [InlineData("(c) binary", TransferEncoding.Binary)]
    [InlineData("", TransferEncoding.SevenBit)]
    [InlineData("x-uue", TransferEncoding.UuEncode)]
    [InlineData("base65", TransferEncoding.Unknown)]
    public void Names(string value, TransferEncoding expected) => Assert.Equal(expected, TransferEncodings.Parse(Bytes(value)));

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("KOI8-R", true)]
    [InlineData("x-sjis", true)]
    [InlineData("us-ascii", true)]
    [InlineData("iso-8859-8-i", true)]
    [InlineData("utf-7", true)]
    [InlineData("klingon", false)]
    [InlineData("", false)]
    public void Charsets(string name, bool known) => Assert.Equal(known, MailCharset.IsKnown(Bytes(name)));

    [Theory]
    [InlineData("utf-7", "Hi Mom -+Jjo--!", "Hi Mom -☺-!")]
    [InlineData("utf-7", "a+-b", "a+b")]
    [InlineData("iso-8859-1", "\u0080", "€")]
    [InlineData("klingon", "abc", "abc")]
    public void CharsetDecoding(string name, string latin, string expected)
    {
        var into = new ByteBuffer();
        MailCharset.AppendUtf8(Bytes(name), Encoding.Latin1.GetBytes(latin), into);
        Assert.Equal(expected, Text(into.Written));
    }

    [Fact]
    public void LongTextInASlowCharsetIsNotBrokenAtBufferEnds()
    {
        var text = string.Concat(Enumerable.Range(0, 5000).Select(static i => i % 3 == 0 ? "😀" : "字x"));
        var into = new ByteBuffer();
        MailCharset.AppendUtf8("gb18030"u8, Encoding.GetEncoding("gb18030").GetBytes(text), into);
        Assert.Equal(text, Text(into.Written));
        into.Clear();
        MailCharset.AppendUtf8("utf-16le"u8, Encoding.Unicode.GetBytes(text), into);
        Assert.Equal(text, Text(into.Written));
    }

    [Theory]
    [InlineData("utf-16", "FEFF00480069", "Hi")]
    [InlineData("utf-16", "FFFE48006900", "Hi")]
    [InlineData("utf-16", "00480069", "Hi")]
    [InlineData("utf-16", "48006900", "Hi")]
    [InlineData("utf-16", "5B574E2D", "字中")]
    [InlineData("utf-16le", "575B2D4E", "字中")]
    [InlineData("utf-16le", "FEFF00480069", "Hi")]
    [InlineData("utf-16be", "FFFE48006900", "Hi")]
    [InlineData("utf-16be", "4E2D", "中")]
    [InlineData("utf-32", "0000FEFF00000048", "H")]
    [InlineData("utf-32", "FFFE000048000000", "H")]
    [InlineData("utf-32", "00000048", "H")]
    public void TheByteOrderOfWideCharsetsIsThatOfTheMark(string name, string bytes, string expected)
    {
        var into = new ByteBuffer();
        MailCharset.AppendUtf8(Bytes(name), Convert.FromHexString(bytes), into);
        Assert.Equal(expected, Text(into.Written));
    }

    private static byte[] Decode(TransferEncoding encoding, bool crlf, byte[] bytes, int size)
    {
        var decoder = new TransferDecoder(encoding, crlf);
        var into = new ByteBuffer();
        foreach (var piece in bytes.Chunk(size))
            decoder.Decode(piece, into);
        decoder.Complete(into);
        return into.ToArray();
    }

    private static string Crlf(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);
}
