namespace MailCluster.Sieve.Tests;

/// <summary>What actions say to the host, and which of them exclude each other.</summary>
public sealed class ActionTests
{
    /// <summary>RFC 5230 §4 and its examples, RFC 6131.</summary>
    [Theory]
    [InlineData("vacation \"Gone\";", 7 * 86400)]
    [InlineData("vacation :days 23 :addresses [\"tjs@example.edu\", \"ts4z@landru.example.edu\"] \"Gone\";", 23 * 86400)]
    [InlineData("vacation :days 0 \"Gone\";", 86400)]
    [InlineData("vacation :days 1000 \"Gone\";", 60 * 86400)]
    [InlineData("vacation :seconds 1800 \"Gone\";", 1800)]
    [InlineData("vacation :seconds 0 \"Gone\";", 0)]
    public async Task Vacation_intervals(string command, int seconds) =>
        Assert.Equal($"vacation Gone after {seconds}; keep", await Scripts.ActionsOf("require \"vacation-seconds\"; " + command));

    [Fact]
    public async Task Vacation_says_all_that_the_answer_needs()
    {
        const string Script = """
            require ["vacation", "fcc", "mailbox", "imap4flags", "special-use"];
            addflag "mine";
            vacation :subject "Automatic" :from "Me <me@example.com>" :addresses ["a@b.example"] :mime :handle "h"
              :fcc "Sent" :create :specialuse "\\Sent" :flags ["\\Seen"] "Content-Type: text/plain\r\n\r\nGone";
            """;
        var outcome = await Scripts.RunAsync(Script);
        var vacation = Assert.IsType<SieveVacation>(outcome.Actions[0]);
        Assert.Equal(("h", "Automatic", "Me <me@example.com>", true), (vacation.Handle, vacation.Subject, vacation.From, vacation.IsMime));
        Assert.Equal<string>(["a@b.example"], vacation.Addresses);
        Assert.Equal(("Sent", true, "\\Sent", null), (vacation.Fcc!.Folder, vacation.Fcc.Create, vacation.Fcc.SpecialUse, vacation.Fcc.MailboxId));
        Assert.Equal<string>(["\\Seen"], vacation.Fcc.Flags);
        Assert.Equal("keep [mine]", Scripts.Describe(outcome).Split("; ")[1]);
    }

    [Fact]
    public async Task Answers_that_differ_have_handles_that_differ()
    {
        var handles = new List<string>();
        foreach (var arguments in new[] { "\"a\"", "\"b\"", ":subject \"x\" \"a\"", ":from \"a@b.example\" \"a\"", ":mime \"a\"" })
            handles.Add(Assert.IsType<SieveVacation>((await Scripts.RunAsync($"require \"vacation\"; vacation {arguments};")).Actions[0]).Handle);
        Assert.Equal(handles.Count, handles.Distinct().Count());
        Assert.Equal(handles[0], Assert.IsType<SieveVacation>((await Scripts.RunAsync("require \"vacation\"; vacation :days 3 \"a\";")).Actions[0]).Handle);
    }

    [Theory]
    [InlineData("reject \"a\"; reject \"b\";", "reject cannot be combined with reject")]
    [InlineData("reject \"a\"; keep;", "keep cannot be combined with reject")]
    [InlineData("keep; reject \"a\";", "reject cannot be combined with keep")]
    [InlineData("fileinto \"a\"; ereject \"a\";", "ereject cannot be combined with fileinto")]
    [InlineData("ereject \"a\"; redirect \"a@b.example\";", "redirect cannot be combined with ereject")]
    [InlineData("vacation \"a\"; reject \"a\";", "reject cannot be combined with vacation")]
    [InlineData("vacation \"a\"; vacation \"b\";", "vacation can be asked for only once")]
    [InlineData("redirect \"${1}\";", "\"\" is no address to redirect to")]
    [InlineData("fileinto \"${1}\";", "\"\" is no name of a folder: it is empty")]
    [InlineData("notify \"${1}mailto:\";", "notifications cannot be sent by \"mailto:\"")]
    [InlineData("vacation :from \"${1}\" \"x\";", "\"\" is no address that an answer can come from")]
    public async Task Conflicts_and_errors_keep_the_message(string commands, string expected)
    {
        var outcome = await Scripts.RunAsync($"require [\"reject\", \"ereject\", \"fileinto\", \"vacation\", \"variables\", \"enotify\"];\n{commands}");
        Assert.Equal(expected, outcome.Error?.Message);
        Assert.Equal(2, outcome.Error!.Line);
        Assert.Equal("keep", Scripts.Describe(outcome));
    }

    [Fact]
    public async Task A_reject_with_a_discard_is_a_reject() =>
        Assert.Equal("reject a", await Scripts.ActionsOf("require \"reject\"; reject \"a\"; discard;"));

    /// <summary>RFC 6009 §3 and §5.</summary>
    [Fact]
    public async Task Redirect_takes_parameters()
    {
        Assert.Equal("redirect elsewhere@example.com notify=NEVER ret=; keep", await Scripts.ActionsOf("require [\"copy\", \"redirect-dsn\"]; redirect :copy :notify \"NEVER\" \"elsewhere@example.com\";"));
        Assert.Equal("redirect a@b.example notify=SUCCESS,DELAY ret=HDRS", await Scripts.ActionsOf("require \"redirect-dsn\"; redirect :notify \"success, delay\" :ret \"hdrs\" \"a@b.example\";"));

        var outcome = await Scripts.RunAsync("require [\"copy\", \"redirect-deliverby\"]; redirect :copy :bytimerelative 600 :bymode \"notify\" :bytrace \"cellphone@example.com\";");
        Assert.Equal(new SieveDeliverBy(600, null, true, true), Assert.IsType<SieveRedirect>(outcome.Actions[0]).DeliverBy);
        outcome = await Scripts.RunAsync("require \"redirect-deliverby\"; redirect :bytimeabsolute \"2026-12-01T00:00:00Z\" \"a@b.example\";");
        Assert.Equal(new SieveDeliverBy(null, new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero), false, false), Assert.IsType<SieveRedirect>(outcome.Actions[0]).DeliverBy);

        Assert.Contains("write NEVER, or a list of SUCCESS, FAILURE and DELAY", Assert.Single(Scripts.Diagnose("require \"redirect-dsn\"; redirect :notify \"ALWAYS\" \"a@b.example\";")), StringComparison.Ordinal);
        Assert.Contains("the mode has no meaning without a time", Assert.Single(Scripts.Diagnose("require \"redirect-deliverby\"; redirect :bytrace \"a@b.example\";")), StringComparison.Ordinal);
    }

    /// <summary>RFC 5435, RFC 5436 §3.</summary>
    [Fact]
    public async Task Notify()
    {
        const string Script = """
            require ["enotify", "variables"];
            if header :contains "from" "coyote@desert.example.org" {
                notify :importance "1" :message "This is probably very important" "mailto:alm@example.com";
                notify :message "This is probably very important" "mailto:alm@example.com";
                stop;
            }
            """;
        Assert.Equal("notify mailto:alm@example.com 1 This is probably very important; keep", await Scripts.ActionsOf(Script));

        var outcome = await Scripts.RunAsync("require [\"enotify\", \"fcc\"]; notify :from \"nobody\" :options [\"a=b\"] :fcc \"Sent\" \"mailto:0123456789@sms.example.net\";");
        var notify = Assert.IsType<SieveNotify>(outcome.Actions[0]);
        Assert.Equal((null, 2, null, "Sent"), (notify.From, notify.Importance, notify.Text, notify.Fcc?.Folder));
        Assert.Equal<string>(["a=b"], notify.Options);

        Assert.True(await Scripts.IsTrue("enotify", "valid_notify_method [\"mailto:a@b.example\", \"mailto:c@d.example?subject=x\"]"));
        Assert.False(await Scripts.IsTrue("enotify", "valid_notify_method [\"mailto:a@b.example\", \"http://gw.example.net/notify?test\"]"));
        Assert.True(await Scripts.IsTrue("enotify", "notify_method_capability \"mailto:tim@example.com\" \"Online\" \"maybe\""));
        Assert.False(await Scripts.IsTrue("enotify", "notify_method_capability \"xmpp:tim@example.com\" \"Online\" \"maybe\""));
        Assert.False(await Scripts.IsTrue("enotify", "notify_method_capability \"mailto:tim@example.com\" \"colour\" \"maybe\""));
    }

    [Theory]
    [InlineData("mailto:a@b.example", "a@b.example", null, null)]
    [InlineData("MAILTO:a@b.example,c%40d.example?to=e@f.example&cc=g@h.example&subject=Hi%20there&body=x%0D%0Ay&x-colour=red&from=evil@x.example", "a@b.example c@d.example e@f.example g@h.example", "Hi there", "x\r\ny")]
    [InlineData("mailto:?to=a@b.example&subject=a%0D%0ABcc:%20x@y.example", "a@b.example", "a Bcc: x@y.example", null)]
    public void Mailto_URIs(string uri, string recipients, string? subject, string? body)
    {
        Assert.True(MailtoUri.TryParse(uri, out var mailto));
        Assert.Equal(recipients, string.Join(' ', mailto.Recipients));
        Assert.Equal((subject, body), (mailto.Subject, mailto.Body));
        Assert.All(mailto.Headers, header => Assert.Equal(("X-colour", "red"), (header.Key, header.Value)));
    }

    [Theory]
    [InlineData("mailto:")]
    [InlineData("mailto:nobody")]
    [InlineData("mailto:a@b.example?subject")]
    [InlineData("mailto:a@b.example?subject=%ZZ")]
    [InlineData("mailto:a@b.example?cc=nobody")]
    [InlineData("mailto:a%0D%0A@b.example")]
    [InlineData("http://a@b.example")]
    public void What_is_no_mailto_URI_for_a_notification(string uri) => Assert.False(MailtoUri.TryParse(uri, out _));

    /// <summary>The targets of RFC 5490, RFC 9042 and RFC 8579.</summary>
    [Fact]
    public async Task Fileinto_names_its_folder_in_several_ways()
    {
        Assert.Equal(
            "fileinto a create; fileinto b id=F6352ae03; fileinto Junk use=\\Junk; keep",
            await Scripts.ActionsOf("require [\"fileinto\", \"mailbox\", \"mailboxid\", \"special-use\", \"copy\"]; fileinto :copy :create \"a\"; fileinto :copy :mailboxid \"F6352ae03\" \"b\"; fileinto :copy :specialuse \"\\\\Junk\" \"Junk\";"));
        Assert.Contains(":mailboxid and :specialuse exclude each other", Assert.Single(Scripts.Diagnose("require [\"fileinto\", \"mailboxid\", \"special-use\"]; fileinto :mailboxid \"x\" :specialuse \"\\\\Junk\" \"Junk\";")), StringComparison.Ordinal);
        Assert.Contains(":create has no meaning without :fcc", Assert.Single(Scripts.Diagnose("require [\"vacation\", \"fcc\", \"mailbox\"]; vacation :create \"x\";"), line => line.Contains("error", StringComparison.Ordinal)), StringComparison.Ordinal);
    }
}
