using static MailCluster.Mime.Tests.Corpus;

namespace MailCluster.Mime.Tests;

/// <summary>ENVELOPE (RFC 9051 §7.5.2).</summary>
public sealed class EnvelopeTests
{
    [Fact]
    public void OfAnOrdinaryMessage()
    {
        var m = new Summarised(Read("plain"));
        var e = m.Summary.Envelope;
        Assert.Equal("Mon, 17 Aug 2026 09:15:02 +0200", e.Date.ToString());
        Assert.Equal("Garden plan", e.Subject.ToString());
        Assert.Equal("(Ada Kern NIL ada example.org)", Summarised.List(e.From));
        Assert.Equal("(Ada Kern NIL ada example.org)", Summarised.List(e.Sender));
        Assert.Equal("(Ada Kern NIL ada example.org)", Summarised.List(e.ReplyTo));
        Assert.Equal("(Bruno Feld NIL bruno example.net)", Summarised.List(e.To));
        Assert.True(e.Cc.IsEmpty);
        Assert.True(e.InReplyTo.IsNil);
        Assert.Equal("<m1@example.org>", e.MessageId.ToString());
    }

    [Fact]
    public void AbsentAndEmptyDiffer()
    {
        var e = new Summarised("Subject:\nIn-Reply-To: \nFrom:\n\n").Summary.Envelope;
        Assert.True(e.Subject.HasValue);
        Assert.True(e.InReplyTo.HasValue);
        Assert.Equal("", e.Subject.ToString());
        Assert.True(e.Date.IsNil);
        Assert.True(e.From.IsEmpty);
    }

    [Fact]
    public void GroupsRoutesAndOddForms()
    {
        var e = new Summarised(Read("addresses")).Summary.Envelope;
        Assert.Equal("(Kern, Ada NIL ada example.org)", Summarised.List(e.From));
        Assert.Equal("(NIL NIL secretary example.org)", Summarised.List(e.Sender));
        Assert.Equal("(The List NIL list example.org)", Summarised.List(e.ReplyTo));
        Assert.Equal(
            "(group A Group) (NIL NIL one example.com) (Two NIL two example.com) (Three \"T\" 3 NIL three example.com) (end) "
            + "(group undisclosed-recipients) (end) (NIL @relay1.example,@relay2.example routed example.com)",
            Summarised.List(e.To));
        Assert.Equal(
            "(NIL NIL plain example.com) (NIL NIL quoted local example.com) (Joe Q. Public NIL joe.public example.com) (NIL NIL lit [192.0.2.1])",
            Summarised.List(e.Cc));
        Assert.Equal("(NIL NIL empty example.com)", Summarised.List(e.Bcc));
    }

    [Fact]
    public void BrokenAddresses()
    {
        var e = new Summarised(Read("broken-addresses")).Summary.Envelope;
        Assert.Equal("(Ada Kern NIL ada example.org)", Summarised.List(e.From));
        Assert.Equal("(NIL NIL no-close example.com) (NIL NIL next example.com)", Summarised.List(e.To));
        Assert.Equal("(Only A Name NIL  )", Summarised.List(e.Cc));
        Assert.Equal("(NIL NIL single )", Summarised.List(e.ReplyTo));
        Assert.StartsWith("(me@example.com NIL me example.com) (NIL NIL  )", Summarised.List(e.Bcc));
    }

    [Theory]
    [InlineData("a@b.c, d@e.f", "( a b.c) ( d e.f)")]
    [InlineData("a@b.c d@e.f", "( a b.c) ( d e.f)")]
    [InlineData("<a@b.c> <d@e.f>", "( a b.c) ( d e.f)")]
    [InlineData("a@b.c;d@e.f", "( a b.c) ( d e.f)")]
    [InlineData("a@b.c (Comment)", "(Comment a b.c)")]
    [InlineData("<a@b.c> (Comment)", "(Comment a b.c)")]
    [InlineData("Name <a@b.c> (Comment)", "(Name a b.c)")]
    [InlineData("a @ b . c", "( a b.c)")]
    [InlineData("joe . public @ x", "( joe.public x)")]
    [InlineData("\"a\\\"b\"@c.d", "( a\"b c.d)")]
    [InlineData("MAILER-DAEMON <>", "(MAILER-DAEMON  )")]
    [InlineData("<<a@b.c>>", "( a b.c)")]
    [InlineData("x@y@z", "( x@y z)")]
    [InlineData("a@b.c Smith <s@t.u>", "(a@b.c Smith s t.u)")]
    [InlineData("=?utf-8?Q?J=C3=BCrgen?= <j@x.y>", "(Jürgen j x.y)")]
    [InlineData("root", "( root )")]
    [InlineData("", "")]
    [InlineData(",,;", "")]
    [InlineData("\"Doe, J.\" <j@d.e>, (x) k@d.e", "(Doe, J. j d.e) (x k d.e)")]
    public void Mailboxes(string value, string expected) =>
        Assert.Equal(expected, string.Join(' ', AddressParser.ParseMailboxes(Bytes(value)).Select(static a => $"({a.Name} {a.Local} {a.Domain})")));

    [Fact]
    public void AGroupThatIsNotClosedEndsWithTheList()
    {
        var kinds = AddressParser.Parse("team: a@b.c, d@e.f"u8).Select(static a => a.Kind);
        Assert.Equal([AddressKind.GroupStart, AddressKind.Mailbox, AddressKind.Mailbox, AddressKind.GroupEnd], kinds);
        Assert.Equal("\"a b\"@c.d", AddressParser.Parse("\"a b\"@c.d"u8)[0].Address);
    }

    [Fact]
    public void FieldsOfOneNameAreOneList()
    {
        var e = new Summarised(Read("odd-fields")).Summary.Envelope;
        Assert.Equal("(NIL NIL one example.com) (NIL NIL two example.com)", Summarised.List(e.To));
        Assert.Equal("no space", e.Subject.ToString());
    }

    [Fact]
    public void FoldsAreRemovedAndWordsKeptRaw()
    {
        var e = new Summarised(Read("encoded-words")).Summary.Envelope;
        Assert.Equal("=?utf-8?Q?Gr=C3=BC=C3=9Fe_?= =?utf-8?Q?aus_?= =?utf-8?B?TcO8bmNoZW4=?= und mehr", e.Subject.ToString());
        Assert.Equal("(=?UTF-8?B?SsO8cmdlbiBNw7xsbGVy?= NIL jm example.org)", Summarised.List(e.From));
        var folded = new Summarised(Read("long-fold")).Summary.Envelope;
        Assert.Equal("a subject that is folded\tover several  lines", folded.Subject.ToString());
    }

    [Fact]
    public void OfAnEmbeddedMessage()
    {
        var e = new Summarised(Read("forwarded")).Part(2).Embedded.Envelope;
        Assert.Equal("<inner@example.com>", e.MessageId.ToString());
        Assert.Equal("(group Team) (NIL NIL dora example.com) (Emil E. NIL emil example.com) (end) (NIL NIL frida example.com)", Summarised.List(e.To));
    }
}
