using static MailCluster.Mime.Tests.Corpus;

namespace MailCluster.Mime.Tests;

/// <summary>What BODYSTRUCTURE says, above all where mail is broken.</summary>
public sealed class StructureTests
{
    [Theory]
    [InlineData("empty", "text/plain")]
    [InlineData("body-only", "text/plain")]
    [InlineData("lf-only", "multipart/mixed(text/plain text/html)")]
    [InlineData("nested", "multipart/mixed(multipart/related(multipart/alternative(text/plain text/html) image/gif) text/plain)")]
    [InlineData("no-boundary-parameter", "text/plain")]
    [InlineData("boundary-never-found", "text/plain")]
    [InlineData("boundary-twice", "multipart/mixed(multipart/alternative(text/plain text/html) text/plain)")]
    [InlineData("boundary-prefix", "multipart/mixed(multipart/alternative(text/plain text/html) text/plain)")]
    [InlineData("inner-not-closed", "multipart/mixed(multipart/alternative(text/plain text/html) text/plain)")]
    [InlineData("close-only", "multipart/mixed(text/plain)")]
    [InlineData("empty-parts", "multipart/mixed(text/plain text/html text/plain text/plain)")]
    [InlineData("report", "multipart/report(text/plain message/delivery-status text/rfc822-headers)")]
    [InlineData("bad-content-type", "multipart/mixed(text/plain text/plain text/plain TEXT/HTML text/plain)")]
    [InlineData("delimiter-in-header", "multipart/mixed(text/plain text/plain)")]
    public void Shape(string name, string structure) => Assert.Equal(structure, new Summarised(Read(name)).Structure);

    [Fact]
    public void FieldsOfAnAttachment()
    {
        var part = new Summarised(Read("attachment")).Part(2);
        Assert.Equal("name=data file.bin", Summarised.List(part.Parameters));
        Assert.Equal("<part2@example.org>", part.Id.ToString());
        Assert.Equal("all bytes, thrice", part.Description.ToString());
        Assert.Equal("base64", Text(part.EncodingName));
        Assert.Equal(TransferEncoding.Base64, part.Encoding);
        Assert.Equal("Q2hlY2sgSW50ZWdyaXR5IQ==", part.Md5.ToString());
        Assert.Equal("attachment", part.Disposition.ToString());
        Assert.Equal("filename=data file.bin; size=768", Summarised.List(part.DispositionParameters));
        var languages = new List<string>();
        foreach (var language in part.Languages)
            languages.Add(Text(language));
        Assert.Equal(["de", "en"], languages);
        Assert.Equal("http://example.org/data", part.Location.ToString());
        Assert.Equal(768, part.DecodedSize);
        Assert.Equal(13, part.BodyLines);
        Assert.False(part.IsMessage);
    }

    [Fact]
    public void FieldsThatAreAbsentAreNil()
    {
        var part = new Summarised("\n\nx").Part();
        Assert.Equal("charset=us-ascii", Summarised.List(part.Parameters));
        Assert.True(part.Id.IsNil);
        Assert.True(part.Description.IsNil);
        Assert.True(part.Md5.IsNil);
        Assert.True(part.Disposition.IsNil);
        Assert.True(part.DispositionParameters.IsEmpty);
        Assert.True(part.Languages.IsEmpty);
        Assert.True(part.Location.IsNil);
        Assert.Equal("7bit", Text(part.EncodingName));
    }

    [Fact]
    public void ParametersWithRfc2231()
    {
        var m = new Summarised(Read("rfc2231"));
        Assert.Equal("name=part one, part two.pdf", Summarised.List(m.Part(1).Parameters));
        Assert.Equal("filename*=Grüße 2026.pdf", Summarised.List(m.Part(1).DispositionParameters));
        Assert.Equal("name*=naïve.pdf", Summarised.List(m.Part(2).Parameters));
        Assert.Equal("filename=with \"quotes\" and C:\\dir.pdf", Summarised.List(m.Part(2).DispositionParameters));
        foreach (var parameter in m.Part(1).DispositionParameters)
            Assert.Equal("utf-8'de'Gr%C3%BC%C3%9Fe%202026.pdf", Text(parameter.WireValue));
        foreach (var parameter in m.Part(2).Parameters)
            Assert.Equal("iso-8859-1''na%EFve.pdf", Text(parameter.WireValue));
    }

    [Theory]
    [InlineData("text/plain; a=1; b=\"2;3\"; c = 4 ", "a=1; b=2;3; c=4; charset=us-ascii")]
    [InlineData("text/plain;;; charset=utf-8;", "charset=utf-8")]
    [InlineData("text/plain charset=utf-8", "charset=utf-8")]
    [InlineData("text/plain; charset=\"utf-8", "charset=utf-8")]
    [InlineData("text/plain; charset=utf-8 (really)", "charset=utf-8")]
    [InlineData("text/plain; charset=utf-8; name=a b (1).txt", "charset=utf-8; name=a b (1).txt")]
    [InlineData("text/plain (x;y=z); charset=utf-8", "charset=utf-8")]
    [InlineData("text/plain; n*1=b; n*0=a; charset=x; n*2=c", "n=abc; charset=x")]
    [InlineData("text/plain; n*=broken; charset=x", "n*=broken; charset=x")]
    [InlineData("text/plain; n*0*=utf-8''%E2%82; n*1*=%AC; charset=x", "n*=€; charset=x")]
    [InlineData("text/plain; junk; charset=x", "charset=x")]
    [InlineData("charset=x", "charset=x")]
    public void Parameters(string type, string expected) =>
        Assert.Equal(expected, Summarised.List(new Summarised($"Content-Type: {type}\n\nx").Part().Parameters));

    [Theory]
    [InlineData("attachment; filename=x", "attachment", "filename=x")]
    [InlineData("INLINE", "INLINE", "")]
    [InlineData("; filename=x", "attachment", "filename=x")]
    [InlineData("filename=x", "attachment", "filename=x")]
    [InlineData("", "NIL", "")]
    public void Disposition(string value, string type, string parameters)
    {
        var part = new Summarised($"Content-Disposition: {value}\n\nx").Part();
        Assert.Equal(type, part.Disposition.ToString());
        Assert.Equal(parameters, Summarised.List(part.DispositionParameters));
    }

    [Fact]
    public void DeepNestingStopsAtTheLimit()
    {
        var m = new Summarised(Read("too-deep"));
        Assert.True(m.Summary.IsCut);
        Assert.Equal(100, m.Summary.PartCount);
        var part = m.Summary.Root;
        for (var depth = 1; depth < 100; depth++)
        {
            Assert.Equal(MimePartKind.Multipart, part.Kind);
            var children = part.Children;
            Assert.True(children.MoveNext());
            part = children.Current;
        }

        Assert.Equal("application/octet-stream", $"{Text(part.Type)}/{Text(part.Subtype)}");
        Assert.Contains("innermost", Text(part.Body.Of(m.Message)));
        Assert.Equal(31, new Summarised(Read("deep")).Summary.PartCount);
    }

    [Fact]
    public void ManyPartsStopAtTheLimit()
    {
        var lines = "Content-Type: multipart/mixed; boundary=b\n\n" + string.Concat(Enumerable.Range(0, 50).Select(static i => $"--b\n\npart {i}\n")) + "--b--\n";
        var m = new Summarised(lines, new MimeLimits { PartsMax = 20 });
        Assert.Equal(20, m.Summary.PartCount);
        Assert.Equal("part 18", m.Section("19"));
        Assert.Null(m.Section("20"));
    }

    [Fact]
    public void AHugeHeaderIsCutButItsEndIsFound()
    {
        var lines = string.Concat(Enumerable.Range(0, 500).Select(static i => $"X-{i}: value\n")) + "Subject: late\n\nbody\n";
        var m = new Summarised(lines, new MimeLimits { HeaderBytesMax = 1024 });
        Assert.True(m.Summary.IsCut);
        Assert.Equal("body\r\n", m.Section("TEXT"));
        Assert.True(m.Summary.Envelope.Subject.IsNil);
        Assert.True(m.Summary.Headers.Contains("X-10"u8));
        Assert.False(m.Summary.Headers.Contains("X-400"u8));
    }

    [Fact]
    public void TransferEncodings()
    {
        var m = new Summarised(Read("encodings"));
        Assert.Equal(TransferEncoding.Unknown, m.Part(3).Encoding);
        Assert.Equal("x-strange", Text(m.Part(3).EncodingName));
        Assert.Equal(-1, m.Part(3).DecodedSize);
        Assert.Equal("binary", Text(m.Part(4).EncodingName));
        Assert.Equal("hello world", Decoded(m, m.Part(5)));
        Assert.Equal("a=b \r\nsoft break =zz =4 end", Decoded(m, m.Part(1)));
        Assert.Equal("Hello World", Decoded(m, m.Part(2)));
    }

    [Fact]
    public void TextInBinaryHasCrlf()
    {
        var m = new Summarised(Read("lf-only"));
        Assert.Equal("one\r\ntwo\r\n", Decoded(m, m.Part(1)));
        Assert.Equal(10, m.Part(1).DecodedSize);
        Assert.False(new Summarised(Read("charsets")).Part(5).HasCrlfLines); // UTF-16
    }

    [Theory]
    [InlineData("attachment", true)]
    [InlineData("rfc2231", true)]
    [InlineData("nested", false)]
    [InlineData("alternative", false)]
    [InlineData("plain", false)]
    public void HasAttachment(string name, bool expected) => Assert.Equal(expected, new Summarised(Read(name)).Summary.HasAttachment);

    private static string Decoded(Summarised m, BodyPart part)
    {
        var into = new ByteBuffer();
        var decoder = TransferDecoder.For(part);
        decoder.Decode(part.Body.Of(m.Message), into);
        decoder.Complete(into);
        Assert.Equal(part.DecodedSize, into.Length);
        return Text(into.Written);
    }
}
