namespace MailCluster.Sieve.Tests;

/// <summary>RFC 5228, section by section, with its examples.</summary>
public sealed class Rfc5228Tests
{
    private const string MessageA = """
        Date: Tue, 1 Apr 1997 09:06:31 -0800 (PST)
        From: coyote@desert.example.org
        To: roadrunner@acme.example.com
        Subject: I have a present for you

        Look, I'm sorry about the whole anvil thing, and I really
        didn't mean to try and drop it on you from the top of the
        cliff.  I want to try to make it up to you.  I've got some
        great birdseed over here at my place--top of the line
        stuff--and if you come by, I'll have it all wrapped up
        for you.  I'm really sorry for all the problems I've caused
        for you over the years, but I know we can work this out.
        --
        Wile E. Coyote   "Super Genius"   coyote@desert.example.org
        """;

    private const string MessageB = """
        From: youcouldberich!@reply-by-postal-mail.invalid
        Sender: b1ff@de.res.example.com
        To: rube@landru.example.com
        Date:  Mon, 31 Mar 1997 18:26:10 -0800
        Subject: $$$ YOU, TOO, CAN BE A MILLIONAIRE! $$$

        YOU MAY HAVE ALREADY WON TEN MILLION DOLLARS, BUT I DOUBT
        IT!  SO JUST POST THIS TO SIX HUNDRED NEWSGROUPS!  IT WILL
        GUARANTEE THAT YOU GET AT LEAST FIVE RESPONSES WITH MONEY!
        MONEY! MONEY! COLD HARD CASH!  YOU WILL RECEIVE OVER
        $20,000 IN LESS THAN TWO MONTHS!  AND IT'S LEGAL!!!!!!!!!
        !!!!!!!!!!!!!!!!!!111111111!!!!!!!11111111111!!1  JUST
        SEND $5 IN SMALL, UNMARKED BILLS TO THE ADDRESSES BELOW!
        """;

    /// <summary>§10</summary>
    private const string Extended = """"
        # Example Sieve Filter
        # Declare any optional features or extension used by the script
        require ["fileinto"];

        # Handle messages from known mailing lists
        # Move messages from IETF filter discussion list to filter mailbox
        if header :is "Sender" "owner-ietf-mta-filters@imc.org"
                {
                fileinto "filter";  # move to "filter" mailbox
                }
        # Keep all messages to or from people in my company
        elsif address :DOMAIN :is ["From", "To"] "example.com"
                {
                keep;               # keep in "In" mailbox
                }
        # Try and catch unsolicited email.  If a message is not to me,
        # or it contains a subject known to be spam, file it away.
        elsif anyof (NOT address :all :contains
                       ["To", "Cc", "Bcc"] "me@example.com",
                     header :matches "subject"
                       ["*make*money*fast*", "*university*dipl*mas*"])
                {
                fileinto "spam";   # move to "spam" mailbox
                }
        else
                {
                # Move all other (non-company) mail to "personal" mailbox.
                fileinto "personal";
                }
        """";

    [Theory]
    [InlineData("From: a@b.example\nSender: owner-ietf-mta-filters@imc.org\n\n", "fileinto filter")]
    [InlineData("From: a@example.com\n\n", "keep!")]
    [InlineData("From: a@example.org\nTo: x@elsewhere.example\n\n", "fileinto spam")]
    [InlineData("From: a@example.org\nTo: me@example.com.invalid\nSubject: Make MONEY, and fast!\n\n", "fileinto spam")]
    [InlineData("From: a@example.org\nTo: me@example.com.invalid\nSubject: hello\n\n", "fileinto personal")]
    public async Task The_extended_example_files_each_message(string message, string expected) => Assert.Equal(expected, await Scripts.ActionsOf(Extended, message));

    [Fact]
    public async Task The_examples_of_messages_A_and_B()
    {
        // §2.7.1
        Assert.True(await Scripts.IsTrue("", "header :contains \"Subject\" \"MAKE MONEY FAST\"", "Subject: >>MAKE MONEY FAST<<\n\n"));

        // §3.1
        const string Script = """
            require "fileinto";
            if header :contains "from" "coyote" { discard; }
            elsif header :contains ["subject"] ["$$$"] { discard; }
            else { fileinto "INBOX"; }
            """;
        Assert.Equal("discard", await Scripts.ActionsOf(Script, MessageA));
        Assert.Equal("discard", await Scripts.ActionsOf(Script, MessageB));
        Assert.Equal("fileinto INBOX", await Scripts.ActionsOf(Script, "From: a@b.example\n\n"));

        const string Redirects = """
            if header :contains ["From"] ["coyote"] { redirect "acm@example.com"; }
            elsif header :contains "Subject" "$$$" { redirect "postmaster@example.com"; }
            else { redirect "field@example.com"; }
            """;
        Assert.Equal("redirect acm@example.com", await Scripts.ActionsOf(Redirects, MessageA));
        Assert.Equal("redirect postmaster@example.com", await Scripts.ActionsOf(Redirects, MessageB));
        Assert.Equal("redirect field@example.com", await Scripts.ActionsOf(Redirects, "Subject: x\n\n"));

        // §4.2 to §4.4, §5.1, §5.9
        Assert.Equal("redirect bart@example.com", await Scripts.ActionsOf("redirect \"bart@example.com\";"));
        Assert.Equal("discard", await Scripts.ActionsOf("if header :contains [\"from\"] [\"idiot@example.com\"] { discard; }", "From: idiot@example.com\n\n"));
        Assert.Equal("keep!", await Scripts.ActionsOf("if size :under 1M { keep; } else { discard; }", MessageA));
        Assert.Equal("discard", await Scripts.ActionsOf("if address :is :all \"from\" \"tim@example.com\" { discard; }", "From: Tim <TIM@example.com>\n\n"));
    }

    [Fact]
    public async Task Strings_as_section_2_4_2_has_them()
    {
        // An undefined escape is the character.
        Assert.True(await Scripts.IsTrue("variables", "string \"\\a\\\"\\\\\" \"A\\\"\\\\\""));

        // multi-line, with a doubled dot and a comment behind text:
        const string Script = "require \"reject\";\r\nreject text: # why\r\nfirst\r\n..second\r\n.third\r\n\r\n.\r\n;";
        var outcome = await Scripts.RunAsync(Script);
        Assert.Equal("first\r\n.second\r\n.third\r\n\r\n", Assert.IsType<SieveReject>(Assert.Single(outcome.Actions)).Reason);

        // Lines that end in LF are lines.
        outcome = await Scripts.RunAsync("require \"reject\";\nreject text:\na\n\nb\n.\n;");
        Assert.Equal("a\r\n\r\nb\r\n", Assert.IsType<SieveReject>(Assert.Single(outcome.Actions)).Reason);
    }

    [Theory]
    [InlineData("100", 99, true)]
    [InlineData("1K", 1023, true)]
    [InlineData("1k", 1024, false)]
    [InlineData("1M", 1024 * 1024, false)]
    [InlineData("2G", 3000, true)]
    public async Task Numbers_have_units(string number, int size, bool isUnder)
    {
        var message = "Subject: x\r\n\r\n" + new string('y', size - 14);
        Assert.Equal(isUnder, await Scripts.IsTrue("", $"size :under {number}", message));
        Assert.Equal(size > 100, await Scripts.IsTrue("", "size :over 100", message));
    }

    [Theory]
    [InlineData("$${hex:40}", "$@")]
    [InlineData("${hex: 40 }", "@")]
    [InlineData("${HEX: 40}", "@")]
    [InlineData("${hex:40", "${hex:40")]
    [InlineData("${hex:400}", "${hex:400}")]
    [InlineData("${hex:4${hex:30}}", "${hex:40}")]
    [InlineData("${unicode:40}", "@")]
    [InlineData("${ unicode:40}", "${ unicode:40}")]
    [InlineData("${UNICODE:40}", "@")]
    [InlineData("${UnICoDE:0000040}", "@")]
    [InlineData("${Unicode:40}", "@")]
    [InlineData("${Unicode:Cool}", "${Unicode:Cool}")]
    [InlineData("${unicode:200000", "${unicode:200000")]
    [InlineData("${unicode:e9 1F600}", "é😀")]
    [InlineData("${hex:c3 a9}", "é")]
    public async Task Encoded_characters_of_section_2_4_2_4(string written, string meant)
    {
        // The table of §2.4.2.4, and some.
        var outcome = await Scripts.RunAsync($"require [\"reject\", \"encoded-character\"]; reject \"{written}\";");
        Assert.Equal(meant, Assert.IsType<SieveReject>(Assert.Single(outcome.Actions)).Reason);
    }

    [Fact]
    public void Encoded_characters_that_are_none_are_errors()
    {
        Assert.Contains("is no Unicode character", Assert.Single(Scripts.Diagnose("require [\"reject\", \"encoded-character\"]; reject \"${unicode:200000}\";")), StringComparison.Ordinal);
        Assert.Contains("is no Unicode character", Assert.Single(Scripts.Diagnose("require [\"reject\", \"encoded-character\"]; reject \"${Unicode:DF01}\";")), StringComparison.Ordinal);
        Assert.Contains("do not make UTF-8", Assert.Single(Scripts.Diagnose("require [\"reject\", \"encoded-character\"]; reject \"${hex:ff}\";")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"coyote@desert.example.org\"", "from", true)]
    [InlineData("\"COYOTE@DESERT.EXAMPLE.ORG\"", "FROM", true)]
    [InlineData("\"desert.example.org\"", ":domain \"from", true)]
    [InlineData("\"coyote\"", ":localpart \"from", true)]
    [InlineData("[\"x\", \"b@two.example\"]", "cc", true)]
    [InlineData("\"Tom, Dick\"", "cc", false)]
    [InlineData("\"friends\"", "cc", false)]
    public async Task Address_parts_of_section_5_1(string keys, string header, bool expected)
    {
        var field = header.Contains('"', StringComparison.Ordinal) ? header + "\"" : $"\"{header}\"";
        Assert.Equal(expected, await Scripts.IsTrue("", $"address {field} {keys}"));
    }

    [Fact]
    public async Task The_null_return_path_is_empty_in_all_parts()
    {
        var envelope = new SieveEnvelope("", "a@b.example");
        Assert.True(await Scripts.IsTrue("envelope", "envelope \"from\" \"\"", envelope: envelope));
        Assert.True(await Scripts.IsTrue("envelope", "envelope :localpart \"from\" \"\"", envelope: envelope));
        Assert.True(await Scripts.IsTrue("envelope", "envelope :domain :is [\"from\"] \"\"", envelope: envelope));
        Assert.False(await Scripts.IsTrue("envelope", "envelope \"auth\" \"\"", envelope: envelope));
        Assert.True(await Scripts.IsTrue("envelope", "envelope \"auth\" \"alice\"", envelope: envelope with { AuthenticatedAs = "alice" }));
    }

    [Theory]
    [InlineData(":is", "", "X-Empty", true)]
    [InlineData(":contains", "", "x-empty", true)]
    [InlineData(":is", "", "x-missing", false)]
    [InlineData(":contains", "", "X-Caffeine", true)]
    [InlineData(":is", "", "X-Caffeine", false)]
    [InlineData(":matches", "*", "X-Empty", true)]
    [InlineData(":matches", "?", "X-Empty", false)]
    public async Task Headers_of_section_5_7(string match, string key, string header, bool expected) =>
        Assert.Equal(expected, await Scripts.IsTrue("", $"header {match} [\"{header}\"] [\"{key}\"]"));

    [Theory]
    [InlineData("not true", false)]
    [InlineData("allof (true, false)", false)]
    [InlineData("allof (true, true)", true)]
    [InlineData("anyof (false, true)", true)]
    [InlineData("anyof (false, false)", false)]
    [InlineData("not anyof (not exists \"from\", not allof (exists [\"to\", \"from\"], not exists \"x-nothing\"))", true)]
    [InlineData("exists [\"from\", \"x-nothing\"]", false)]
    [InlineData("not allof (header \"subject\" \"y\", not header \"subject\" \"x\", anyof (exists \"from\", exists \"x\"))", true)]
    public async Task Tests_are_joined(string test, bool expected) => Assert.Equal(expected, await Scripts.IsTrue("", test));

    [Fact]
    public async Task The_implicit_keep_stands_until_something_else_is_done()
    {
        Assert.Equal("keep", await Scripts.ActionsOf(""));
        Assert.Equal("keep", await Scripts.ActionsOf("# nothing\n/* at all */ stop; discard;"));
        Assert.Equal("keep!; redirect a@b.example", Sorted(await Scripts.ActionsOf("redirect \"a@b.example\"; keep;")));
        Assert.Equal("fileinto x; keep", Sorted(await Scripts.ActionsOf("require [\"fileinto\", \"copy\"]; fileinto :copy \"x\";")));
        Assert.Equal("fileinto x", await Scripts.ActionsOf("require \"fileinto\"; discard; fileinto \"x\";"));
        Assert.Equal("keep!", await Scripts.ActionsOf("discard; keep; discard;"));
    }

    [Fact]
    public async Task The_same_action_is_done_once()
    {
        Assert.Equal("fileinto x; fileinto y", await Scripts.ActionsOf("require \"fileinto\"; fileinto \"x\"; fileinto \"y\"; fileinto \"x\";"));
        Assert.Equal("redirect a@b.example", await Scripts.ActionsOf("redirect \"a@b.example\"; redirect \"A@B.example\";"));
        Assert.Equal("keep!", await Scripts.ActionsOf("require \"fileinto\"; fileinto \"INBOX\"; keep;"));
    }

    private static string Sorted(string actions) => string.Join("; ", actions.Split("; ").Order(StringComparer.Ordinal));
}
