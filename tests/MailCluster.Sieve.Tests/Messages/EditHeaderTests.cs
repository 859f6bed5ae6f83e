using static MailCluster.Sieve.Tests.Messages.Sample;

namespace MailCluster.Sieve.Tests.Messages;

/// <summary>RFC 5293: fields added and removed; all else stays octet for octet.</summary>
public sealed class EditHeaderTests
{
    private const string Original = "Received: a\nSubject: old\n folded\nX-Hops: 1\nX-hops: 2\nX-HOPS: 3\n\nbody  \n.\n";

    [Fact]
    public void A_message_without_edits_is_the_octets_it_was_made_of()
    {
        var bytes = Bytes(Original);
        var message = SieveMessage.Create(bytes);
        Assert.False(message.IsEdited);
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(message.ToBytes(), out var array));
        Assert.Same(bytes, array.Array);
        Assert.Equal(bytes.Length, message.Size);
    }

    [Fact]
    public void Fields_are_added_before_all_others_or_behind_them()
    {
        var message = Message(Original);
        var edited = message.AddHeader("X-First", "1", last: false).AddHeader("X-Last", "2", last: true);
        Assert.Equal(Crlf("X-First: 1\n" + Original.Replace("\n\n", "\nX-Last: 2\n\n", StringComparison.Ordinal)), Text(edited));
        Assert.True(edited.IsEdited);
        Assert.Equal(edited.ToBytes().Length, edited.Size);
        Assert.Equal(["1"], Values(edited, "x-first"));
        Assert.False(message.IsEdited);
        Assert.Empty(Values(message, "x-first"));
    }

    [Theory]
    [InlineData(new[] { 0 }, new[] { "2", "3" })]
    [InlineData(new[] { 1 }, new[] { "1", "3" })]
    [InlineData(new[] { 0, 2 }, new[] { "2" })]
    [InlineData(new[] { 0, 1, 2 }, new string[0])]
    [InlineData(new[] { 7 }, new[] { "1", "2", "3" })]
    [InlineData(new int[0], new[] { "1", "2", "3" })]
    public void Fields_are_removed_by_their_place_among_those_of_the_name(int[] occurrences, string[] left)
    {
        var message = Message(Original);
        var edited = message.DeleteHeaders("x-hops", occurrences);
        Assert.Equal(left, Values(edited, "X-Hops"));
        Assert.Equal(left, Values(Again(edited), "X-Hops"));
        Assert.Equal(left.Length != 3, edited.IsEdited);
        Assert.EndsWith("\r\n\r\nbody  \r\n.\r\n", Text(edited), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("Grüße aus Köln")]
    [InlineData("a\r\nInjected: yes\r\n\r\nbody")]
    [InlineData("\nInjected: yes")]
    [InlineData("=?utf-8?q?not_a_word?=")]
    [InlineData("tab\tand \u0001 control")]
    [InlineData("\U0001F600 \U0001F600 emoji and a very long value that has to be folded somewhere because it does not fit into one line of seventy-eight columns")]
    public void A_value_is_one_field_whatever_is_in_it(string value)
    {
        var again = Again(Message(Original).AddHeader("X-New", value, last: true));
        var expected = value.ReplaceLineEndings(" ").Replace('\u0001', ' ').Trim();
        Assert.Equal(expected, Assert.Single(Values(again, "x-new")));
        Assert.Empty(Values(again, "Injected"));
        Assert.All(Text(again).Split("\r\n"), static line => Assert.InRange(line.Length, 0, 78));
        Assert.True(System.Text.Ascii.IsValid(again.ToBytes().Span));
        Assert.Equal(Message(Original).RawBody, again.RawBody);
    }

    [Theory]
    [InlineData("")]
    [InlineData("X:Y")]
    [InlineData("X Y")]
    [InlineData("Xé")]
    [InlineData("X\n")]
    public void What_is_no_field_name_is_refused(string name) =>
        Assert.Throws<SieveEditException>(() => Message(Original).AddHeader(name, "v", last: false));

    [Theory]
    [InlineData("Subject: x", "Subject: x\r\nX-New: 1\r\n")]
    [InlineData("Subject: x\r\n", "Subject: x\r\nX-New: 1\r\n")]
    [InlineData("Subject: x\nTo: y\n\nbody\n", "Subject: x\nTo: y\nX-New: 1\n\nbody\n")]
    [InlineData("", "X-New: 1\r\n")]
    [InlineData("\r\nbody", "X-New: 1\r\n\r\nbody")]
    [InlineData("no header\r\n", "X-New: 1\r\nno header\r\n")]
    [InlineData("From a@b Mon\r\nSubject: x\r\n\r\nbody", "From a@b Mon\r\nSubject: x\r\nX-New: 1\r\n\r\nbody")]
    public void Odd_headers_are_added_to_in_their_own_way(string text, string expected) =>
        Assert.Equal(expected, Text(SieveMessage.Create(System.Text.Encoding.UTF8.GetBytes(text)).AddHeader("X-New", "1", last: true)));

    [Fact]
    public void Edits_to_the_header_are_seen_in_the_root_part_and_leave_the_others()
    {
        var message = Message(Nested);
        var plain = Part(message, "plain");
        var edited = message.AddHeader("X-Mark", "1", last: false);
        Assert.Equal("1", edited.Root.Fields("X-Mark")[0].Text);
        Assert.Same(plain, edited.Find(plain));
        Assert.Equal(Crlf("X-Mark: 1\n" + Nested), Text(edited));
    }
}
