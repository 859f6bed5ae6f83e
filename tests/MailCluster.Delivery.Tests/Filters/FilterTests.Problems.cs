using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;

namespace MailCluster.Delivery.Tests.Filters;

/// <summary>What the owner of a script is told, and notices by mail.</summary>
public sealed partial class FilterTests
{
    [Theory]
    [InlineData("this is no script", "main")]
    [InlineData("require \"variables\"; set \"a\" \"x\"; redirect \"${a}\";", "main")]
    public async Task The_owner_of_a_script_that_fails_is_told_once_for_each_version(string script, string name)
    {
        await PutAsync(script);
        await DeliverAsync();
        await DeliverAsync(message: Plain.Replace("<1@", "<2@", StringComparison.Ordinal));
        var messages = await InboxAsync();
        Assert.Equal(3, messages.Count);
        var told = Assert.Single(messages, text => text.Contains($"Subject: Your mail filter \"{name}\" does not work\r\n", StringComparison.Ordinal));
        Assert.Contains("To: alice@example.com\r\n", told, StringComparison.Ordinal);
        Assert.Contains("Auto-Submitted: auto-generated\r\n", told, StringComparison.Ordinal);

        await PutAsync(script + " # again");
        await DeliverAsync();
        Assert.Equal(5, (await InboxAsync()).Count);
        _time.Advance(TimeSpan.FromDays(31));
        await DeliverAsync();
        Assert.Equal(7, (await InboxAsync()).Count);
    }

    [Fact]
    public async Task Nobody_is_told_where_that_is_off()
    {
        await PutAsync("this is no script");
        await DeliverAsync(new FilterOptions { TellOwner = false });
        Assert.Single(await InboxAsync());
    }

    [Fact]
    public async Task A_message_does_not_pay_for_the_news_that_has_no_room_beside_it()
    {
        await PutAsync("this is no script");
        await SendAsync(new SetQuota(null, 1));
        Assert.Equal(DeliveryStatus.Delivered, (await DeliverAsync()).Status);
        Assert.Contains("At noon?", Assert.Single(await InboxAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_notice_has_the_fields_that_its_URI_asks_for_and_no_hidden_recipients()
    {
        await PutAsync("require \"enotify\"; notify \"mailto:bob@example.org?cc=dora@example.org&bcc=eve@example.org&x-colour=red&importance=high\";");
        await DeliverAsync();
        var mails = await OutboxAsync();
        Assert.Equal(["bob@example.org", "dora@example.org"], mails.Select(mail => mail.Recipient).Order());
        var text = await TextAsync(mails[0].Body);
        foreach (var line in (string[])["To: bob@example.org", "Cc: dora@example.org", "X-colour: red", "Importance: normal"])
            Assert.Contains($"\r\n{line}\r\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("eve@example.org", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Importance: high", text, StringComparison.Ordinal);
    }

    private async Task<List<string>> InboxAsync()
    {
        using var opened = await _mailboxes.Client.OpenFolderAsync(Alice, FolderName.Inbox, false, default);
        var index = opened.Feed.Current;
        var texts = new List<string>();
        for (var position = 0; position < index.Exists; position++)
            texts.Add(await TextAsync(index.RowAt(position).Body));
        return texts;
    }
}
