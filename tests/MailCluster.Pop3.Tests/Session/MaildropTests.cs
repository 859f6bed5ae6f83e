using System.Security.Cryptography;
using System.Text;
using MailCluster.Mailboxes;
using MailCluster.Pop3.Tests.Support;

namespace MailCluster.Pop3.Tests.Session;

/// <summary>What a session does to the mailbox, and what it does not.</summary>
public sealed class MaildropTests
{
    [Fact]
    public async Task Quit_removes_what_is_marked_in_one_write_and_nothing_else()
    {
        await using var pop3 = await Pop3Fixture.StartAsync(new Pop3Options { MarksSeen = false });
        await pop3.DeliverAsync("a", "b", "c", "d");
        using var client = await pop3.LogInAsync();
        await client.AskAsync("DELE 2");
        await client.AskAsync("DELE 4");
        var writes = pop3.Mailboxes.Journal.Writes;
        Assert.Equal("+OK Goodbye, 2 messages deleted", await client.AskAsync("QUIT"));
        Assert.Equal([1u, 3u], (await pop3.InboxAsync()).AllUids().Uids());
        Assert.Equal(writes + 1, pop3.Mailboxes.Journal.Writes);
        Assert.Null(await client.ReadAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_link_that_breaks_deletes_nothing(bool reset)
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        await pop3.DeliverAsync("a", "b");
        using var client = await pop3.LogInAsync();
        await client.AskForAllAsync("RETR 1");
        await client.AskAsync("DELE 1");
        if (reset)
            client.Connection.Reset();
        else
            client.Connection.CloseOutput();
        await client.Connection.Handled;
        var inbox = await pop3.InboxAsync();
        Assert.Equal(2, inbox.Exists);
        Assert.Equal(2, inbox.Unseen);
    }

    [Fact]
    public async Task A_client_that_leaves_after_quit_has_its_messages_deleted()
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        await pop3.DeliverAsync("a", "b");
        using var client = await pop3.LogInAsync();
        await client.SendAsync("DELE 1\r\nQUIT\r\n");
        client.Connection.CloseOutput();
        await client.Connection.Handled;
        Assert.Equal([2u], (await pop3.InboxAsync()).AllUids().Uids());
    }

    [Fact]
    public async Task Half_a_quit_is_none()
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        await pop3.DeliverAsync("a");
        using var client = await pop3.LogInAsync();
        await client.SendAsync("DELE 1\r\nQUIT");
        client.Connection.CloseOutput();
        await client.Connection.Handled;
        Assert.Equal(1, (await pop3.InboxAsync()).Exists);
    }

    [Fact]
    public async Task Retrieved_messages_are_seen_after_quit_and_those_only_looked_at_are_not()
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        await pop3.DeliverAsync("a", "b", "c", "d");
        using var client = await pop3.LogInAsync();
        await client.AskForAllAsync("RETR 1");
        await client.AskForAllAsync("RETR 2");
        await client.AskForAllAsync("TOP 3 10");
        await client.AskAsync("DELE 2");
        Assert.Equal(4, (await pop3.InboxAsync()).Unseen);
        await client.AskAsync("QUIT");
        var inbox = await pop3.InboxAsync();
        Assert.Equal([1u, 3u, 4u], inbox.AllUids().Uids());
        Assert.Equal([1u], inbox.UidsWith(SystemFlags.Seen).Uids());
    }

    [Fact]
    public async Task By_option_no_flag_changes()
    {
        await using var pop3 = await Pop3Fixture.StartAsync(new Pop3Options { MarksSeen = false });
        await pop3.DeliverAsync("a");
        using var client = await pop3.LogInAsync();
        await client.AskForAllAsync("RETR 1");
        var before = (await pop3.InboxAsync()).Version;
        await client.AskAsync("QUIT");
        Assert.Equal(before, (await pop3.InboxAsync()).Version);
    }

    [Fact]
    public async Task By_option_deleted_messages_get_a_keyword_and_are_not_shown_again()
    {
        await using var pop3 = await Pop3Fixture.StartAsync(new Pop3Options { DeletedKeyword = "$POP3Deleted" });
        await pop3.DeliverAsync("a", "bb", "ccc");
        using (var client = await pop3.LogInAsync())
        {
            await client.AskAsync("DELE 1");
            Assert.Equal("+OK Goodbye, 1 messages deleted", await client.AskAsync("QUIT"));
        }

        var inbox = await pop3.InboxAsync();
        Assert.Equal(3, inbox.Exists);
        Assert.Contains("$POP3Deleted", inbox.Keywords[inbox.KeywordSetAt(0)]);
        using var again = await pop3.LogInAsync();
        Assert.Equal("+OK 2 9", await again.AskAsync("STAT"));
        Assert.Equal("bb\r\n", (await again.AskForAllAsync("RETR 1")).Content);
        Assert.StartsWith("+OK 2 00000003", await again.AskAsync("UIDL 2"), StringComparison.Ordinal);
        await again.AskAsync("DELE 2");
        await again.AskAsync("QUIT");
        inbox = await pop3.InboxAsync();
        Assert.Contains("$POP3Deleted", inbox.Keywords[inbox.KeywordSetAt(2)]);
        Assert.Empty(inbox.Keywords[inbox.KeywordSetAt(1)]);
    }

    [Fact]
    public async Task What_others_do_meanwhile_changes_no_number()
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        await pop3.DeliverAsync("a", "b", "c");
        using var client = await pop3.LogInAsync();
        var inbox = await pop3.InboxAsync();
        await pop3.SendAsync(new ExpungeMessages(inbox.Id, UidSet.Of(1), OnlyDeleted: false));
        await pop3.DeliverAsync("d");
        Assert.Equal("+OK 3 9", await client.AskAsync("STAT"));
        // It stays readable for the time that expunged bodies are kept.
        Assert.Equal("a\r\n", (await client.AskForAllAsync("RETR 1")).Content);
        Assert.Equal("b\r\n", (await client.AskForAllAsync("RETR 2")).Content);
        await client.AskAsync("DELE 1");
        await client.AskAsync("DELE 3");
        Assert.Equal("+OK Goodbye, 2 messages deleted", await client.AskAsync("QUIT"));
        Assert.Equal([2u, 4u], (await pop3.InboxAsync()).AllUids().Uids());
    }

    [Fact]
    public async Task A_folder_that_is_gone_takes_its_deletions_with_it()
    {
        await using var pop3 = await Pop3Fixture.StartAsync(new Pop3Options { Folder = FolderName.Create("Drop") });
        await pop3.SendAsync(new CreateFolder(FolderName.Create("Drop")));
        await pop3.DeliverAsync("a");
        await pop3.SendAsync(new MoveMessages((await pop3.InboxAsync()).Id, UidSet.Of(1), FolderName.Create("Drop")));
        using var client = await pop3.LogInAsync();
        await client.AskAsync("DELE 1");
        await pop3.SendAsync(new DeleteFolder(FolderName.Create("Drop")));
        Assert.Equal("+OK Goodbye, 1 messages deleted", await client.AskAsync("QUIT"));
    }

    [Fact]
    public async Task Apop_logs_in()
    {
        await using var pop3 = await Pop3Fixture.StartAsync(new Pop3Options { OffersApop = true });
        using var client = pop3.Connect();
        var greeting = await client.ReadAsync() ?? "";
        var timestamp = greeting[greeting.IndexOf('<', StringComparison.Ordinal)..];
#pragma warning disable CA5351 // RFC 1939 §7 says MD5.
        var digest = Convert.ToHexStringLower(MD5.HashData(Encoding.ASCII.GetBytes(timestamp + "alice")));
#pragma warning restore CA5351
        Assert.Equal("+OK Logged in", await client.AskAsync("APOP alice " + digest));
    }

    [Fact]
    public async Task Each_greeting_has_another_timestamp()
    {
        await using var pop3 = await Pop3Fixture.StartAsync(new Pop3Options { OffersApop = true });
        using var first = pop3.Connect();
        using var second = pop3.Connect();
        Assert.NotEqual(await first.ReadAsync(), await second.ReadAsync());
    }

    [Fact]
    public async Task Sizes_are_those_of_what_is_sent_whatever_is_known_already()
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        string[] messages = [.. Enumerable.Range(0, 300).Select(static i => $"Subject: {i}{(i % 3 == 0 ? "\n\n" : "\r\n\r\n")}text{new string('x', i)}")];
        await pop3.DeliverAsync(messages[..200]);
        for (var round = 0; round < 2; round++)
        {
            using var client = await pop3.LogInAsync();
            var (status, list) = await client.AskForAllAsync("LIST");
            var sizes = list.TrimEnd().Split("\r\n").Select(static line => long.Parse(line.Split(' ')[1], null)).ToList();
            Assert.Equal(status, $"+OK {sizes.Count} messages ({sizes.Sum()} octets)");
            for (var number = 1; number <= sizes.Count; number += 37)
                Assert.Equal(sizes[number - 1], (await client.AskForAllAsync($"RETR {number}")).Content.Length);
            await client.AskAsync("QUIT");
            if (round == 0)
                await pop3.DeliverAsync(messages[200..]);
        }
    }

    [Fact]
    public async Task A_large_message_comes_as_it_is()
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        var random = new Random(5);
        var text = new StringBuilder("Subject: large\r\n\r\n");
        for (var line = 0; line < 20_000; line++)
            text.Append(random.Next(10) switch { 0 => ".", 1 => ".\n", 2 => "\n.\n\n.", 3 => new string('.', random.Next(5)), _ => new string('y', random.Next(78)) }).Append("\r\n");
        await pop3.DeliverAsync(text.ToString());
        using var client = await pop3.LogInAsync();
        var size = (await client.AskAsync("LIST 1"))!.Split(' ')[^1];
        await client.SendAsync("RETR 1\r\n");
        Assert.Equal($"+OK {size} octets", await client.ReadAsync());
        var plain = new StringBuilder();
        while (await client.ReadAsync() is { } line && line != ".")
            plain.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
        Assert.Equal(text.ToString().Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal), plain.ToString());
        Assert.Equal(size, plain.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
