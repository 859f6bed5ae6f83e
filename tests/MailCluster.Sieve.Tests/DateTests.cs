namespace MailCluster.Sieve.Tests;

/// <summary>RFC 5260.</summary>
public sealed class DateTests
{
    /// <summary>§4.2</summary>
    [Theory]
    [InlineData("year", "1997")]
    [InlineData("MONTH", "04")]
    [InlineData("day", "01")]
    [InlineData("date", "1997-04-01")]
    [InlineData("julian", "50539")]
    [InlineData("hour", "17")]
    [InlineData("minute", "06")]
    [InlineData("second", "31")]
    [InlineData("time", "17:06:31")]
    [InlineData("iso8601", "1997-04-01T17:06:31Z")]
    [InlineData("std11", "Tue, 01 Apr 1997 17:06:31 +0000")]
    [InlineData("zone", "+0000")]
    [InlineData("weekday", "2")]
    public async Task Parts_in_the_local_zone(string part, string expected) => Assert.True(await Scripts.IsTrue("date", $"date \"date\" \"{part}\" \"{expected}\""));

    [Theory]
    [InlineData(":originalzone", "hour", "09")]
    [InlineData(":originalzone", "zone", "-0800")]
    [InlineData(":originalzone", "iso8601", "1997-04-01T09:06:31-08:00")]
    [InlineData(":zone \"+0530\"", "time", "22:36:31")]
    [InlineData(":zone \"+1200\"", "weekday", "3")]
    [InlineData(":zone \"-0000\"", "zone", "+0000")]
    public async Task Zones(string zone, string part, string expected) => Assert.True(await Scripts.IsTrue("date", $"date {zone} \"date\" \"{part}\" \"{expected}\""));

    [Theory]
    [InlineData("", "2026-11-26")]
    [InlineData(":index 1", "2026-11-26")]
    [InlineData(":index 2", "2026-11-25")]
    [InlineData(":index 1 :last", "2026-11-25")]
    [InlineData(":last :index 2", "2026-11-26")]
    public async Task Received_has_its_date_at_the_end_and_the_index_counts(string index, string expected) =>
        Assert.True(await Scripts.IsTrue("date index", $"date {index} :originalzone \"received\" \"date\" \"{expected}\""));

    [Theory]
    [InlineData("date :matches \"x-nothing\" \"year\" \"*\"")]
    [InlineData("date :matches \"subject\" \"year\" \"*\"")]
    [InlineData("date :index 3 :matches \"received\" \"year\" \"*\"")]
    public async Task What_is_no_date_matches_nothing(string test) => Assert.False(await Scripts.IsTrue("date index", test));

    [Theory]
    [InlineData("Date: 32 Jan 2020 10:00:00 +0000\n\n")]
    [InlineData("Date: 29 Feb 2019 10:00:00 +0000\n\n")]
    public async Task Impossible_dates_match_nothing(string message) => Assert.False(await Scripts.IsTrue("date", "date :matches \"date\" \"year\" \"*\"", message));

    [Fact]
    public async Task Counts_are_one_or_none()
    {
        const string Requires = "date relational comparator-i;ascii-numeric";
        Assert.True(await Scripts.IsTrue(Requires, "date :count \"eq\" :comparator \"i;ascii-numeric\" \"date\" \"year\" \"1\""));
        Assert.True(await Scripts.IsTrue(Requires, "date :count \"eq\" :comparator \"i;ascii-numeric\" \"subject\" \"year\" \"0\""));
        Assert.True(await Scripts.IsTrue(Requires, "currentdate :count \"eq\" :comparator \"i;ascii-numeric\" \"year\" \"1\""));
    }

    /// <summary>§5.1</summary>
    [Fact]
    public async Task The_current_date()
    {
        Assert.Equal("fileinto 11-2026", await Scripts.ActionsOf("""
            require ["date", "variables", "fileinto"];
            if currentdate :matches "month" "*" { set "month" "${1}"; }
            if currentdate :matches "year"  "*" { set "year"  "${1}"; }
            fileinto "${month}-${year}";
            """));
        Assert.False(await Scripts.IsTrue("date relational", "anyof(currentdate :is \"weekday\" \"0\", currentdate :is \"weekday\" \"6\", currentdate :value \"lt\" \"hour\" \"09\", currentdate :value \"ge\" \"hour\" \"17\")"));
        Assert.True(await Scripts.IsTrue("date", "currentdate :zone \"+1400\" \"date\" \"2026-11-27\""));
    }

    [Fact]
    public async Task Index_counts_the_fields_of_all_names_in_their_order()
    {
        Assert.True(await Scripts.IsTrue("index", "header :index 3 [\"received\", \"subject\"] \"I have a present for you\""));
        Assert.True(await Scripts.IsTrue("index", "header :index 1 :last [\"subject\", \"received\"] \"from c by a; Wed, 25 Nov 2026 23:59:59 -0800\""));
        Assert.True(await Scripts.IsTrue("index", "address :index 2 :localpart [\"to\", \"cc\"] \"b\""));
        Assert.False(await Scripts.IsTrue("index", "address :index 1 [\"to\", \"cc\"] \"b@two.example\""));
    }

    [Theory]
    [InlineData("date \"date\" \"yeer\" \"1\"", "a date has no part \"yeer\" (did you mean \"year\"?)")]
    [InlineData("date :zone \"UTC\" \"date\" \"year\" \"1\"", "\"UTC\" is no time zone (write the offset from UTC as \"+hhmm\" or \"-hhmm\")")]
    [InlineData("date :zone \"+0100\" :originalzone \"date\" \"year\" \"1\"", ":originalzone and :zone exclude each other")]
    [InlineData("date :index 0 \"date\" \"year\" \"1\"", ":index counts from 1")]
    public void Errors(string test, string expected) =>
        Assert.Contains(Scripts.Diagnose($"require [\"date\", \"index\"]; if {test} {{ keep; }}"), line => line.Contains(expected, StringComparison.Ordinal));
}
