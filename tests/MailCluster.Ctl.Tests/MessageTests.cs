using System.Text;
using MailCluster.Ctl.Tests.Support;

namespace MailCluster.Ctl.Tests;

[Collection(NodeCollection.Name)]
public sealed class MessageTests(RunningNode node)
{
    [Fact]
    public async Task A_saved_message_comes_back_byte_for_byte()
    {
        const string User = "bytes@messages.example";
        await node.AddUserAsync(User);
        byte[] message = [.. "Subject: octets\r\nFrom: a@b\r\n\r\n"u8, .. Enumerable.Range(1, 255).Select(i => (byte)i), .. "\r\n\nlone LF"u8];
        var file = Path.Combine(node.Folder, "octets.eml");
        await File.WriteAllBytesAsync(file, message);
        Assert.Equal($"{User}: INBOX: UID 1\n", await node.OkAsync("save", "-u", User, "--raw", file));
        Assert.Equal(message, (await node.CtlAsync("fetch", "-u", User, "text", "ALL")).Octets);
        var row = Assert.Single(await node.RowsAsync("fetch", "-u", User, "text hdr", "uid", "1"));
        Assert.Equal(message, row.GetProperty("text").GetProperty("base64").GetBytesFromBase64());
        Assert.Equal("Subject: octets\r\nFrom: a@b\r\n\r\n", row.GetProperty("hdr").GetString());
    }

    [Fact]
    public async Task Bare_line_feeds_of_a_file_become_line_ends_of_mail()
    {
        const string User = "crlf@messages.example";
        await node.AddUserAsync(User);
        await node.SaveAsync(
            User,
            "Subject: x\n\none\r\ntwo\n",
            "--mailbox",
            "Archive",
            "--flags",
            "\\Seen \\Flagged $Work",
            "--date",
            "2026-01-31T12:00:00+01:00");
        Assert.Equal("Subject: x\r\n\r\none\r\ntwo\r\n", await node.OkAsync("fetch", "-u", User, "text", "mailbox", "Archive", "ALL"));
        Assert.Equal(
            "uid: 1\nflags: \\Seen \\Flagged $Work\ndate.received: 2026-01-31 12:00:00 +01:00\nmailbox: Archive\n\f\n",
            await node.OkAsync("fetch", "-u", User, "uid flags date.received mailbox", "ALL"));
    }

    [Fact]
    public async Task Searching_takes_the_words_of_the_shell()
    {
        const string User = "search@messages.example";
        await node.AddUserAsync(User);
        await node.SaveAsync(User, "Subject: =?utf-8?q?J=C3=BCrgens?= two words\nFrom: Anna <anna@a.example>\n\nfirst body\n");
        await node.SaveAsync(
            User, "Subject: other \"quoted\"\nFrom: bert@b.example\n\nsecond body (with) parens\n", "--flags", "\\Seen $Work");
        await node.SaveAsync(User, "Subject: third\n\nold\n", "-m", "Archive", "--date", "2020-02-02");
        async Task<string> Find(params string[] query)
        {
            var rows = await node.RowsAsync(["search", "-u", User, .. query]);
            return string.Join(' ', rows.Select(row => $"{row.GetProperty("mailbox").GetString()}/{row.GetProperty("uid").GetInt32()}"));
        }
        Assert.Equal("INBOX/1 INBOX/2 Archive/1", await Find("ALL"));
        Assert.Equal("INBOX/1", await Find("SUBJECT", "two words"));
        Assert.Equal("INBOX/1", await Find("subject", "JÜRGEN"));
        Assert.Equal("INBOX/2", await Find("SUBJECT", "\"quoted\""));
        Assert.Equal("INBOX/2", await Find("BODY", "(with)"));
        Assert.Equal("INBOX/2", await Find("KEYWORD", "$work"));
        Assert.Equal("INBOX/1 Archive/1", await Find("NOT", "SEEN"));
        Assert.Equal("INBOX/1 Archive/1", await Find("OR", "FROM", "anna", "SUBJECT", "third"));
        Assert.Equal("INBOX/1", await Find("mailbox", "inbox", "UNSEEN"));
        Assert.Equal("Archive/1", await Find("mailbox", "Arch*", "ALL"));
        Assert.Equal("Archive/1", await Find("mailbox Archive SUBJECT \"third\""));
        Assert.Equal("INBOX/1 INBOX/2", await Find("(", "OR", "FROM", "anna", "FROM", "bert", ")"));
        Assert.Equal("INBOX/1", await Find("(OR SUBJECT two FROM nobody)"));
        Assert.Equal("Archive/1", await Find("BEFORE", "2021-01-01"));
        Assert.Equal("Archive/1", await Find("BEFORE", "2w"));
        Assert.Equal("INBOX/1 INBOX/2", await Find("SINCE", "1h"));
        Assert.Equal("INBOX/1 INBOX/2 Archive/1", await Find("SAVEDSINCE", "1d"));
        Assert.Equal("", await Find("SUBJECT", "mailbox"));
        Assert.Equal(64, (await node.CtlAsync("search", "-u", User, "SUBJEKT", "x")).ExitCode);
        Assert.Equal(64, (await node.CtlAsync("search", "-u", User, "NOT", "mailbox", "INBOX")).ExitCode);
        Assert.Equal(64, (await node.CtlAsync("search", "-u", User, "SUBJECT")).ExitCode);
        Assert.Equal(64, (await node.CtlAsync("search", "-u", User, "SAVEDBEFORE", "5h")).ExitCode);
        Assert.Equal(68, (await node.CtlAsync("search", "-u", User, "mailbox", "Missing", "ALL")).ExitCode);
    }

    [Fact]
    public async Task Header_fields_and_previews_are_fetched()
    {
        const string User = "fields@messages.example";
        await node.AddUserAsync(User);
        await node.SaveAsync(
            User,
            "Received: a\nReceived: b\nSubject: =?utf-8?q?J=C3=BCrgen?=\n folded\nDate: Thu, 1 Jan 2026 10:00:00 +0100\n\nHello there\n");
        var row = Assert.Single(await node.RowsAsync(
            "fetch", "-u", User, "hdr.received hdr.subject hdr.subject.utf8 date.sent body.preview body size.physical seq", "ALL"));
        Assert.Equal("a\nb", row.GetProperty("hdr.received").GetString());
        Assert.Equal("=?utf-8?q?J=C3=BCrgen?= folded", row.GetProperty("hdr.subject").GetString());
        Assert.Equal("Jürgen folded", row.GetProperty("hdr.subject.utf8").GetString());
        Assert.Equal("2026-01-01 10:00:00 +01:00", row.GetProperty("date.sent").GetString());
        Assert.Equal("Hello there", row.GetProperty("body.preview").GetString());
        Assert.Equal("Hello there\r\n", row.GetProperty("body").GetString());
        Assert.Equal(64, (await node.CtlAsync("fetch", "-u", User, "nonsense", "ALL")).ExitCode);
    }

    [Fact]
    public async Task Expunging_needs_a_mailbox_and_removes_what_matches()
    {
        const string User = "expunge@messages.example";
        await node.AddUserAsync(User);
        for (var i = 1; i <= 4; i++) await node.SaveAsync(User, $"Subject: m{i}\n\nx\n");
        Assert.Equal(64, (await node.CtlAsync("expunge", "-u", User, "ALL")).ExitCode);
        var row = Assert.Single(await node.RowsAsync("expunge", "-u", User, "mailbox", "INBOX", "2:3"));
        Assert.Equal(2, row.GetProperty("expunged").GetInt32());
        Assert.Equal([1, 4], (await node.RowsAsync("search", "-u", User, "ALL")).Select(r => r.GetProperty("uid").GetInt32()));
    }

    [Fact]
    public async Task What_cannot_be_saved_says_why()
    {
        const string User = "refused@messages.example";
        await node.AddUserAsync(User);
        async Task<int> Save(string message, params string[] options) =>
            (await node.CtlAsync(Encoding.UTF8.GetBytes(message), ["save", "-u", User, .. options])).ExitCode;
        Assert.Equal(65, await Save(""));
        Assert.Equal(68, await Save("Subject: x\n\n", "-m", "Missing"));
        Assert.Equal(64, await Save("Subject: x\n\n", "--flags", "\\Nonsense"));
        Assert.Equal(64, await Save("Subject: x\n\n", "--date", "yesterday"));
        Assert.Equal(66, (await node.CtlAsync("save", "-u", User, "/no/such/file")).ExitCode);
        Assert.Equal(64, (await node.CtlAsync("save", "-u", "*@messages.example", "/dev/null")).ExitCode);
        Assert.Empty(await node.RowsAsync("search", "-u", User, "ALL"));
    }
}
