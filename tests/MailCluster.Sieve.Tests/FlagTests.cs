namespace MailCluster.Sieve.Tests;

/// <summary>RFC 5232.</summary>
public sealed class FlagTests
{
    private const string Head = "require [\"imap4flags\", \"fileinto\", \"variables\", \"relational\", \"comparator-i;ascii-numeric\"];\n";

    private const string MyVar = "set \"MyVar\" \"NonJunk Junk gnus-forward $Forwarded NotJunk JunkRecorded $Junk $NotJunk\";";

    /// <summary>§3.1: the second example.</summary>
    [Theory]
    [InlineData("From: boss@frobnitzm.example.edu\nMessage-ID: <frobnitzm@x>\n\n", "fileinto INBOX.From Boss [\\Flagged $Work]")]
    [InlineData("From: boss@frobnitzm.example.edu\n\n", "fileinto INBOX.From Boss [\\Flagged]")]
    [InlineData("From: a@b.example\n\n", "keep [\\Seen]")]
    public async Task Flags_gather_in_the_internal_variable(string message, string expected)
    {
        const string Script = Head + """
            if header :contains "from" "boss@frobnitzm.example.edu" {
                setflag "\\Flagged";
                if exists "message-id" { addflag "$Work"; }
                fileinto "INBOX.From Boss";
                removeflag "\\flagged";
                setflag "never";
            } else {
                setflag ["\\Flagged \\deleted", "\\SEEN"];
                removeflag "\\Deleted   \\Flagged";
            }
            """;
        Assert.Equal(expected, await Scripts.ActionsOf(Script, message));
    }

    [Fact]
    public async Task Each_delivery_has_the_flags_of_its_time()
    {
        const string Script = Head + """
            addflag "one"; fileinto "a";
            addflag "two"; fileinto "b";
            fileinto :flags ["three four", "\\Recent", "THREE"] "c";
            keep :flags "\\Draft";
            setflag "";
            fileinto "d";
            """;
        Assert.Equal("fileinto a [one]; fileinto b [one two]; fileinto c [three four]; fileinto d; keep! [\\Draft]", await Scripts.ActionsOf(Script));
    }

    [Fact]
    public async Task The_last_flags_win_where_two_deliveries_are_one() =>
        Assert.Equal("fileinto a [two]", await Scripts.ActionsOf(Head + "fileinto :flags \"one\" \"a\"; fileinto :flags \"two\" \"a\";"));

    /// <summary>The inbox is one folder by whatever name it is filed into.</summary>
    [Theory]
    [InlineData("keep :flags \"one\"; fileinto :flags \"two\" \"INBOX\";", "keep! [two]")]
    [InlineData("fileinto :flags \"two\" \"inbox\"; keep :flags \"one\";", "keep! [one]")]
    [InlineData("fileinto :flags \"one\" \"inbox\"; fileinto :flags \"two\" \"Inbox\"; keep :flags \"three\"; fileinto :flags \"four\" \"INBOX\";", "keep! [four]")]
    [InlineData("fileinto :flags \"one\" \"inbox\"; fileinto :flags \"two\" \"INBOX\";", "fileinto INBOX [two]")]
    public async Task The_last_flags_win_in_the_inbox_too(string script, string expected) => Assert.Equal(expected, await Scripts.ActionsOf(Head + script));

    [Fact]
    public async Task Variables_hold_flags()
    {
        const string Script = Head + """
            set "mine" "a  b";
            addflag "mine" ["B", "c d"];
            removeflag "MINE" "a";
            fileinto :flags "${mine}" "x${mine}";
            """;
        Assert.Equal("fileinto xb c d [b c d]", await Scripts.ActionsOf(Script));
    }

    /// <summary>§4</summary>
    [Theory]
    [InlineData("addflag [\"A\", \"B\"];", "hasflag :is \"b A\"", true)]
    [InlineData("addflag [\"A\", \"B\"];", "hasflag [\"b\", \"A\"]", true)]
    [InlineData("addflag [\"A\", \"B\"];", "hasflag \"C\"", false)]
    [InlineData(MyVar, "hasflag :contains \"MyVar\" \"Junk\"", true)]
    [InlineData(MyVar, "hasflag :contains \"MyVar\" \"forward\"", true)]
    [InlineData(MyVar, "hasflag :contains \"MyVar\" [\"label\", \"forward\"]", true)]
    [InlineData(MyVar, "hasflag :contains \"MyVar\" \"junk forward\"", true)]
    [InlineData(MyVar, "hasflag :contains \"MyVar\" \"label\"", false)]
    [InlineData(MyVar, "hasflag :contains \"MyVar\" [\"label1\", \"label2\"]", false)]
    [InlineData(MyVar, "hasflag :matches \"MyVar\" \"gnus-*\"", true)]
    [InlineData("set \"MyFlags\" \"A B a\";", "hasflag :count \"eq\" :comparator \"i;ascii-numeric\" \"MyFlags\" \"2\"", true)]
    [InlineData("set \"a\" \"A B\"; set \"b\" \"A\";", "hasflag :count \"eq\" :comparator \"i;ascii-numeric\" [\"a\", \"b\"] \"3\"", true)]
    [InlineData("", "hasflag :count \"eq\" :comparator \"i;ascii-numeric\" \"0\"", true)]
    public async Task Hasflag(string commands, string test, bool expected) =>
        Assert.Equal(expected ? "discard" : "keep", (await Scripts.ActionsOf($"{Head}{commands} if {test} {{ discard; }}")).Split(' ')[0]);

    [Fact]
    public void Variables_need_their_extension() =>
        Assert.Contains("add \"variables\" to require", Assert.Single(Scripts.Diagnose("require \"imap4flags\"; addflag \"x\" \"y\";")), StringComparison.Ordinal);
}
