using System.Text;
using static MailCluster.Sieve.Tests.Messages.Sample;

namespace MailCluster.Sieve.Tests.Messages;

public sealed class BodyTests
{
    [Fact]
    public void A_multipart_is_its_prologue_and_its_epilogue()
    {
        // RFC 5173 §5.2: the lines that the example marks with "&".
        Assert.Equal(
            [
                Crlf("This is a multi-part message in MIME format.\n"), Crlf("\nThis is the end of the outer MIME multipart.\n"),
                Crlf("This is a nested multi-part message in MIME format.\n"), Crlf("\nThis is the end of the inner MIME multipart.\n"),
            ],
            Message(Nested).BodyContents("multipart"));
    }

    [Theory]
    [InlineData("text/plain", new[] { "Hello\n", "Please say Hello\n" })]
    [InlineData("text/html", new[] { "<html><body>Hello</body></html>\n" })]
    [InlineData("Text", new[] { "Hello\n", "<html><body>Hello</body></html>\n", "Please say Hello\n" })]
    [InlineData("message/rfc822", new[] { "From: Someone Else\nSubject: hello request\nX-Part: embedded\n" })]
    [InlineData("text/", new string[0])]
    [InlineData("/plain", new string[0])]
    [InlineData("text/plain/x", new string[0])]
    [InlineData("image", new string[0])]
    public void Contents_are_those_of_the_parts_of_a_type(string type, string[] contents) =>
        Assert.Equal(contents.Select(Crlf), Message(Nested).BodyContents(type));

    [Fact]
    public void The_empty_type_is_every_part() => Assert.Equal(8, Message(Nested).BodyContents("").Count);

    [Fact]
    public void A_part_that_answers_to_several_types_is_one_content() =>
        Assert.Equal(["Hello\r\n", "<html><body>Hello</body></html>\r\n", "Please say Hello\r\n"], Message(Nested).BodyContents("text", "TEXT/plain", "text/html", "text", "x/"));

    [Fact]
    public void Raw_is_all_behind_the_header_and_keeps_encodings()
    {
        var message = Message("Content-Transfer-Encoding: base64\n\nSGVsbG8=\n");
        Assert.Equal("SGVsbG8=\r\n", message.RawBody);
        Assert.Equal(["Hello"], message.BodyContents("text"));
    }

    [Fact]
    public void Text_is_decoded_and_without_markup()
    {
        var message = SieveMessage.Create(Encoding.Latin1.GetBytes(Crlf("""
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/plain; charset=iso-8859-15
            Content-Transfer-Encoding: quoted-printable

            10 =A4
            --b
            Content-Type: text/html; charset=utf-8
            Content-Transfer-Encoding: base64

            PHA+R3LDvMOfZTwvcD48c2NyaXB0Pm5vPC9zY3JpcHQ+
            --b
            Content-Type: text/plain; charset=koi8-r
            Content-Transfer-Encoding: 8bit

            """) + "\xF0\xD2\xC9\r\n--b\r\nContent-Type: image/png\r\n\r\nPNG\r\n--b--\r\n"));
        Assert.Equal(["10 €", "Grüße", "При"], message.BodyTexts);
    }

    [Fact]
    public void Nul_octets_do_not_end_a_text()
    {
        var message = SieveMessage.Create(Bytes("Subject: x\n\nbefore\0behind\n"));
        Assert.Equal("before\0behind\r\n", message.BodyTexts.Single());
        Assert.Equal("before\0behind\r\n", message.RawBody);
    }

    [Fact]
    public void A_message_that_ends_with_its_header_has_no_body()
    {
        var message = Message("Subject: x\n");
        Assert.False(message.HasBody);
        Assert.Empty(message.BodyContents(""));
        Assert.Empty(message.BodyTexts);
        Assert.True(Message("Subject: x\n\n").HasBody);
        Assert.Equal([""], Message("Subject: x\n\n").BodyTexts);
        Assert.False(Message("").HasBody);
    }

    [Theory]
    [InlineData("plain", 3, "Hel")]
    [InlineData("plain", 0, "")]
    [InlineData("plain", 100, "Hello\r\n")]
    [InlineData("html", 100, "Hello")]
    [InlineData("root", 100, "")]
    [InlineData("rfc822", 100, "")]
    [InlineData("embedded", 12, "Please say H")]
    public void Extracted_text_is_that_of_text_parts(string part, int characters, string text) =>
        Assert.Equal(text, Part(Message(Nested), part).ExtractText(characters));

    /// <summary>A report, and a multipart that cannot be split, are text to a person; asked for again, they are not decoded again.</summary>
    [Theory]
    [InlineData("Content-Type: message/delivery-status\n\nAction: failed\n", "Action: failed\r\n")]
    [InlineData("Content-Type: multipart/mixed\n\n--x\n", "--x\r\n")]
    [InlineData("Content-Type: application/xhtml+xml\n\n<p>a<br/>b</p>\n", "a\nb")]
    public void What_can_be_read_is_decoded_once(string message, string text)
    {
        var part = Message(message).Root;
        Assert.Equal(text, part.ExtractText(100));
        Assert.Same(part.ExtractText(100), part.ExtractText(100));
    }

    [Fact]
    public void Extracting_does_not_cut_a_character_in_two() => Assert.Equal("a", Message("Subject: x\n\na\U0001F600b").Root.ExtractText(2));

    [Fact]
    public void What_lies_behind_the_limit_is_not_looked_at()
    {
        var text = $"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n{new string('a', 2000)}\n--b\nX-Part: second\n\nhello\n--b--\nend\n";
        var message = SieveMessage.Create(Bytes(text), new SieveMessageLimits { BodyBytesMax = 1024 });
        Assert.Equal(1024, message.RawBody.Length);
        Assert.InRange(message.BodyTexts[0].Length, 1000, 1024);
        Assert.Equal("", message.BodyTexts[1]);
        Assert.Equal("", Part(message, "second").ExtractText(10));
        Assert.Equal(["", ""], message.BodyContents("multipart"));
    }

    [Fact]
    public void A_message_in_an_encoded_part_is_one_content()
    {
        var message = Message("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogeA0KDQpoZWxsbw0K\n");
        Assert.Empty(message.Root.Children);
        Assert.Equal(["Subject: x\r\n\r\nhello\r\n"], message.BodyContents("message"));
    }
}
