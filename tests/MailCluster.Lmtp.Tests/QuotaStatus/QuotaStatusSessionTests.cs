using MailCluster.Edge;
using MailCluster.Lmtp.QuotaStatus;
using MailCluster.Mailboxes;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Lmtp.Tests.QuotaStatus;

/// <summary>Mail servers that ask whether there is room.</summary>
public sealed class QuotaStatusSessionTests
{
    private static readonly MailboxOptions Small = new() { Quota = new QuotaOptions { Rules = QuotaRules.None with { Storage = 1000 } } };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_question_has_its_answer_in_order(bool byteByByte)
    {
        await using var lmtp = await LmtpFixture.StartAsync(mailboxes: Small);

        var answers = await AskAsync(
            lmtp,
            new QuotaStatusOptions(),
            Question("alice@example.com", 10) + Question("alice+lists@example.com", 5000) + Question("nobody@example.com", 5000) + Question("", 5000)
            + Question("bob@example.com", 0, "another_kind") + Question("bob@example.com", 0),
            byteByByte);

        Assert.Equal("DUNNO|552 5.2.2 The mailbox is full|DUNNO|DUNNO|DUNNO|DUNNO", answers);
    }

    [Fact]
    public async Task Words_are_settings()
    {
        await using var lmtp = await LmtpFixture.StartAsync(mailboxes: Small);

        var answers = await AskAsync(
            lmtp,
            new QuotaStatusOptions { DeferOverQuota = true, RejectUnknownUsers = true },
            Question("alice@example.com", 5000) + Question("nobody@example.com", 1));

        Assert.Equal("452 4.2.2 The mailbox is full|550 5.1.1 There is no such user here", answers);
    }

    [Fact]
    public async Task Who_cannot_be_looked_up_is_left_to_the_delivery()
    {
        await using var lmtp = await LmtpFixture.StartAsync(mailboxes: Small);
        lmtp.Directory.Unavailable = true;

        Assert.Equal("DUNNO", await AskAsync(lmtp, new QuotaStatusOptions { RejectUnknownUsers = true }, Question("alice@example.com", 5000)));
    }

    [Fact]
    public async Task What_is_no_question_ends_the_connection()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var client = Connect(lmtp, new QuotaStatusOptions());

        await client.SendAsync("GET / HTTP/1.1\r\n\r\n");

        Assert.Equal("", await client.ReadToEndAsync());
        await client.Handled;
    }

    [Fact]
    public async Task A_silent_mail_server_is_disconnected()
    {
        await using var lmtp = await LmtpFixture.StartAsync();
        var client = Connect(lmtp, new QuotaStatusOptions());
        await client.SendAsync("request=smtpd_access_policy\n");

        // A second at a time: the deadline may be set while the clock moves.
        while (!client.Handled.IsCompleted)
        {
            lmtp.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal("", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Whether_there_is_room_makes_no_account()
    {
        await using var lmtp = await LmtpFixture.StartAsync(mailboxes: Small);

        await AskAsync(lmtp, new QuotaStatusOptions(), Question("alice@example.com", 10));

        Assert.Equal(Persistence.SequenceNr.Zero, await lmtp.Mailboxes.Journal.GetHighestSequenceNrAsync(new("alice@example.com"), default));
    }

    private static async Task<string> AskAsync(LmtpFixture lmtp, QuotaStatusOptions options, string questions, bool byteByByte = false)
    {
        var client = Connect(lmtp, options);
        if (byteByByte)
            await client.SendByteByByteAsync(questions);
        else
            await client.SendAsync(questions);
        client.CloseOutput();
        var text = await client.ReadToEndAsync();
        await client.Handled;
        Assert.EndsWith("\n\n", text, StringComparison.Ordinal);
        return string.Join('|', text[..^2].Split("\n\n").Select(answer => answer["action=".Length..]));
    }

    private static InMemoryConnection Connect(LmtpFixture lmtp, QuotaStatusOptions options) => new InMemoryConnection().Start(
        new QuotaStatusConnectionHandler(
            lmtp.Edge, new EdgeListener("quota-status", TlsMode.Off), lmtp.Delivery, lmtp.Door, options, NullLogger<QuotaStatusConnectionHandler>.Instance));

    private static string Question(string recipient, long size, string kind = PolicyRequest.AccessPolicy) =>
        $"request={kind}\nprotocol_state=RCPT\nrecipient={recipient}\nsize={size}\n\n";
}
