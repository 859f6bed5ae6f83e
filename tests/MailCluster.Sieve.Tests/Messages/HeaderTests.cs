using System.Text;
using static MailCluster.Sieve.Tests.Messages.Sample;

namespace MailCluster.Sieve.Tests.Messages;

public sealed class HeaderTests
{
    [Fact]
    public void Fields_come_by_name_in_any_case_from_the_top_down()
    {
        var message = Message("Received: one\nX-A: 1\nRECEIVED : two\n three\nX-Other: 2\n\nReceived: body\n");
        Assert.Equal(["one", "two three"], Values(message, "received"));
        Assert.Equal("RECEIVED", message.Root.Fields("Received")[1].Name);
        Assert.Empty(message.Root.Fields("X-"));
        Assert.Empty(message.Root.Fields("X-Øther"));
    }

    [Theory]
    [InlineData("=?utf-8?q?H=C3=A4llo?= world", "Hällo world")]
    [InlineData("=?iso-8859-1?Q?a?= =?iso-8859-1?Q?b?=", "ab")]
    [InlineData("  padded \t", "padded")]
    [InlineData("folded\n  twice\n\there", "folded  twice here")]
    [InlineData("=?unknown-charset?q?abc?=", "abc")]
    [InlineData("=?utf-8?q?broken", "=?utf-8?q?broken")]
    [InlineData("", "")]
    public void A_value_is_decoded_and_unfolded_without_space_around_it(string raw, string text) =>
        Assert.Equal(text, Message($"Subject: {raw}\n\n").Root.Fields("subject")[0].Text);

    [Fact]
    public void Raw_is_the_value_in_octets()
    {
        var field = Message("Subject:  =?utf-8?q?a?=\n  (b) \n\n").Root.Fields("subject")[0];
        Assert.Equal("=?utf-8?q?a?=\r\n  (b)", Encoding.ASCII.GetString(field.Raw.Span));
    }

    [Fact]
    public void Eight_bit_values_are_text_whatever_they_are_in()
    {
        var message = SieveMessage.Create(Encoding.Latin1.GetBytes("A: gr\xFC\xDF\r\nB: gr\xC3\xBC\r\n\r\n"));
        Assert.Equal("grüß", message.Root.Fields("a")[0].Text);
        Assert.Equal("grü", message.Root.Fields("b")[0].Text);
    }

    [Fact]
    public void Addresses_are_the_mailboxes_without_comments_quotes_and_groups()
    {
        var message = Message("""
            To: "Kern, Ada" <ada@example.org>, team: "j. doe"@x.example, (a comment) b+tag@bücher.example (another);,
             =?utf-8?q?Z=C3=B6e?= <@relay:zoe@example.net>

            """);
        var addresses = message.Root.Fields("to")[0].Addresses;
        Assert.Equal(["ada@example.org", "\"j. doe\"@x.example", "b+tag@bücher.example", "zoe@example.net"], addresses.Select(static a => a.Address));
        Assert.Equal(["ada", "j. doe", "b+tag", "zoe"], addresses.Select(static a => a.Local));
        Assert.Equal("Zöe", addresses[3].Name);
    }

    [Fact]
    public void Mime_fields_give_type_subtype_and_parameters()
    {
        var part = Message("""
            Content-Type: TEXT/Calendar; method=REQUEST; name*0*=utf-8''na%C3%AF; name*1=ve.ics; charset="utf-8"
            Content-Disposition: Attachment; filename="=?utf-8?q?=C3=A4.com?="
            Content-ID: <x@y>

            """).Root;
        var type = part.Fields("content-type")[0];
        Assert.Equal(("text", "calendar"), type.MimeType);
        Assert.Equal("naïve.ics", type.MimeParameter("Name"));
        Assert.Equal("REQUEST", type.MimeParameter("method"));
        Assert.Null(type.MimeParameter("boundary"));
        Assert.Equal(("attachment", ""), part.Fields("content-disposition")[0].MimeType);
        Assert.Equal("ä.com", part.Fields("content-disposition")[0].MimeParameter("filename"));
        Assert.Equal(("text", "calendar"), (part.Type, part.Subtype));
    }

    [Theory]
    [InlineData("", "text", "plain")]
    [InlineData("Content-Type: nonsense\n", "text", "plain")]
    [InlineData("Content-Type: Image/PNG; x=y\n", "image", "png")]
    public void A_part_has_a_type_whatever_its_field_says(string field, string type, string subtype)
    {
        var root = Message($"{field}\nbody\n").Root;
        Assert.Equal((type, subtype), (root.Type, root.Subtype));
    }

    [Fact]
    public void Parts_are_found_at_their_places_with_their_own_fields()
    {
        var message = Message(Nested);
        Assert.Equal(["root", "alternative", "plain", "html", "rfc822", "embedded"], Parts(message.Root).Select(static p => p.Fields("x-part")[0].Text));
        Assert.Equal(2, message.Root.Children.Count);
        Assert.Equal("embedded", Part(message, "rfc822").Children.Single().Fields("X-Part")[0].Text);
    }

    [Fact]
    public void A_part_of_a_digest_is_a_message_by_default()
    {
        var message = Message("Content-Type: multipart/digest; boundary=d\n\n--d\n\nSubject: a\n\nhello\n--d--\n");
        var part = Assert.Single(message.Root.Children);
        Assert.Equal(("message", "rfc822"), (part.Type, part.Subtype));
        Assert.Equal("a", part.Children.Single().Fields("subject")[0].Text);
    }

    [Fact]
    public void Fields_behind_the_limits_are_not_seen_and_not_lost()
    {
        var text = string.Concat(Enumerable.Range(0, 40).Select(static i => $"X-{i}: v\n")) + "\nbody\n";
        var message = SieveMessage.Create(Bytes(text), new SieveMessageLimits { FieldsMax = 16 });
        Assert.Single(message.Root.Fields("X-15"));
        Assert.Empty(message.Root.Fields("X-16"));
        Assert.Equal(Crlf("X-New: n\n" + text.Replace("X-3: v\n", "", StringComparison.Ordinal)), Text(message.DeleteHeaders("X-3", [0]).AddHeader("X-New", "n", last: false)));
    }
}
