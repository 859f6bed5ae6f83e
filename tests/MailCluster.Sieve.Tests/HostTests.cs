using System.Text.RegularExpressions;

namespace MailCluster.Sieve.Tests;

/// <summary>What scripts ask of the world around them: folders, annotations, lists, memories, programs, scanners, the environment.</summary>
public sealed class HostTests
{
    /// <summary>RFC 5490 §3.1, RFC 9042 §4, RFC 8579 §3.</summary>
    [Theory]
    [InlineData("mailboxexists \"Partners\"", true)]
    [InlineData("mailboxexists [\"INBOX\", \"Partners\"]", true)]
    [InlineData("mailboxexists [\"INBOX\", \"Nowhere\"]", false)]
    [InlineData("mailboxidexists \"F1\"", true)]
    [InlineData("mailboxidexists [\"F1\", \"F2\"]", false)]
    [InlineData("specialuse_exists \"\\\\junk\"", true)]
    [InlineData("specialuse_exists \"Spam\" \"\\\\Junk\"", true)]
    [InlineData("specialuse_exists \"INBOX\" \"\\\\Junk\"", false)]
    [InlineData("specialuse_exists [\"\\\\Junk\", \"\\\\Archive\"]", false)]
    public async Task Folders(string test, bool expected)
    {
        var host = new InMemorySieveHost { Folders = { "Partners" }, FolderIds = { ["F1"] = "Partners" }, FolderUses = { ["Spam"] = "\\Junk" } };
        Assert.Equal(expected, await Scripts.IsTrue("mailbox mailboxid special-use", test, host: host));
    }

    /// <summary>RFC 5490 §4 and §5, with the examples.</summary>
    [Theory]
    [InlineData("metadata :is \"INBOX\" \"/private/vendor/vendor.example/auto-replies\" \"on\"", true)]
    [InlineData("metadata :contains \"Other\" \"/private/vendor/vendor.example/auto-replies\" \"\"", false)]
    [InlineData("metadataexists \"INBOX\" [\"/private/vendor/vendor.example/auto-replies\"]", true)]
    [InlineData("metadataexists \"INBOX\" [\"/private/vendor/vendor.example/auto-replies\", \"/private/comment\"]", false)]
    [InlineData("servermetadata :matches \"/private/vendor/vendor.example/notify\" \"mailto:*\"", true)]
    [InlineData("servermetadataexists \"/private/vendor/vendor.example/notify\"", true)]
    [InlineData("servermetadataexists \"/private/nothing\"", false)]
    public async Task Annotations(string test, bool expected)
    {
        var host = new InMemorySieveHost
        {
            Metadata =
            {
                [("INBOX", "/private/vendor/vendor.example/auto-replies")] = "on",
                [(null, "/private/vendor/vendor.example/notify")] = "mailto:a@b.example",
            },
        };
        Assert.Equal(expected, await Scripts.IsTrue("mboxmetadata servermetadata", test, host: host));
    }

    /// <summary>RFC 6134, with its examples.</summary>
    [Theory]
    [InlineData("address :list \"from\" \":addrbook:default\"", true)]
    [InlineData("envelope :list \"from\" [\"tag:example.com,2010-05-28:mylist\", \":addrbook:default\"]", true)]
    [InlineData("header :list \"subject\" \":addrbook:default\"", false)]
    [InlineData("string :list \"${x}\" \":addrbook:default\"", false)]
    [InlineData("currentdate :list \"date\" \"tag:example.com,2011-01-01:localHolidays\"", true)]
    [InlineData("valid_ext_list [\":addrbook:default\", \"tag:example.com,2010-05-28:mylist\"]", true)]
    [InlineData("valid_ext_list [\":addrbook:default\", \"tag:nowhere\"]", false)]
    public async Task Lists(string test, bool expected)
    {
        var host = new InMemorySieveHost
        {
            Lists =
            {
                [":addrbook:default"] = ["coyote@desert.example.org"],
                ["tag:example.com,2010-05-28:mylist"] = [],
                ["tag:example.com,2011-01-01:localHolidays"] = ["2026-11-26"],
            },
        };
        Assert.Equal(expected, await Scripts.IsTrue("extlists envelope variables date", test, host: host));
    }

    [Fact]
    public async Task A_list_can_be_redirected_to_and_one_that_is_missing_is_an_error()
    {
        Assert.Equal("redirect list=tag:example.com,2010-05-28:mylist", await Scripts.ActionsOf("require \"extlists\"; redirect :list \"tag:example.com,2010-05-28:mylist\";"));
        Assert.Equal("there is no list \"tag:nowhere\"", (await Scripts.RunAsync("require \"extlists\"; if header :list \"from\" \"tag:nowhere\" { discard; }")).Error?.Message);
    }

    [Fact]
    public async Task The_value_that_was_in_a_list_is_a_variable()
    {
        var host = new InMemorySieveHost { Lists = { ["x"] = ["coyote@desert.example.org"] } };
        Assert.Equal("fileinto coyote@desert.example.org", await Scripts.ActionsOf("require [\"extlists\", \"variables\", \"fileinto\"]; if address :list [\"to\", \"from\"] \"x\" { fileinto \"${0}\"; }", host: host));
    }

    /// <summary>RFC 7352.</summary>
    [Fact]
    public async Task Duplicates_are_looked_for_and_remembered_with_the_outcome()
    {
        const string Script = "require [\"duplicate\", \"fileinto\", \"mailbox\"]; if duplicate { fileinto :create \"Trash/Duplicate\"; }";
        var host = new InMemorySieveHost();
        var outcome = await Scripts.RunAsync(Script, host: host);
        Assert.Equal("keep", Scripts.Describe(outcome));
        Assert.Equal<DuplicateMark>([new DuplicateMark("", "<1@desert.example.org>", TimeSpan.FromDays(7))], outcome.Marks);

        host.Seen.Add(("", "<1@desert.example.org>"));
        outcome = await Scripts.RunAsync(Script, host: host);
        Assert.Equal("fileinto Trash/Duplicate create", Scripts.Describe(outcome));
        Assert.Empty(outcome.Marks);

        // With :last the time begins anew.
        outcome = await Scripts.RunAsync("require \"duplicate\"; if duplicate :last :seconds 60 { discard; }", host: host);
        Assert.Equal("discard", Scripts.Describe(outcome));
        Assert.Equal<DuplicateMark>([new DuplicateMark("", "<1@desert.example.org>", TimeSpan.FromMinutes(1))], outcome.Marks);
    }

    [Theory]
    [InlineData("duplicate :header \"message-id\"", "", "<1@desert.example.org>", 7 * 86400)]
    [InlineData("duplicate :header \"x-caffeine\" :handle \"h\"", "h", "C8H10N4O2", 7 * 86400)]
    [InlineData("duplicate :uniqueid \"${0}\" :seconds 1800", "", "I have a present for you", 1800)]
    [InlineData("duplicate :uniqueid \"x\" :seconds 99999999", "", "x", 60 * 86400)]
    public async Task What_is_remembered(string test, string handle, string id, int seconds)
    {
        var outcome = await Scripts.RunAsync($"require [\"duplicate\", \"variables\"]; if header :matches \"subject\" \"*\" {{ if {test} {{ discard; }} }}");
        Assert.Equal<DuplicateMark>([new DuplicateMark(handle, id, TimeSpan.FromSeconds(seconds))], outcome.Marks);
    }

    [Theory]
    [InlineData("duplicate :header \"x-nothing\"")]
    [InlineData("duplicate :header \"x-empty\"")]
    [InlineData("duplicate :seconds 0")]
    public async Task What_is_never_a_duplicate(string test)
    {
        var outcome = await Scripts.RunAsync($"require \"duplicate\"; if {test} {{ discard; }}", host: new InMemorySieveHost { Seen = { ("", "<1@desert.example.org>") } });
        Assert.Equal("keep", Scripts.Describe(outcome));
        Assert.Empty(outcome.Marks);
    }

    [Fact]
    public async Task Long_ids_are_remembered_by_their_sum()
    {
        var outcome = await Scripts.RunAsync($"require \"duplicate\"; if duplicate :uniqueid \"{new string('x', 1000)}\" {{ discard; }}");
        Assert.Equal(7 + 64, Assert.Single(outcome.Marks).Id.Length);
    }

    /// <summary>vnd.dovecot.pipe, .filter and .execute.</summary>
    [Fact]
    public async Task Programs()
    {
        var host = new InMemorySieveHost
        {
            Programs =
            {
                ["onvacation"] = (arguments, _) => (arguments[0] == "roadrunner+toons" ? 0 : 1, "Gone fishing"),
                ["upper"] = (_, input) => (0, input.ToUpperInvariant()),
                ["silent"] = (_, _) => (0, ""),
            },
        };
        const string Requires = "require [\"vnd.dovecot.execute\", \"vnd.dovecot.filter\", \"vnd.dovecot.pipe\", \"vacation\", \"variables\", \"envelope\", \"fileinto\", \"copy\"];\n";
        Assert.Equal(
            "vacation Gone fishing after 604800; keep",
            await Scripts.ActionsOf(Requires + "if envelope :localpart :matches \"to\" \"*\" { set \"recipient\" \"${1}\"; } if execute :output \"text\" \"onvacation\" \"${recipient}\" { vacation \"${text}\"; }", host: host));
        Assert.Equal("fileinto HELLO", await Scripts.ActionsOf(Requires + "execute :input \"hello\" :output \"text\" \"upper\"; execute :input \"x\" :output \"text\" \"missing\"; fileinto \"${text}\";", host: host));

        var outcome = await Scripts.RunAsync(Requires + "keep; if allof (filter \"upper\", header :comparator \"i;octet\" \"subject\" \"I HAVE A PRESENT FOR YOU\") { fileinto \"a\"; } filter \"silent\"; if not filter \"missing\" { fileinto \"b\"; }", host: host);
        Assert.Equal("fileinto a; fileinto b; keep!", Scripts.Describe(outcome));
        Assert.Equal([true, true, false], outcome.Actions.Select(action => action.Message.IsEdited));

        Assert.Equal("pipe printer A4 draft; keep", await Scripts.ActionsOf(Requires + "pipe :copy :try \"printer\" [\"A4\", \"draft\"];", host: host));
        Assert.Equal("the message is piped to \"a\" twice", (await Scripts.RunAsync(Requires + "pipe \"a\"; pipe \"b\"; pipe \"a\" \"x\";", host: host)).Error?.Message);
        Assert.Contains("is no name of a program", Assert.Single(Scripts.Diagnose("require \"vnd.dovecot.pipe\"; pipe \"../x\";")), StringComparison.Ordinal);
        Assert.Contains("add \"variables\" to require", Assert.Single(Scripts.Diagnose("require \"vnd.dovecot.execute\"; execute :output \"x\" \"y\";")), StringComparison.Ordinal);
    }

    /// <summary>RFC 5235 §3, with its examples.</summary>
    [Theory]
    [InlineData("", "fileinto unclassified", "0")]
    [InlineData("X-Spam-Score: nonsense\n", "fileinto unclassified", "0")]
    [InlineData("X-Spam-Score: score=-3.5\n", "fileinto not-spam", "1")]
    [InlineData("X-Spam-Score: score=2.5\n", "fileinto spam-trap", "3")]
    [InlineData("X-Spam-Score: score=9.99\n", "discard", "9")]
    [InlineData("X-Spam-Score: score=10\n", "discard", "10")]
    [InlineData("X-Spam-Score: score=99\n", "discard", "10")]
    public async Task Spam(string field, string expected, string value)
    {
        var options = new SieveRunOptions { Spam = new SieveScanner("X-Spam-Score", new Regex("score=(-?[0-9.]+)"), SieveScannerForm.Score, 10) };
        foreach (var untested in new[] { "spamtest :value \"eq\" :comparator \"i;ascii-numeric\" \"0\"", "spamtest :percent :count \"eq\" :comparator \"i;ascii-numeric\" \"0\"" })
        {
            var script = $$"""
                require ["spamtestplus", "fileinto", "relational", "comparator-i;ascii-numeric"];
                if {{untested}} { fileinto "unclassified"; }
                elsif spamtest :percent :value "eq" :comparator "i;ascii-numeric" "0" { fileinto "not-spam"; }
                elsif spamtest :percent :value "lt" :comparator "i;ascii-numeric" "37" { fileinto "spam-trap"; }
                else { discard; }
                """;
            Assert.Equal(expected, Scripts.Describe(await Scripts.RunAsync(script, field + "From: a@b.example\n\n", options: options)));
        }

        Assert.Equal("discard", Scripts.Describe(await Scripts.RunAsync($"require \"spamtest\"; if spamtest \"{value}\" {{ discard; }}", field + "\n", options: options)));
        Assert.Contains("add \"spamtestplus\" to require", Assert.Single(Scripts.Diagnose("require \"spamtest\"; if spamtest :percent \"0\" { keep; }")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Virus: clean\n", "1")]
    [InlineData("X-Virus: infected\n", "5")]
    [InlineData("X-Virus: what\n", "0")]
    [InlineData("", "0")]
    public async Task Viruses(string field, string value)
    {
        var options = new SieveRunOptions { Virus = new SieveScanner("X-Virus", null, SieveScannerForm.Word, 0, Words: new Dictionary<string, int> { ["clean"] = 1, ["infected"] = 5 }) };
        Assert.Equal("discard", Scripts.Describe(await Scripts.RunAsync($"require \"virustest\"; if virustest \"{value}\" {{ discard; }}", field + "\n", options: options)));
    }

    [Fact]
    public async Task A_level_of_stars_and_a_maximum_of_its_own()
    {
        var stars = new SieveRunOptions { Spam = new SieveScanner("X-Spam-Level", null, SieveScannerForm.Length, 5) };
        Assert.Equal("discard", Scripts.Describe(await Scripts.RunAsync("require \"spamtest\"; if spamtest \"10\" { discard; }", "X-Spam-Level: *****\n\n", options: stars)));
        var own = new SieveRunOptions { Spam = new SieveScanner("X-Score", new Regex("^([0-9]+)/"), SieveScannerForm.Score, 0, "X-Score", new Regex("/([0-9]+)$")) };
        Assert.Equal("discard", Scripts.Describe(await Scripts.RunAsync("require \"spamtestplus\"; if spamtest :percent \"50\" { discard; }", "X-Score: 15/30\n\n", options: own)));
    }

    /// <summary>RFC 5183, vnd.dovecot.environment, RFC 6785 §4.</summary>
    [Fact]
    public async Task The_environment()
    {
        var host = new InMemorySieveHost { Items = { ["remote-ip"] = "192.0.2.1", ["vnd.dovecot.username"] = "alice", ["imap.cause"] = "COPY", ["imap.mailbox"] = "Spam Report" } };
        Assert.True(await Scripts.IsTrue("environment", "environment :contains \"remote-IP\" \"192.0\"", host: host));
        Assert.True(await Scripts.IsTrue("environment", "environment \"name\" \"MailCluster\"", host: host));
        Assert.True(await Scripts.IsTrue("environment", "environment \"location\" \"MDA\"", host: host));
        Assert.False(await Scripts.IsTrue("environment", "environment :contains \"nothing\" \"\"", host: host));
        Assert.Equal("fileinto User/alice-INBOX", await Scripts.ActionsOf("require [\"variables\", \"fileinto\", \"vnd.dovecot.environment\"]; fileinto \"User/${env.vnd.dovecot.username}-${env.vnd.dovecot.default_mailbox}${env.nothing}\";", host: host));
        Assert.Equal(
            "report abuse spam-report@example.org This spam message slipped through.; keep",
            await Scripts.ActionsOf(
                """
                require ["imapsieve", "environment", "vnd.dovecot.report"];
                if allof (environment "imap.mailbox" "Spam Report", environment "imap.cause" "COPY", header "x-caffeine" "c8h10n4o2") {
                    report "abuse" "This spam message slipped through." "spam-report@example.org";
                    report :headers_only "Abuse" "again" "Spam-Report@example.org";
                }
                """,
                host: host));
        Assert.Equal("reject has no meaning for an event of IMAP", (await Scripts.RunAsync("require \"reject\"; reject \"x\";", host: host)).Error?.Message);
    }

    [Fact]
    public async Task Debug_lines_come_with_the_outcome()
    {
        var outcome = await Scripts.RunAsync("require [\"vnd.dovecot.debug\", \"variables\"];\nset \"a\" \"b\";\ndebug_log \"a is ${a}\";");
        Assert.Equal<string>(["script:3: a is b"], outcome.Log);
    }

    [Theory]
    [InlineData("if mailboxexists \"x\" { discard; }")]
    [InlineData("fileinto \"x\"; include \"x\";")]
    [InlineData("fileinto \"x\"; if duplicate { discard; }")]
    [InlineData("if address :list \"from\" \"x\" { discard; }")]
    public async Task A_host_that_is_away_defers_the_message(string commands)
    {
        var outcome = await Scripts.RunAsync($"require [\"mailbox\", \"fileinto\", \"include\", \"duplicate\", \"extlists\"]; {commands}", host: new InMemorySieveHost { IsDown = true });
        Assert.True(outcome.IsTemporaryFailure);
        Assert.Empty(outcome.Actions);
        Assert.Empty(outcome.Marks);
    }
}
