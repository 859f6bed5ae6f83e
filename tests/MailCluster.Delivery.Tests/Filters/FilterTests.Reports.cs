using System.Text;
using MailCluster.Mailboxes;

namespace MailCluster.Delivery.Tests.Filters;

/// <summary>What the envelope asks for (RFC 3461, RFC 2852), and what senders are told by mail.</summary>
public sealed partial class FilterTests
{
    private static readonly MailTerms s_terms = new("HDRS", "QQ314159=+");

    [Fact]
    public async Task Scripts_see_what_the_envelope_asks_for()
    {
        await PutAsync("""
            require ["envelope", "envelope-dsn", "envelope-deliverby", "fileinto", "mailbox", "relational", "comparator-i;ascii-numeric", "variables"];
            if allof(envelope :is "notify" "SUCCESS", envelope :is "notify" "DELAY", envelope :is "orcpt" "rfc822;Alice+x@example.com", envelope :localpart :is "orcpt" "Alice+x",
                     envelope :is "ret" "HDRS", envelope :is "envid" "QQ314159=+", envelope :is "bymode" "notify", envelope :is "bytrace" "true",
                     envelope :value "le" :comparator "i;ascii-numeric" "bytimerelative" "120")
                { fileinto :create "Seen"; }
            """);
        await DeliverAsync("SUCCESS,DELAY", s_terms with { DeliverBy = _time.GetUtcNow().AddSeconds(120), IsNotifyMode = true, IsTraced = true });
        Assert.Equal(["Seen"], await FoldersWithMailAsync());
        await DeliverAsync("", MailTerms.None);
        Assert.Equal(["INBOX", "Seen"], await FoldersWithMailAsync());
    }

    [Fact]
    public async Task A_redirect_takes_along_what_the_sender_asked_for_but_for_success()
    {
        await PutAsync("redirect \"bob@example.org\";");
        await DeliverAsync("SUCCESS,FAILURE", s_terms with { DeliverBy = _time.GetUtcNow().AddSeconds(60) });

        var mail = Assert.Single(await OutboxAsync(), mail => mail.Kind == OutgoingKind.Redirect);
        Assert.Equal(
            new OutgoingTerms("FAILURE", "HDRS", "QQ314159+3D+2B", "rfc822;Alice+2Bx@example.com", _time.GetUtcNow().AddSeconds(60), "R"), mail.Terms);
    }

    [Theory]
    [InlineData("SUCCESS", "NEVER")]
    [InlineData("NEVER", "NEVER")]
    [InlineData("", "")]
    public async Task What_is_left_of_NOTIFY_goes_along(string asked, string along)
    {
        await PutAsync("redirect \"bob@example.org\";");
        await DeliverAsync(asked, MailTerms.None);
        Assert.Equal(along, Assert.Single(await OutboxAsync(), mail => mail.Kind == OutgoingKind.Redirect).Terms.Notify);
    }

    [Fact]
    public async Task The_script_says_otherwise_and_a_sender_of_its_own_is_told_nothing_of_the_senders()
    {
        await PutAsync("""require ["redirect-dsn", "redirect-deliverby"]; redirect :notify "FAILURE" :ret "FULL" :bytimerelative 30 :bymode "notify" "bob@example.org";""");
        await DeliverAsync("NEVER", s_terms with { DeliverBy = _time.GetUtcNow().AddSeconds(60) });
        var terms = Assert.Single(await OutboxAsync()).Terms;
        Assert.Equal(("FAILURE", "FULL", _time.GetUtcNow().AddSeconds(30), "N"), (terms.Notify, terms.Return, terms.DeliverBy, terms.DeliverByMode));
    }

    [Fact]
    public async Task Success_is_reported_once_and_only_if_it_is_asked_for()
    {
        await DeliverAsync("FAILURE,DELAY", s_terms);
        await DeliverAsync("NEVER", s_terms);
        await DeliverAsync("SUCCESS", s_terms, sender: "");
        Assert.Empty(await OutboxAsync());
        await DeliverAsync("SUCCESS,FAILURE", s_terms);

        var report = Assert.Single(await OutboxAsync());
        Assert.Equal((OutgoingKind.Bounce, "", "carol@example.net", "NEVER"), (report.Kind, report.Sender, report.Recipient, report.Terms.Notify));
        var text = await TextAsync(report.Body);
        foreach (var line in (string[])[
            "To: <carol@example.net>", "Auto-Submitted: auto-replied", "Original-Envelope-Id: QQ314159=+", "Reporting-MTA: dns; mail.example.com",
            "Original-Recipient: rfc822;Alice+x@example.com", "Final-Recipient: rfc822; alice@example.com", "Action: delivered", "Status: 2.0.0", "Message-ID: <1@example.net>"])
            Assert.Contains($"\r\n{line}\r\n", text, StringComparison.Ordinal);
        Assert.Contains("multipart/report; report-type=delivery-status", text, StringComparison.Ordinal);
        Assert.DoesNotContain("At noon?", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_is_refused_is_not_reported_as_delivered()
    {
        await PutAsync("require \"ereject\"; ereject \"no\";");
        Assert.Equal(DeliveryStatus.Rejected, (await DeliverAsync("SUCCESS", s_terms)).Status);
        Assert.Empty(await OutboxAsync());
    }

    [Fact]
    public async Task Words_that_an_answer_cannot_carry_are_a_disposition_notification()
    {
        await PutAsync("""require "reject"; reject "Bitte nicht – danke";""");
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync("SUCCESS", s_terms)).Status);

        Assert.Empty(await FoldersWithMailAsync());
        var report = Assert.Single(await OutboxAsync());
        Assert.Equal((OutgoingKind.Bounce, "", "carol@example.net"), (report.Kind, report.Sender, report.Recipient));
        var text = await TextAsync(report.Body);
        foreach (var line in (string[])[
            "From: alice@example.com", "Bitte nicht – danke", "Original-Recipient: rfc822;Alice+x@example.com", "Final-Recipient: rfc822; alice@example.com",
            "Original-Message-ID: <1@example.net>", "Disposition: automatic-action/MDN-sent-automatically; deleted"])
            Assert.Contains($"\r\n{line}\r\n", text, StringComparison.Ordinal);
        Assert.Contains("multipart/report; report-type=disposition-notification", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reject", "report-type=disposition-notification", "Disposition: automatic-action/MDN-sent-automatically; deleted")]
    [InlineData("ereject", "report-type=delivery-status", "Action: failed\r\nStatus: 5.7.1")]
    public async Task Where_nobody_is_answered_the_sender_is_written_to_once_in_a_while(string action, string type, string fact)
    {
        await PutAsync($"require \"{action}\"; {action} \"no thanks\";");
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync("", MailTerms.None, refusal: RefusalForm.Report)).Status);
        var text = await TextAsync(Assert.Single(await OutboxAsync()).Body);
        Assert.Contains(type, text, StringComparison.Ordinal);
        Assert.Contains(fact + "\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\nno thanks\r\n", text, StringComparison.Ordinal);

        Assert.Equal(DeliveryStatus.Rejected, (await DeliverAsync("", MailTerms.None, refusal: RefusalForm.Report)).Status);
        Assert.Single(await OutboxAsync());
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync("", MailTerms.None, refusal: RefusalForm.Report)).Status);
        Assert.Equal(2, (await OutboxAsync()).Count);
        Assert.Empty(await FoldersWithMailAsync());
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("MAILER-DAEMON@example.net", "")]
    [InlineData("alice@example.com", "")]
    [InlineData("carol@example.net", "Auto-Submitted: auto-replied\n")]
    public async Task Nobody_machines_and_oneself_are_not_written_to(string sender, string field)
    {
        await PutAsync("""require "reject"; reject "Bitte nicht – danke";""");
        foreach (var form in (RefusalForm[])[RefusalForm.Report, RefusalForm.Answer])
        {
            var outcome = await DeliverAsync("", MailTerms.None, sender, form, field + Plain);
            Assert.Equal((DeliveryStatus.Rejected, "The recipient does not accept the message"), (outcome.Status, outcome.Text));
        }

        Assert.Empty(await OutboxAsync());
    }

    private async Task<DeliveryOutcome> DeliverAsync(
        string notify, MailTerms terms, string sender = "carol@example.net", RefusalForm refusal = RefusalForm.Answer, string message = Plain)
    {
        var service = Service(null);
        var recipient = (await service.ResolveAsync(RecipientAddress.Parse("alice@example.com"), default)).Recipient!;
        recipient = recipient with { Notify = notify, OriginalRecipient = "rfc822;Alice+x@example.com" };
        var bytes = Encoding.UTF8.GetBytes(message.ReplaceLineEndings("\r\n"));
        var request = new DeliveryRequest(sender, [recipient], bytes, _time.GetUtcNow(), "s", "lmtp", "192.0.2.1") { Terms = terms, Refusal = refusal };
        return (await service.DeliverAsync(request, default))[0];
    }
}
