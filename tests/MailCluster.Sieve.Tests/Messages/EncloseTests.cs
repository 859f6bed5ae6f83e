using static MailCluster.Sieve.Tests.Messages.Sample;

namespace MailCluster.Sieve.Tests.Messages;

/// <summary>RFC 5703 §6.</summary>
public sealed class EncloseTests
{
    [Fact]
    public void The_message_becomes_the_second_part_of_a_new_one()
    {
        var message = Message("From: ada@example.org\nTo: ben@example.org\nDate: Mon, 1 Jan 2024 00:00:00 +0000\nSubject: old\nX-A: 1\n\nhello\n");
        var edited = message.Enclose(new SieveEnclosure("Warning", "Beware: ä", ["To", "X-A", "Content-Type"])
        {
            From = "ben@example.org",
            Date = new DateTimeOffset(2026, 11, 26, 3, 4, 5, TimeSpan.FromHours(-1.5)),
        });
        Assert.Equal(
            Crlf("""
                To: ben@example.org
                X-A: 1
                Date: Thu, 26 Nov 2026 03:04:05 -0130
                From: ben@example.org
                Subject: Beware: =?UTF-8?B?w6Q=?=
                MIME-Version: 1.0
                Content-Type: multipart/mixed; boundary="=_mc_1"

                --=_mc_1
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 7bit

                Warning
                --=_mc_1
                Content-Type: message/rfc822

                From: ada@example.org
                To: ben@example.org
                Date: Mon, 1 Jan 2024 00:00:00 +0000
                Subject: old
                X-A: 1

                hello

                --=_mc_1--

                """),
            Text(edited));
        Assert.Equal(edited.Size, edited.ToBytes().Length);
        Assert.Same(message, edited.Unenclosed);
        Assert.Same(message, message.Unenclosed);
        Assert.Equal(["multipart/mixed", "text/plain", "message/rfc822", "text/plain"], Parts(edited.Root).Select(static p => $"{p.Type}/{p.Subtype}"));
    }

    [Fact]
    public void Subject_date_and_from_come_from_the_message_where_nothing_is_given()
    {
        var edited = Message("From: ada@example.org\nDate: then\nSubject: old\nTo: x\n\nhello\n").Enclose(new SieveEnclosure("w", null, []));
        Assert.Equal(["ada@example.org"], Values(edited, "From"));
        Assert.Equal(["then"], Values(edited, "Date"));
        Assert.Equal(["old"], Values(edited, "Subject"));
        Assert.Empty(Values(edited, "To"));
    }

    [Fact]
    public void A_field_that_is_named_is_copied_even_if_one_is_given()
    {
        var enclosure = new SieveEnclosure("w", null, ["FROM", "date"]) { From = "u@example.org", Date = DateTimeOffset.UnixEpoch };
        var edited = Message("From: ada@example.org\nDate: then\n\nhello\n").Enclose(enclosure);
        Assert.Equal(["ada@example.org"], Values(edited, "From"));
        Assert.Equal(["then"], Values(edited, "Date"));
    }

    [Fact]
    public void Enclosures_nest_and_read_back_as_they_are()
    {
        var message = Message(Nested);
        var edited = message;
        for (var i = 1; i <= 5; i++)
            edited = edited.Enclose(new SieveEnclosure($"text {i}", $"level {i}", []));
        var again = Again(edited);
        Assert.Equal(edited.BodyTexts, again.BodyTexts);
        Assert.Equal(Parts(edited.Root).Count(), Parts(again.Root).Count());
        Assert.Equal(["level 5"], Values(again, "Subject"));
        Assert.Contains(Crlf(Nested), Text(edited), StringComparison.Ordinal);
        Assert.Same(message, edited.Unenclosed);
    }

    [Fact]
    public void The_boundary_is_one_that_the_message_does_not_have()
    {
        var message = Message("Subject: x\n\n--=_mc_1\n--=_mc_41--\n--=_mc_99999999999\n");
        var edited = message.Enclose(new SieveEnclosure("w\n--=_mc_42\n", null, []));
        Assert.Equal(["w\r\n--=_mc_42\r\n", message.RawBody], Again(edited).BodyTexts);
    }

    [Fact]
    public void Eight_bit_messages_are_declared()
    {
        var edited = Again(Message("Subject: x\n\nä\n").Enclose(new SieveEnclosure("w", null, [])));
        Assert.Equal("8bit", edited.Root.Fields("Content-Transfer-Encoding")[0].Text);
        Assert.Equal("8bit", edited.Root.Children[1].Fields("Content-Transfer-Encoding")[0].Text);
        Assert.Equal("ä\r\n", edited.BodyTexts[1]);
    }

    [Fact]
    public void A_header_without_end_gets_one()
    {
        var edited = Again(Message("Subject: x\n").Enclose(new SieveEnclosure("w", null, [])));
        Assert.Equal("x", edited.Root.Children[1].Children[0].Fields("Subject")[0].Text);
        Assert.Equal(["w", ""], edited.BodyTexts);
    }

    [Fact]
    public void Parts_of_the_message_are_found_in_the_new_one_and_can_be_replaced_there()
    {
        var message = Message(Nested);
        var html = Part(message, "html");
        var edited = message.Enclose(new SieveEnclosure("w", null, [])).Replace(html, new SieveReplacement("gone", false, null, null));
        Assert.Equal(["w", "Hello\r\n", "gone", "Please say Hello\r\n"], Again(edited).BodyTexts.Select(static t => t == "gone\r\n" ? "gone" : t));
        Assert.Same(message, edited.Unenclosed);
    }

    [Fact]
    public void Fields_added_later_are_those_of_the_new_message()
    {
        var edited = Message("Subject: x\n\nhello\n").Enclose(new SieveEnclosure("w", null, [])).AddHeader("X-New", "1", last: false);
        Assert.StartsWith("X-New: 1\r\n", Text(edited), StringComparison.Ordinal);
        Assert.Empty(edited.Root.Children[1].Children[0].Fields("X-New"));
    }
}
