using System.Text;
using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;
using MailCluster.Sieve;

namespace MailCluster.Delivery.Tests.Filters;

/// <summary>report (vnd.dovecot.report): messages in the form of RFC 5965 that wait for the relay.</summary>
public sealed class ReportTests : IAsyncLifetime
{
    private FilterBench _bench = null!;

    public async Task InitializeAsync() => _bench = await FilterBench.StartAsync();

    public async Task DisposeAsync() => await _bench.DisposeAsync();

    [Fact]
    public async Task Reports_are_sent_in_the_form_of_RFC_5965()
    {
        await PutAsync("""report "abuse" "Dieses ist Müll." "abuse@example.org"; discard;""");
        var service = _bench.Service(options: new FilterOptions { CanSend = true, HostName = "mail.example.com", ReportFrom = "Abuse Desk <abuse@example.com>" });
        await _bench.DeliverAsync(service);
        var mail = Assert.Single(await _bench.OutboxAsync());
        Assert.Equal((OutgoingKind.Notification, "", "abuse@example.org", "NEVER"), (mail.Kind, mail.Sender, mail.Recipient, mail.Terms.Notify));
        Assert.Equal("", await _bench.FoldersWithMailAsync());
        var text = await _bench.TextAsync(mail.Body);
        Assert.Contains("From: Abuse Desk <abuse@example.com>\r\nTo: <abuse@example.org>\r\nSubject: Report: Lunch\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-generated (report)\r\n", text, StringComparison.Ordinal);
        var root = SieveMessage.Create(Encoding.UTF8.GetBytes(text)).Root;
        Assert.Equal(("multipart", "report"), (root.Type, root.Subtype));
        Assert.Equal(["text/plain", "message/feedback-report", "message/rfc822"], root.Children.Select(part => $"{part.Type}/{part.Subtype}"));
        Assert.Contains("\r\n\r\nDieses ist Müll.\r\n", text, StringComparison.Ordinal);
        var fields = text[text.IndexOf("Feedback-Type:", StringComparison.Ordinal)..];
        Assert.StartsWith("Feedback-Type: abuse\r\nUser-Agent: MailCluster/", fields, StringComparison.Ordinal);
        Assert.Contains(
            "\r\nVersion: 1\r\nOriginal-Mail-From: <carol@example.net>\r\nOriginal-Rcpt-To: <alice@example.com>\r\nArrival-Date: ", fields, StringComparison.Ordinal);
        Assert.Contains("\r\nReporting-MTA: dns; mail.example.com\r\nSource-IP: 192.0.2.1\r\n\r\n--", fields, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nAt noon?\r\n\r\n" + text[text.LastIndexOf("--=_", StringComparison.Ordinal)..], text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_report_of_the_header_only_holds_no_text_and_reports_are_not_reported()
    {
        await PutAsync("""report :headers_only "not-spam" "" "ham@example.org";""");
        var service = _bench.Service();
        await _bench.DeliverAsync(service);
        var text = await _bench.TextAsync(Assert.Single(await _bench.OutboxAsync()).Body);
        Assert.Contains("From: Postmaster <postmaster@example.com>\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/rfc822-headers\r\n", text, StringComparison.Ordinal);
        Assert.Contains("\r\n\r\nFrom: Carol <carol@example.net>\r\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("At noon?", text, StringComparison.Ordinal);
        Assert.Equal("INBOX:1", await _bench.FoldersWithMailAsync());

        await _bench.DeliverAsync(service, text);
        Assert.Single(await _bench.OutboxAsync());
        await _bench.DeliverAsync(_bench.Service(options: new FilterOptions { CanSend = false }));
        Assert.Single(await _bench.OutboxAsync());
        Assert.Equal("INBOX:3", await _bench.FoldersWithMailAsync());
    }

    private Task PutAsync(string script) => _bench.PutAsync($"""require "vnd.dovecot.report"; {script}""");
}
