using static MailCluster.Mime.Tests.Corpus;

namespace MailCluster.Mime.Tests;

/// <summary>The searchable text, the preview, and the keys for SORT and THREAD.</summary>
public sealed class TextTests
{
    [Fact]
    public void HeadersAreDecodedUnfoldedAndFolded()
    {
        var m = new Summarised(Read("encoded-words"));
        Assert.Contains("from: jürgen müller <jm@example.org>\n", m.HeaderText);
        Assert.Contains("to: andré <andre@example.net>, иван <ivan@example.com>\n", m.HeaderText);
        Assert.Contains("subject: grüße aus münchen und mehr\n", m.HeaderText);
        Assert.Contains("x-split: €\n", m.HeaderText);
        Assert.Contains("x-jp: 日本\n", m.HeaderText);
        Assert.Equal("grüße aus münchen und mehr", Text(m.Summary.SearchSubject));
        Assert.Equal("jürgen müller <jm@example.org>", Text(m.Summary.SearchFrom));
        Assert.Contains("иван", Text(m.Summary.SearchTo));
        Assert.Equal("", Text(m.Summary.SearchCc));
    }

    [Fact]
    public void BodiesAreDecodedFromTransferEncodingCharsetAndHtml()
    {
        Assert.Equal(
            "schöne grüße aus münchen, a long line that is softly broken.\nt\nschöne grüße\none\ntwo & three\n",
            new Summarised(Read("alternative")).BodyText);
        var charsets = new Summarised(Read("charsets")).BodyText;
        Assert.Equal("10 € preis\n日本語のテキスト\n中文文本\nпривет\nsixteen\nbits\ngrößer\n한국어\n繁體\n", charsets);
        Assert.EndsWith("subject: ünïcode\nbody ü\n", new Summarised(Read("global")).BodyText);
    }

    [Fact]
    public void HeadersOfEmbeddedMessagesAreInTheBody()
    {
        var m = new Summarised(Read("forwarded"));
        Assert.Contains("subject: treffen am dienstag?\n", m.BodyText);
        Assert.DoesNotContain("treffen", m.HeaderText);
        Assert.Contains("café\n", m.BodyText);
        Assert.Contains("hidden words", new Summarised(Read("encoded-message")).BodyText);
    }

    [Fact]
    public void FieldsOfPartsAreNeitherHeaderNorBodyButInTheWhole()
    {
        var m = new Summarised("""
            Subject: s
            Content-Type: multipart/mixed; boundary=b

            --b

            Text
            --b
            Content-Type: application/pdf; name="=?utf-8?q?R=C3=84TSEL.pdf?="

            x
            --b--

            """);
        Assert.Equal("content-type: application/pdf; name=\"rätsel.pdf\"\n", Text(SearchText.Parts(m.TextBytes)));
        Assert.DoesNotContain("rätsel", m.HeaderText);
        Assert.DoesNotContain("rätsel", m.BodyText);
        Assert.Equal(m.HeaderText + Text(SearchText.Parts(m.TextBytes)) + m.BodyText, Text(SearchText.All(m.TextBytes)));
    }

    [Fact]
    public void HtmlMess()
    {
        var m = new Summarised(Read("html-mess"));
        Assert.Equal("price: 5 < 6 & €€€ &unknown; a&b\n1 < 2\n\";after\n", m.BodyText);
        Assert.Equal("Price: 5 < 6 & €€€ &unknown; A&B 1 < 2 \";after", Text(m.Summary.Preview));
    }

    [Theory]
    [InlineData("Straße", "straße")]
    [InlineData("ÀÉÎ", "àéî")]
    [InlineData("ΣΑΣ ς", "σασ σ")]
    [InlineData("\u212A", "k")]
    [InlineData("\U00010400", "\U00010428")]
    [InlineData("A\r\nB\rC", "a\nb\nc")]
    public void Folding(string text, string folded) => Assert.Equal(folded, Text(SearchText.Fold(text)));

    [Fact]
    public void WhatIsFoldedIsFound()
    {
        var m = new Summarised("Subject: ÄRGER\n\nDie STRASSE ist naß.\n");
        Assert.True(SearchText.Contains(SearchText.Headers(m.TextBytes), SearchText.Fold("ärger")));
        Assert.True(SearchText.Contains(SearchText.Body(m.TextBytes), SearchText.Fold("Strasse IST")));
        Assert.False(SearchText.Contains(SearchText.Body(m.TextBytes), SearchText.Fold("ärger")));
        Assert.True(SearchText.Contains(SearchText.All(m.TextBytes), SearchText.Fold("ärger")));
        Assert.True(SearchText.Contains(SearchText.Body(m.TextBytes), default));
    }

    [Fact]
    public void OneHeaderCanBeSearched()
    {
        var text = new Summarised("X-Tag: Blue Moon\nX-Tagged: red\nX-Empty:\n\nX-Body: x\n").TextBytes;
        Assert.True(SearchText.HeaderContains(text, SearchText.Fold("X-TAG"), SearchText.Fold("blue moon")));
        Assert.False(SearchText.HeaderContains(text, SearchText.Fold("X-Tag"), SearchText.Fold("red")));
        Assert.True(SearchText.HeaderContains(text, SearchText.Fold("X-Tag"), default));
        Assert.True(SearchText.HeaderContains(text, SearchText.Fold("X-Empty"), default));
        Assert.False(SearchText.HeaderContains(text, SearchText.Fold("X-Body"), default));
        Assert.False(SearchText.HeaderContains(text, SearchText.Fold("X"), default));
    }

    [Fact]
    public void TheLimitCutsBetweenCharacters()
    {
        var m = new Summarised("Subject: x\n\n" + string.Concat(Enumerable.Repeat("ü€", 1000)), new MimeLimits { TextBytesMax = 1000 });
        Assert.True(m.Summary.IsCut);
        Assert.InRange(m.TextBytes.Length - SearchText.PrefixLength, 997, 1000);
        Assert.DoesNotContain('\uFFFD', m.BodyText);
        Assert.StartsWith("ü€ü€", m.BodyText);
    }

    [Fact]
    public void DamagedTextIsEmpty()
    {
        Assert.False(SearchText.IsReadable([]));
        Assert.False(SearchText.IsReadable([9, 0, 0, 0, 0]));
        Assert.True(SearchText.Headers([1, 255, 255, 255, 255, 1]).IsEmpty);
        Assert.True(SearchText.Body([1, 2, 0, 0, 0, 1]).IsEmpty);
    }

    [Theory]
    [InlineData("plain", "Dear Bruno, the beds are dug. Seeds come on Friday. Ada")]
    [InlineData("threaded", "New text below the quote.")]
    [InlineData("alternative", "Schöne Grüße aus München, a long line that is softly broken.")]
    [InlineData("empty", "")]
    [InlineData("latin-header", "Grüße")]
    public void Preview(string name, string expected) => Assert.Equal(expected, Text(new Summarised(Read(name)).Summary.Preview));

    [Fact]
    public void PreviewCountsCharactersAndPassesOverAttachments()
    {
        var m = new Summarised("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment\n\nlog\n--b\n\n" + new string('é', 300) + "\n--b--\n");
        Assert.Equal(new string('é', 200), Text(m.Summary.Preview));
        Assert.Equal("> only a quote", Text(new Summarised("\n> only a quote\n").Summary.Preview));
        Assert.Equal("a b", Text(new Summarised("\n\u200B\u00ADa \n\n\t b\n").Summary.Preview));
    }

    [Fact]
    public void ThreadKeys()
    {
        var m = new Summarised(Read("threaded")).Summary;
        Assert.Equal("t3@example.org", m.MessageId.ToString());
        Assert.Equal(["t1@example.org", "t2@example.org"], Ids(m.References));
        Assert.Equal("the hütte", Text(m.BaseSubject));
        Assert.True(m.IsReplyOrForward);
        Assert.Equal(["x@y"], Ids(new Summarised("In-Reply-To: your mail <x@y> of <z@y>\nReferences: none\n\n").Summary.References));
        Assert.Equal("a b@c", new Summarised("Message-ID: <\"a b\"@c>\n\n").Summary.MessageId.ToString().Replace("ab@c", "a b@c", StringComparison.Ordinal));
        Assert.Equal("bare@id", new Summarised("Message-ID: bare@id\n\n").Summary.MessageId.ToString());
        Assert.True(new Summarised("Message-ID: none\n\n").Summary.MessageId.IsNil);
        Assert.Equal(256, new Summarised("References: " + string.Join("\n ", Enumerable.Range(0, 400).Select(static i => $"<{i}@x>")) + "\n\n").Summary.References.Count);
    }

    [Fact]
    public void SortKeys()
    {
        var m = new Summarised("From: =?utf-8?Q?=C3=84nne?= <ABC@x.org>\nTo: Team: a@b;\nCc: Zed@q\n\n").Summary;
        Assert.Equal("abc", Text(m.SortFrom));
        Assert.Equal("änne", Text(m.DisplayFrom));
        Assert.Equal("team", Text(m.SortTo));
        Assert.Equal("team", Text(m.DisplayTo));
        Assert.Equal("zed", Text(m.SortCc));
        Assert.Equal("abc@x.org", Text(new Summarised("From: ABC@X.org\n\n").Summary.DisplayFrom));
        // A multipart that turns out to be none has its record written again.
        Assert.Equal("abc", Text(new Summarised("From: abc@x.org\nContent-Type: multipart/mixed; boundary=b\n\nno parts\n").Summary.SortFrom));
    }

    private static List<string> Ids(MessageIds ids)
    {
        var list = new List<string>();
        foreach (var id in ids)
            list.Add(Text(id));
        return list;
    }
}
