using static MailCluster.Mime.Tests.Corpus;

namespace MailCluster.Mime.Tests;

/// <summary>What IMAP sections name (RFC 9051 §6.4.5.1).</summary>
public sealed class SectionTests
{
    [Fact]
    public void OfAMessageWithoutParts()
    {
        var m = new Summarised("Subject: s\n\nline one\nline two\n");
        Assert.Equal("Subject: s\r\n\r\n", m.Section("HEADER"));
        Assert.Equal("line one\r\nline two\r\n", m.Section("TEXT"));
        Assert.Equal("line one\r\nline two\r\n", m.Section("1"));
        Assert.Equal("Subject: s\r\n\r\n", m.Section("1.MIME"));
        Assert.Equal(Text(m.Message), m.Section(""));
        Assert.Null(m.Section("2"));
        Assert.Null(m.Section("1.1"));
        Assert.Null(m.Section("1.HEADER"));
        Assert.Null(m.Section("1.TEXT"));
        Assert.Null(m.Section("MIME"));
    }

    [Fact]
    public void OfAForwardedMultipart()
    {
        var m = new Summarised(Read("forwarded"));
        Assert.Equal("multipart/mixed(text/plain message/rfc822{multipart/alternative(text/plain text/html)})", m.Structure);
        Assert.Equal("see below", m.Section("1"));
        Assert.Equal("Content-Type: text/plain\r\n\r\n", m.Section("1.MIME"));
        Assert.StartsWith("Content-Type: message/rfc822\r\nContent-Disposition", m.Section("2.MIME"));
        Assert.StartsWith("From: Carla", m.Section("2"));
        Assert.EndsWith("\r\n--in--\r\n", m.Section("2"));
        Assert.StartsWith("From: Carla", m.Section("2.HEADER"));
        Assert.EndsWith("boundary=in\r\n\r\n", m.Section("2.HEADER"));
        Assert.StartsWith("--in\r\n", m.Section("2.TEXT"));
        Assert.Equal("Caf=E9", m.Section("2.1"));
        Assert.StartsWith("Content-Type: text/plain; charset=iso-8859-1", m.Section("2.1.MIME"));
        Assert.Equal("<i>Cafe</i>", m.Section("2.2"));
        Assert.Null(m.Section("2.1.HEADER"));
        Assert.Null(m.Section("2.3"));
        Assert.Null(m.Section("3"));
        Assert.Null(m.Section("0"));
    }

    [Fact]
    public void OfAMessageThatIsAMessage()
    {
        var m = new Summarised(Read("root-rfc822"));
        Assert.Equal("message/rfc822{text/plain}", m.Structure);
        Assert.Equal("From: inner@example.com\r\nSubject: inner\r\n\r\n", m.Section("1.HEADER"));
        Assert.Equal("inner body\r\nof two lines\r\n", m.Section("1.TEXT"));
        Assert.Equal("inner body\r\nof two lines\r\n", m.Section("1.1"));
        Assert.StartsWith("From: inner", m.Section("1"));
        Assert.StartsWith("From: inner", m.Section("TEXT"));
        Assert.Equal(5, m.Part().BodyLines);
        Assert.Equal(2, m.Part(1, 1).BodyLines);
    }

    [Fact]
    public void OfADigest()
    {
        var m = new Summarised(Read("digest"));
        Assert.Equal("multipart/digest(message/rfc822{text/plain} message/rfc822{text/plain} text/plain)", m.Structure);
        Assert.Equal("first body", m.Section("1.1"));
        Assert.Equal("From: two@example.com\r\nSubject: second\r\n\r\n", m.Section("2.HEADER"));
        Assert.Equal("\r\n", m.Section("1.MIME"));
    }

    [Theory]
    [InlineData("1.")]
    [InlineData(".1")]
    [InlineData("1..2")]
    [InlineData("HEADER.1")]
    [InlineData("MIME")]
    [InlineData("99999999999")]
    [InlineData("-1")]
    [InlineData("1.FOO")]
    [InlineData("1a")]
    public void WhatIsNoSection(string section)
    {
        Span<int> path = stackalloc int[8];
        Assert.False(BodyPartLocator.TryParse(Bytes(section), path, out _, out _));
    }

    [Fact]
    public void TheHeaderIndexGivesRangesOfTheMessage()
    {
        var m = new Summarised(Read("odd-fields"));
        var fields = new List<string>();
        foreach (var field in m.Summary.Headers)
        {
            if (field.Is("received"u8) || field.Is("TO"u8) || field.Is("x.dots_and-dashes"u8))
                fields.Add(Text(field.Field.Of(m.Message)));
        }

        Assert.Equal(
            ["Received: from a by b; Mon, 17 Aug 2026 09:15:00 +0200\r\n", "Received: from c by d; Mon, 17 Aug 2026 09:14:00 +0200\r\n",
            "X.Dots_and-dashes: yes\r\n", "to: one@example.com\r\n", "To: two@example.com\r\n"],
            fields);
        Assert.True(m.Summary.Headers.Contains("Subject"u8));
        Assert.False(m.Summary.Headers.Contains("Cc"u8));
    }
}
