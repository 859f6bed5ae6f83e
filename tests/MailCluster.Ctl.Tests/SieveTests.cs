using System.Text;
using MailCluster.Ctl.Tests.Support;

namespace MailCluster.Ctl.Tests;

[Collection(NodeCollection.Name)]
public sealed class SieveTests(RunningNode node)
{
    private const string Filing = "require [\"fileinto\", \"imap4flags\"];\nif header :contains \"subject\" \"list\" { addflag \"\\\\Flagged\"; fileinto \"Archive\"; }\n";

    [Fact]
    public async Task Scripts_are_kept_listed_renamed_and_deleted()
    {
        const string User = "keep@sieve.example";
        await node.AddUserAsync(User);
        Assert.Equal($"{User}: work: put and activated\n", await PutAsync(User, "work", "keep;\r\n", "--activate"));
        Assert.Equal($"{User}: other: put\n", await PutAsync(User, "other", "stop;"));
        Assert.Equal("keep;\r\n", await node.OkAsync("sieve", "get", "-u", User, "work"));
        Assert.Equal($"{User}: work: renamed to für daheim\n", await node.OkAsync("sieve", "rename", "-u", User, "work", "für daheim"));
        Assert.Equal(
            ["für daheim True 7", "other False 5"],
            (await node.RowsAsync("sieve", "list", "-u", User)).Select(row =>
                $"{row.GetProperty("script").GetString()} {row.GetProperty("active").GetBoolean()} {row.GetProperty("size").GetInt32()}"));
        Assert.Equal(65, (await node.CtlAsync("sieve", "delete", "-u", User, "für daheim")).ExitCode);
        Assert.Equal($"{User}: other: activated\n", await node.OkAsync("sieve", "activate", "-u", User, "other"));
        Assert.Equal($"{User}: other: deactivated\n", await node.OkAsync("sieve", "deactivate", "-u", User));
        Assert.Equal($"{User}: none was active\n", await node.OkAsync("sieve", "deactivate", "-u", User));
        await node.OkAsync("sieve", "activate", "-u", User, "other");
        Assert.Equal(
            $"{User}: für daheim: deleted\n{User}: other: deleted\n", await node.OkAsync("sieve", "delete", "-u", User, "--deactivate", "für daheim", "other"));
        Assert.Equal(68, (await node.CtlAsync("sieve", "get", "-u", User, "work")).ExitCode);
        Assert.Equal(64, (await node.CtlAsync("sieve", "get", "-u", User, "")).ExitCode);
    }

    [Fact]
    public async Task A_script_with_errors_is_not_kept_and_check_says_where()
    {
        const string User = "check@sieve.example";
        await node.AddUserAsync(User);
        await PutAsync(User, "work", "keep;");
        var refused = await node.CtlAsync(Encoding.UTF8.GetBytes("keep;\nfileinto \"x\";\n"), "sieve", "put", "-u", User, "work");
        Assert.Equal(65, refused.ExitCode);
        Assert.Contains("work:2:1: error: ", refused.Errors, StringComparison.Ordinal);
        Assert.Equal("keep;", await node.OkAsync("sieve", "get", "-u", User, "work"));

        var file = Path.Combine(node.Folder, "wrong.sieve");
        await File.WriteAllTextAsync(file, "keep;\nfileinto \"x\";\n");
        var check = await node.CtlAsync("sieve", "check", file);
        Assert.Equal(65, check.ExitCode);
        Assert.StartsWith($"{file}:2:1: error: ", check.Output, StringComparison.Ordinal);
        Assert.Equal("", (await node.CtlAsync("keep;"u8.ToArray(), "sieve", "check")).Output);
        Assert.Equal(66, (await node.CtlAsync("sieve", "check", "/does/not/exist")).ExitCode);
    }

    [Fact]
    public async Task Testing_tells_what_would_be_done_and_does_nothing()
    {
        const string User = "test@sieve.example";
        await node.AddUserAsync(User);
        await PutAsync(User, "filing", Filing, "--activate");
        var message = "Return-Path: <a@b.example>\nSubject: the list\n\nx\n"u8.ToArray();

        Assert.Equal("action: fileinto \"Archive\", flags \\Flagged\n", (await node.CtlAsync(message, "sieve", "test", "-u", User)).Output);
        Assert.Equal(
            "action: keep (implicit)\n", (await node.CtlAsync("Subject: other\n\nx\n"u8.ToArray(), "sieve", "test", "-u", User, "--name", "filing")).Output);
        var traced = (await node.CtlAsync(message, "sieve", "test", "-u", User, "--trace")).Output;
        Assert.Contains("trace: filing:2: ", traced, StringComparison.Ordinal);
        Assert.EndsWith("action: fileinto \"Archive\", flags \\Flagged\n", traced, StringComparison.Ordinal);

        var file = Path.Combine(node.Folder, "envelope.sieve");
        await File.WriteAllTextAsync(file, "require \"envelope\"; if envelope \"from\" [\"a@b.example\", \"c@d.example\"] { discard; }");
        Assert.Equal("action: discard\n", (await node.CtlAsync(message, "sieve", "test", "--script", file)).Output);
        Assert.Equal("action: keep (implicit)\n", (await node.CtlAsync(message, "sieve", "test", "--script", file, "--from", "x@y.example")).Output);
        Assert.Empty(await node.RowsAsync("search", "-u", User, "ALL"));
        Assert.Equal(64, (await node.CtlAsync(message, "sieve", "test")).ExitCode);
    }

    [Fact]
    public async Task Filtering_says_what_it_would_do_and_then_does_it()
    {
        const string User = "filter@sieve.example";
        await node.AddUserAsync(User);
        await node.SaveAsync(User, "Subject: list one\n\nx\n", "--flags", "\\Seen $Work", "--date", "2026-01-31T12:00:00+01:00");
        await node.SaveAsync(User, "Subject: else\n\nx\n");
        await node.SaveAsync(User, "Subject: list two\n\nx\n");
        await PutAsync(User, "filing", Filing, "--activate");

        string[] expected = ["1 moved to Archive with \\Flagged", "2 kept", "3 moved to Archive with \\Flagged"];
        Assert.Equal(expected, await FilterAsync(User, "INBOX"));
        Assert.Equal(3, (await node.RowsAsync("search", "-u", User, "mailbox", "INBOX", "ALL")).Count);
        Assert.Equal(expected[2..], await FilterAsync(User, "--execute", "INBOX", "SUBJECT", "two"));
        Assert.Equal(expected[..2], await FilterAsync(User, "--execute", "INBOX"));

        Assert.Equal("uid: 2\n\f\n", await node.OkAsync("fetch", "-u", User, "uid", "mailbox", "INBOX", "ALL"));
        Assert.Equal(
            "hdr.subject: list two\nflags: \\Flagged\n\f\nhdr.subject: list one\nflags: \\Seen \\Flagged $Work\n\f\n",
            await node.OkAsync("fetch", "-u", User, "hdr.subject flags", "mailbox", "Archive", "ALL"));
        Assert.Equal(
            "date.received: 2026-01-31 12:00:00 +01:00\n\f\n",
            await node.OkAsync("fetch", "-u", User, "date.received", "mailbox", "Archive", "SUBJECT", "one"));
    }

    [Theory]
    [InlineData("keep", "kept; not discarded", "INBOX")]
    [InlineData("trash", "moved to Trash", "Trash")]
    [InlineData("delete", "deleted", "")]
    public async Task Discard_means_what_one_says(string discard, string result, string where)
    {
        var user = $"discard-{discard}@sieve.example";
        await node.AddUserAsync(user);
        await node.SaveAsync(user, "Subject: x\n\nx\n");
        await PutAsync(user, "away", "discard;", "--activate");

        Assert.Equal([$"1 {result}"], await FilterAsync(user, "--execute", "--discard", discard, "INBOX"));
        var rows = await node.RowsAsync("search", "-u", user, "ALL");
        Assert.Equal(where, string.Join(' ', rows.Select(row => row.GetProperty("mailbox").GetString())));
    }

    [Fact]
    public async Task Copies_edits_new_mailboxes_and_what_is_not_done()
    {
        const string User = "more@sieve.example";
        await node.AddUserAsync(User);
        await node.SaveAsync(User, "Subject: x\n\nx\n", "--flags", "\\Seen");
        var file = Path.Combine(node.Folder, "more.sieve");
        await File.WriteAllTextAsync(
            file, "require [\"fileinto\", \"copy\", \"mailbox\", \"editheader\"];\nfileinto :copy \"Archive\"; fileinto :copy :create \"New/Box\"; addheader \"X-Seen-By\" \"sieve\";");
        Assert.Equal(["1 copied to Archive; copied to New/Box; edited"], await FilterAsync(User, "--execute", "--script", file, "INBOX"));
        Assert.Equal(
            "mailbox: INBOX\nuid: 2\nflags: \\Seen\nhdr.x-seen-by: sieve\n\f\nmailbox: Archive\nuid: 1\nflags: \\Seen\nhdr.x-seen-by: \n\f\n"
            + "mailbox: New/Box\nuid: 1\nflags: \\Seen\nhdr.x-seen-by: \n\f\n",
            await node.OkAsync("fetch", "-u", User, "mailbox uid flags hdr.x-seen-by", "ALL"));

        await File.WriteAllTextAsync(file, "require \"fileinto\"; redirect \"a@b.example\"; fileinto \"Nowhere\";");
        Assert.Equal(
            ["2 kept; not done: redirect \"a@b.example\"; there is no mailbox Nowhere"], await FilterAsync(User, "--execute", "--script", file, "INBOX"));
        Assert.Equal(68, (await node.CtlAsync("sieve", "filter", "-u", User, "--script", file, "Missing")).ExitCode);
        Assert.Equal(64, (await node.CtlAsync("sieve", "filter", "-u", User, "--script", file, "--discard", "burn", "INBOX")).ExitCode);
        Assert.Equal(68, (await node.CtlAsync("sieve", "filter", "-u", User, "INBOX")).ExitCode);
    }

    private async Task<string> PutAsync(string user, string name, string script, params string[] options)
    {
        var outcome = await node.CtlAsync(Encoding.UTF8.GetBytes(script), ["sieve", "put", "-u", user, .. options, name]);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        return outcome.Output;
    }

    private async Task<List<string>> FilterAsync(string user, params string[] arguments) =>
    [
        .. (await node.RowsAsync(["sieve", "filter", "-u", user, .. arguments])).Select(row =>
            $"{row.GetProperty("uid").GetInt32()} {row.GetProperty("result").GetString()}"),
    ];
}
