using static MailCluster.Mime.Tests.Corpus;

namespace MailCluster.Mime.Tests;

public sealed class HeaderDecodingTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("=?utf-8?Q?a_b=20c?=", "a b c")]
    [InlineData("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab")]
    [InlineData("=?utf-8?Q?a?= \r\n =?utf-8?Q?b?=", "ab")]
    [InlineData("=?utf-8?Q?a?= x =?utf-8?Q?b?=", "a x b")]
    [InlineData("=?utf-8?Q?a?==?utf-8?Q?b?=", "ab")]
    [InlineData("=?utf-8?B?4oI=?= =?utf-8?B?rA==?=", "€")]
    [InlineData("=?utf-8?Q?=E2=82?= =?utf-8?Q?=AC?=", "€")]
    [InlineData("=?UTF-8*de?Q?Gr=C3=BC=C3=9Fe?=", "Grüße")]
    [InlineData("=?iso-8859-1?q?=E9?= =?utf-8?q?=C3=A9?=", "éé")]
    [InlineData("=?utf-8?Q?=41?=", "A")]
    [InlineData("=?utf-8?Q?with space?=", "with space")]
    [InlineData("=?utf-8?B?YWJj", "=?utf-8?B?YWJj")]
    [InlineData("=?utf-8?X?abc?=", "=?utf-8?X?abc?=")]
    [InlineData("=?", "=?")]
    [InlineData("=?utf-8?Q?=ZZ?=", "=ZZ")]
    [InlineData("=?utf-8?B?YQ?=", "a")]
    [InlineData("=?gb2312?B?1tDOxA==?=", "中文")]
    [InlineData("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本")]
    [InlineData("=?utf-8?Q?a=0D=0Ab?=", "a  b")]
    [InlineData("=?unknown?Q?=C3=BC?=", "ü")]
    [InlineData("a\r\n b", "a b")]
    public void EncodedWords(string value, string expected) => Assert.Equal(expected, Rfc2047.Decode(Bytes(value)));

    [Fact]
    public void EightBitIsUtf8OrElseWindows1252()
    {
        Assert.Equal("Grüße", Rfc2047.Decode("Grüße"u8));
        Assert.Equal("Grüße", Rfc2047.Decode([(byte)'G', (byte)'r', 0xFC, 0xDF, (byte)'e']));
    }

    [Theory]
    [InlineData("Mon, 17 Aug 2026 09:15:02 +0200", "2026-08-17T07:15:02Z", 120)]
    [InlineData("17 Aug 2026 09:15 -0530", "2026-08-17T14:45:00Z", -330)]
    [InlineData("Mon, 17 Aug 26 09:15:02 EST", "2026-08-17T14:15:02Z", -300)]
    [InlineData("17 Aug 99 09:15:02 PDT", "1999-08-17T16:15:02Z", -420)]
    [InlineData("17 Aug 126 09:15:02 GMT", "2026-08-17T09:15:02Z", 0)]
    [InlineData("Mon, 17 Aug 2026 09:15:02 GMT+0200", "2026-08-17T07:15:02Z", 120)]
    [InlineData("Mon, 17 Aug 2026 09:15:02 +0200 (CEST)", "2026-08-17T07:15:02Z", 120)]
    [InlineData("Mon(day), 17 (th) Aug\r\n 2026 (x) 09:15:02 Z", "2026-08-17T09:15:02Z", 0)]
    [InlineData("Mon Aug 17 09:15:02 2026", "2026-08-17T09:15:02Z", 0)]
    [InlineData("Mon, Aug 17, 2026 09:15:02 PM +0100", "2026-08-17T20:15:02Z", 60)]
    [InlineData("2026-08-17T09:15:02+02:00", "2026-08-17T07:15:02Z", 120)]
    [InlineData("2026-08-17 09:15:02Z", "2026-08-17T09:15:02Z", 0)]
    [InlineData("17-Aug-2026 09:15:02 +0200", "2026-08-17T07:15:02Z", 120)]
    [InlineData("Monday, 17 August 2026 09:15:02 -0000", "2026-08-17T09:15:02Z", 0)]
    [InlineData("31 Dec 1999 23:59:60 +0000", "1999-12-31T23:59:59Z", 0)]
    [InlineData("17 Aug 2026", "2026-08-17T00:00:00Z", 0)]
    [InlineData("17 Aug 2026 25:00:00 +0200", "2026-08-17T00:00:00Z", 0)]
    [InlineData("17 Aug 2026 09:15:02 XYZ", "2026-08-17T09:15:02Z", 0)]
    [InlineData("17 Aug 2026 09:15:02.123 +0200", "2026-08-17T07:15:02Z", 120)]
    public void Dates(string value, string utc, int offset)
    {
        Assert.True(Rfc5322Date.TryParse(Bytes(value), out var date));
        Assert.Equal(DateTimeOffset.Parse(utc, System.Globalization.CultureInfo.InvariantCulture).ToUnixTimeSeconds(), date.UtcSeconds);
        Assert.Equal(offset, date.OffsetMinutes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("32 Aug 2026 09:00:00 +0000")]
    [InlineData("30 Feb 2026 09:00:00 +0000")]
    [InlineData("Aug 2026")]
    [InlineData("17 Foo 2026")]
    [InlineData("17 Aug 99999")]
    public void WhatIsNoDate(string value) => Assert.False(Rfc5322Date.TryParse(Bytes(value), out _));

    [Fact]
    public void TheLocalDayIsTheSenders()
    {
        Assert.True(Rfc5322Date.TryParse("31 Dec 2000 23:01:33 -0800"u8, out var date));
        Assert.Equal(new DateOnly(2000, 12, 31), date.LocalDate);
        Assert.Equal(1, date.ToDateTimeOffset().UtcDateTime.Day);
    }

    [Theory]
    [InlineData("Hello", "Hello", false)]
    [InlineData("Re: Hello", "Hello", true)]
    [InlineData("RE : re:  Fwd: Fw: Hello (fwd) (FWD)", "Hello", true)]
    [InlineData("[list] Re: [list] Hello", "Hello", true)]
    [InlineData("[list] Hello", "Hello", false)]
    [InlineData("Re[2]: Hello", "Hello", true)]
    [InlineData("Re [x] : Hello", "Hello", true)]
    [InlineData("[fwd: Re: Hello]", "Hello", true)]
    [InlineData("[Fwd: [Fwd: Hello]]", "Hello", true)]
    [InlineData("[a] [b]", "[b]", false)]
    [InlineData("[a][b] Re: ", "", true)]
    [InlineData("Regarding: x", "Regarding: x", false)]
    [InlineData("  many   spaces\there ", "many spaces here", false)]
    [InlineData("[unclosed Re: x", "[unclosed Re: x", false)]
    [InlineData("", "", false)]
    [InlineData("Re:", "", true)]
    public void BaseSubjects(string subject, string expected, bool isReply)
    {
        var into = new ByteBuffer();
        Assert.Equal(isReply, BaseSubject.Append(Bytes(subject), into));
        Assert.Equal(expected, Text(into.Written));
    }
}
