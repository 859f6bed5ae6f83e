using System.Globalization;
using MailCluster.Mailboxes;

namespace MailCluster.Lmtp.Tests;

/// <summary>Mail for accounts that are full, or would be.</summary>
public sealed class QuotaTests
{
    private const string Hello = "LHLO client.example.org\r\n";
    private static readonly MailboxOptions Small = new() { Quota = new QuotaOptions { Rules = QuotaRules.None with { Storage = 1000 } } };

    [Fact]
    public async Task A_declared_size_that_does_not_fit_is_refused_at_RCPT()
    {
        await using var lmtp = await LmtpFixture.StartAsync(mailboxes: Small);

        var replies = await lmtp.TalkAsync(Hello + "MAIL FROM:<a@b> SIZE=1101\r\nRCPT TO:<alice@example.com>\r\nRSET\r\nMAIL FROM:<a@b> SIZE=1100\r\nRCPT TO:<alice@example.com>\r\n");

        Assert.Equal(
            ["250 2.1.0 Sender ok", "552 5.2.2 <alice@example.com> The mailbox is full", "250 2.0.0 Ok", "250 2.1.0 Sender ok", "250 2.1.5 Recipient ok"],
            replies[^5..]);
    }

    [Fact]
    public async Task Who_is_full_gets_nothing_more_and_others_do()
    {
        await using var lmtp = await LmtpFixture.StartAsync(mailboxes: Small);
        await FillAsync(lmtp, "alice@example.com");

        var replies = await lmtp.TalkAsync(Hello + "MAIL FROM:<a@b>\r\nRCPT TO:<alice@example.com>\r\nRCPT TO:<bob@example.com>\r\nDATA\r\nhi\r\n.\r\n");

        Assert.Equal(
            [
                "552 5.2.2 <alice@example.com> The mailbox is full", "250 2.1.5 Recipient ok", "354 Send the message, end it with CR LF . CR LF",
                "250 2.0.0 <bob@example.com> Saved",
            ],
            replies[^4..]);
    }

    [Fact]
    public async Task What_turns_out_too_large_is_refused_after_the_message()
    {
        await using var lmtp = await LmtpFixture.StartAsync(mailboxes: Small);

        var replies = await lmtp.TalkAsync(Hello + "MAIL FROM:<a@b>\r\nRCPT TO:<alice@example.com>\r\nDATA\r\n" + new string('x', 900) + "\r\n" + new string('x', 900) + "\r\n.\r\n");

        Assert.Equal("552 5.2.2 <alice@example.com> The mailbox is full", replies[^1]);
        Assert.Empty(await lmtp.BodiesAsync("alice"));
    }

    [Theory]
    [InlineData(true, true, "452 4.2.2 <alice@example.com> The mailbox is full", 1)]
    [InlineData(false, true, "452 4.2.2 <alice@example.com> The mailbox is full", 2)]
    [InlineData(false, false, "552 5.2.2 <alice@example.com> The mailbox is full", 2)]
    public async Task The_time_and_the_words_of_a_refusal_are_settings(bool atRecipient, bool defer, string expected, int replyAfterMail)
    {
        await using var lmtp = await LmtpFixture.StartAsync(new LmtpOptions { RecipientQuotaCheck = atRecipient, DeferOverQuota = defer }, mailboxes: Small);
        await FillAsync(lmtp, "alice@example.com");

        var replies = await lmtp.TalkAsync(Hello + "MAIL FROM:<a@b>\r\nRCPT TO:<alice@example.com>\r\nBDAT 2 LAST\r\nhi");

        Assert.Equal(expected, replies[replies.ToList().IndexOf("250 2.1.0 Sender ok") + replyAfterMail]);
    }

    private static async Task FillAsync(LmtpFixture lmtp, string user) => await lmtp.Mailboxes.Client.SendAsync(
        AccountId.Create(user),
        new AppendMessages(
            FolderName.Inbox,
            [new NewMessage(new EmailId(Guid.NewGuid()), new(1), 1000, new InternalDate(DateTimeOffset.Parse("2026-01-01Z", CultureInfo.InvariantCulture)), SystemFlags.None, [])]),
        CommandContext.None,
        CancellationToken.None);
}
