using System.Collections.Immutable;
using MailCluster.Delivery;

namespace MailCluster.Lmtp.Tests;

/// <summary>DSN (RFC 3461) and DELIVERBY (RFC 2852), which are there where reports can be sent.</summary>
public sealed class DsnTests
{
    private const string Hello = "LHLO client.example.org\r\n";
    private const string LongestId = "1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890";

    private static readonly LmtpOptions s_options = new() { SendsReports = true };

    [Fact]
    public async Task They_are_advertised()
    {
        await using var lmtp = await LmtpFixture.StartAsync(s_options);
        var replies = await lmtp.TalkAsync(Hello);
        Assert.Contains("250-DSN", replies);
        Assert.Contains("250-DELIVERBY", replies);
    }

    [Theory]
    [InlineData("RET=FULL", true)]
    [InlineData("ret=hdrs envid=QQ+3D1 BY=120;R", true)]
    [InlineData("BY=-5;NT", true)]
    [InlineData("BY=+5;nt", true)]
    [InlineData("ENVID=" + LongestId, true)]
    [InlineData("ENVID=" + LongestId + "x", false)]
    [InlineData("ENVID=a+0D", false)]
    [InlineData("ENVID=+C3+A4", false)]
    [InlineData("ENVID=a ENVID=b", false)]
    [InlineData("RET=FULL RET=FULL", false)]
    [InlineData("RET=HEAD", false)]
    [InlineData("BY=0;R", false)]
    [InlineData("BY=-1;R", false)]
    [InlineData("BY=5", false)]
    [InlineData("BY=5;X", false)]
    [InlineData("BY=5;RX", false)]
    [InlineData("BY=5;RTT", false)]
    [InlineData("BY=5;N BY=5;N", false)]
    [InlineData("BY=12345678901;N", false)]
    public async Task Of_MAIL(string parameters, bool isTaken)
    {
        await using var lmtp = await LmtpFixture.StartAsync(s_options);
        var replies = await lmtp.TalkAsync($"{Hello}MAIL FROM:<a@b> {parameters}\r\n");
        Assert.Equal(isTaken ? "250 2.1.0 Sender ok" : "501 5.5.4 RET, ENVID or BY is wrong, or there twice", replies[^1]);
    }

    [Theory]
    [InlineData("NOTIFY=NEVER", true)]
    [InlineData("notify=success,Failure,DELAY ORCPT=rfc822;Alice+2Bx@example.com", true)]
    [InlineData("ORCPT=x-something;anything", true)]
    [InlineData("NOTIFY=NEVER,SUCCESS", false)]
    [InlineData("NOTIFY=SOMETIMES", false)]
    [InlineData("NOTIFY=DELAY NOTIFY=DELAY", false)]
    [InlineData("ORCPT=alice@example.com", false)]
    [InlineData("ORCPT=;alice@example.com", false)]
    [InlineData("ORCPT=rfc822;", false)]
    [InlineData("ORCPT=rfc@822;x", false)]
    [InlineData("ORCPT=rfc822;a+0D+0ABcc:x", false)]
    [InlineData("ORCPT=rfc822;a ORCPT=rfc822;a", false)]
    public async Task Of_RCPT(string parameters, bool isTaken)
    {
        await using var lmtp = await LmtpFixture.StartAsync(s_options);
        var replies = await lmtp.TalkAsync($"{Hello}MAIL FROM:<a@b>\r\nRCPT TO:<alice@example.com> {parameters}\r\n");
        Assert.Equal(isTaken ? "250 2.1.5 Recipient ok" : "501 5.5.4 NOTIFY or ORCPT is wrong, or there twice", replies[^1]);
    }

    [Fact]
    public async Task Delivery_is_told_of_them()
    {
        await using var lmtp = await LmtpFixture.StartAsync(s_options);
        var heard = new Listener(lmtp.Delivery);
        lmtp.Delivery = heard;
        var replies = await lmtp.TalkAsync(
            Hello + "MAIL FROM:<a@b> RET=hdrs ENVID=QQ+2B BY=120;NT\r\nRCPT TO:<alice@example.com> NOTIFY=success ORCPT=RFC822;Al+2Bx@example.com\r\n"
            + "RCPT TO:<bob@example.com>\r\nDATA\r\nx\r\n.\r\n");
        Assert.Equal(["250 2.0.0 <alice@example.com> Saved", "250 2.0.0 <bob@example.com> Saved"], replies[^2..]);

        var request = Assert.Single(heard.Requests);
        Assert.Equal(new MailTerms("HDRS", "QQ+", lmtp.Time.GetUtcNow().AddSeconds(120), IsNotifyMode: true, IsTraced: true), request.Terms);
        Assert.Equal([("SUCCESS", "RFC822;Al+x@example.com"), ("", "")], request.Recipients.Select(recipient => (recipient.Notify, recipient.OriginalRecipient)));
    }

    private sealed class Listener(IDeliveryService inner) : IDeliveryService
    {
        public List<DeliveryRequest> Requests { get; } = [];

        public ValueTask<RecipientResolution> ResolveAsync(RecipientAddress address, CancellationToken cancellationToken) => inner.ResolveAsync(address, cancellationToken);

        public ValueTask<ImmutableArray<DeliveryOutcome>> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken)
        {
            Requests.Add(request);
            return inner.DeliverAsync(request, cancellationToken);
        }
    }
}
