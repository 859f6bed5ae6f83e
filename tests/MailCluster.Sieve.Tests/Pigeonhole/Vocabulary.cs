namespace MailCluster.Sieve.Tests.Pigeonhole;

/// <summary>What random messages are made of and what random scripts ask for, so that a test is true about as often as not.</summary>
internal static class Vocabulary
{
    public static readonly string[] Words =
        ["invoice", "Invoice", "report", "URGENT", "hello", "Grüße", "naïve", "ß", "42", "0042", "7", "100", "1000000", "-3", "a", "b", "ab", "aab", "*", "?", "\\", "x+y", "[list]", "re:", "Straße", "İ", "日本", "é"];

    public static readonly string[] Subjects =
        ["invoice 42", "Re: invoice", "hello world", "URGENT: report", "Grüße aus Köln", "naïve café", "", "a b ab aab", "*?\\", "[list] hello", "日本語", "0042", "x", "100% off", "aaaa bbbb"];

    public static readonly string[] Addresses =
    [
        "ada@example.org", "Ada Kern <ada@example.org>", "\"Kern, Ada\" <ada+lists@Example.ORG>", "ben@mail.example.net", "<ben+work+urgent@example.net>", "team: cat@example.org, dan@example.org;",
        "\"quoted local\"@example.org", "Zoë <zoe@example.org>", "user+@example.com", "(comment) eve@example.com (more)", "a.b.c@sub.domain.example",
    ];

    public static readonly string[] AddressKeys =
        ["ada@example.org", "ADA@EXAMPLE.ORG", "ada", "ada+lists", "lists", "example.org", "Example.ORG", "ben", "work+urgent", "quoted local", "*@example.org", "*example*", "user+", "", "zoe", "sub.domain.example", "eve@example.com", "?da", "cat@example.org"];

    public static readonly string[] EnvelopeAddresses = ["ada@example.org", "ben+work@example.net", "user@example.com", "list-owner+bounce=x@Lists.example"];

    public static readonly string[] Dates =
    [
        "Mon, 17 Aug 2026 09:15:02 +0200", "Thu, 31 Dec 2026 23:59:59 -0800", "Sat, 29 Feb 2020 00:00:00 +0000", "1 Jan 2000 12:30:00 +0530", "Tue, 1 Mar 2022 01:02:03 -0000", "Sun, 3 Jul 1994 05:06:07 GMT",
    ];

    public static readonly string[] Numbers = ["0", "1", "5", "05", "42", "42abc", "abc", "", "100", "99999999999", "3"];

    public static readonly string[] Flags = ["\\\\Seen", "\\\\Flagged", "\\\\Deleted", "\\\\Answered", "\\\\Draft", "$Label1", "Work", "work", "$Forwarded"];

    public static readonly string[] Bodies =
        ["hello world\r\nsecond line\r\n", "invoice 42 is due\r\n", "Grüße\r\n", "", "a\r\n\r\nb\r\n", "<b>bold</b> text &amp; more\r\n", "*?\\ []\r\n"];
}
