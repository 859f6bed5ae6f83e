using static MailCluster.Sieve.Tests.Messages.Sample;

namespace MailCluster.Sieve.Tests.Messages;

/// <summary>RFC 5703 §5.</summary>
public sealed class ReplaceTests
{
    private static SieveReplacement Plain(string text) => new(text, false, null, null);

    [Fact]
    public void A_part_becomes_text_and_all_else_stays()
    {
        var message = Message(Nested);
        var edited = message.Replace(Part(message, "html"), Plain("removed\n"));
        var expected = Nested.Replace(
            "Content-Type: text/html; charset=\"us-ascii\"\nX-Part: html\n\n<html><body>Hello</body></html>\n",
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 7bit\n\nremoved\n",
            StringComparison.Ordinal);
        Assert.Equal(Crlf(expected), Text(edited));
        Assert.Equal(edited.Size, edited.ToBytes().Length);
        Assert.Equal(["Hello\r\n", "removed\r\n", "Please say Hello\r\n"], edited.BodyTexts);
        Assert.Equal(edited.BodyTexts, Again(edited).BodyTexts);
        Assert.Equal(Again(edited).RawBody, edited.RawBody);
    }

    [Fact]
    public void A_part_with_parts_goes_with_them()
    {
        var message = Message(Nested);
        var gone = Part(message, "plain");
        var edited = message.Replace(Part(message, "alternative"), Plain("instead"));
        Assert.Equal(["instead", "Please say Hello\r\n"], edited.BodyTexts);
        Assert.Null(edited.Find(gone));
        Assert.Same(edited, edited.Replace(gone, Plain("never")));
    }

    [Fact]
    public void A_part_can_be_replaced_again()
    {
        var message = Message(Nested);
        var part = Part(message, "plain");
        var twice = message.Replace(part, Plain("one")).Replace(part, Plain("two"));
        Assert.Equal("two", twice.BodyTexts[0]);
        Assert.Equal("two", twice.Find(part)!.ExtractText(100));
    }

    [Fact]
    public void Every_part_can_be_replaced_while_the_message_as_it_was_is_walked()
    {
        var message = Message(Nested);
        var edited = message;
        foreach (var part in Parts(message.Root).Where(static p => p.Children.Count == 0))
            edited = edited.Replace(part, Plain(part.Fields("X-Part")[0].Text));
        Assert.Equal(["plain", "html", "embedded\r\n"], edited.BodyTexts.Select(static (t, i) => i == 2 ? t.TrimEnd() + "\r\n" : t));
        Assert.Equal(edited.BodyTexts, Again(edited).BodyTexts);
        Assert.Equal("Someone Else", Parts(Again(edited).Root).Last().Fields("From")[0].Text);
    }

    [Fact]
    public void The_whole_message_keeps_its_fields_but_those_of_its_body()
    {
        var message = Message("From: ada@example.org\nMIME-Version: 1.0\nContent-Type: image/png\nSubject: old\nContent-ID: <x>\nX-Keep: 1\n\nPNG\n");
        var edited = message.Replace(message.Root, new SieveReplacement("Grüße\nZeile --\n--zwei", false, "Neu: Ä", "Zoë <zoe@example.org>"));
        Assert.Equal(
            Crlf("""
                Original-From: ada@example.org
                Original-Subject: old
                X-Keep: 1
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: quoted-printable
                Subject: Neu: =?UTF-8?B?w4Q=?=
                From: =?UTF-8?Q?Zo=C3=AB?= <zoe@example.org>

                Gr=C3=BC=C3=9Fe
                Zeile --
                =2D-zwei

                """),
            Text(edited));
        Assert.Equal(["Neu: Ä"], Values(edited, "Subject"));
        Assert.Equal(["old"], Values(edited, "Original-Subject"));
        Assert.Equal("Grüße\r\nZeile --\r\n--zwei\r\n", edited.BodyTexts.Single());
    }

    [Fact]
    public void A_from_that_is_no_address_is_ignored()
    {
        var message = Message("From: ada@example.org\n\nx\n");
        Assert.Equal(["ada@example.org"], Values(message.Replace(message.Root, new SieveReplacement("y", false, null, "")), "From"));
    }

    [Fact]
    public void A_mime_entity_comes_with_its_own_header_and_parts()
    {
        var message = Message(Nested);
        var part = Part(message, "html");
        var edited = message.Replace(part, new SieveReplacement("Content-Type: multipart/mixed; boundary=new\nX-Part: new\n\n--new\n\none\n--new\n\ntwo\n--new--\n", true, null, null));
        Assert.Equal(["Hello\r\n", "one", "two", "Please say Hello\r\n"], edited.BodyTexts);
        Assert.Equal(edited.BodyTexts, Again(edited).BodyTexts);
        Assert.Equal(2, Part(edited, "new").Children.Count);
        Assert.Same(Part(edited, "new"), edited.Find(part));
    }

    [Fact]
    public void A_mime_entity_for_the_whole_message_gives_only_the_fields_of_the_body()
    {
        var message = Message("Subject: keep\nContent-Type: image/png\n\nPNG\n");
        var edited = message.Replace(message.Root, new SieveReplacement("Subject: no\nContent-Type: text/html\n\n<b>x</b>\n", true, null, null));
        Assert.Equal(Crlf("Subject: keep\nMIME-Version: 1.0\nContent-Type: text/html\n\n<b>x</b>\n"), Text(edited));
    }

    [Theory]
    [InlineData("X-A: b\n\ntext\n--inner--\nescaped")]
    [InlineData("X-A: b\n\n--outer\n")]
    [InlineData("--inner")]
    public void A_mime_entity_with_a_boundary_of_what_it_goes_into_is_refused(string entity)
    {
        var message = Message(Nested);
        Assert.Throws<SieveEditException>(() => message.Replace(Part(message, "html"), new SieveReplacement(entity, true, null, null)));
    }

    [Theory]
    [InlineData("--inner--\nescaped")]
    [InlineData("--outer\n\nescaped")]
    [InlineData("x\n--inner\n")]
    public void A_text_that_looks_like_a_boundary_stays_in_its_part(string text)
    {
        var message = Message(Nested);
        var edited = Again(message.Replace(Part(message, "plain"), Plain(text)));
        Assert.Equal(Crlf(text), edited.BodyTexts[0]);
        Assert.Equal(6, Parts(edited.Root).Count());
    }

    [Fact]
    public void An_embedded_message_stays_a_message()
    {
        var message = Message(Nested);
        var edited = Again(message.Replace(Part(message, "embedded"), Plain("instead")));
        Assert.Equal("hello request", Part(edited, "embedded").Fields("Subject")[0].Text);
        Assert.Equal("instead", Part(edited, "embedded").ExtractText(100));
    }

    [Fact]
    public void Line_ends_are_those_of_the_message()
    {
        var message = SieveMessage.Create(System.Text.Encoding.UTF8.GetBytes(Nested.ReplaceLineEndings("\n")));
        var edited = message.Replace(Part(message, "plain"), Plain("a\r\nb\r\n")).AddHeader("X", "y", last: true);
        Assert.DoesNotContain('\r', Text(edited));
    }
}
