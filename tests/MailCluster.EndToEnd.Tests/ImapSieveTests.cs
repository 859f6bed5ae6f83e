using System.Diagnostics;
using System.Globalization;
using System.Text;
using MailCluster.EndToEnd.Tests.Support;
using MailCluster.Testing;

namespace MailCluster.EndToEnd.Tests;

/// <summary>Scripts on what IMAP does, of a real node: a client moves mail into and out of Junk, and the node is killed in between.</summary>
public sealed class ImapSieveTests : IDisposable
{
    private const string Alice = "alice@example.com";

    private readonly TemporaryFolder _folder = new();

    public ImapSieveTests()
    {
        // Marks and copies in the place of a filter that learns.
        File.WriteAllText(SpamFile, """
            require ["imapsieve", "environment", "fileinto", "copy", "mailbox", "imap4flags"];
            if environment :is "imap.cause" "COPY" { addflag "$Junk"; removeflag "$NotJunk"; fileinto :copy :create "Learned/Spam"; }
            """);
        File.WriteAllText(HamFile, """
            require ["imapsieve", "environment", "fileinto", "copy", "mailbox", "imap4flags", "variables"];
            if environment :matches "imap.mailbox" "*" { set "mailbox" "${1}"; }
            if string "${mailbox}" "Trash" { stop; }
            addflag "$NotJunk"; removeflag "$Junk"; fileinto :copy :create "Learned/Ham";
            """);
    }

    private string SpamFile => Path.Combine(_folder.Path, "learn-spam.sieve");

    private string HamFile => Path.Combine(_folder.Path, "learn-ham.sieve");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Moving_into_and_out_of_Junk_runs_the_scripts_of_the_rules()
    {
        await using var node = await StartAsync();
        await node.AddUserAsync(Alice);
        await using var client = await node.ConnectImapAsync(Alice);
        await client.AppendAsync("INBOX", Message("one"));
        await client.AppendAsync("INBOX", Message("two"));
        await client.RequireAsync("SELECT INBOX");
        await client.RequireAsync("MOVE 1:2 Junk");
        await MessagesAsync(client, "Learned/Spam", 2);

        await client.RequireAsync("SELECT Junk");
        await MessagesAsync(client, "UID SEARCH KEYWORD $Junk UNKEYWORD $NotJunk", 2);
        await client.RequireAsync("UID MOVE 1 INBOX");
        await MessagesAsync(client, "Learned/Ham", 1);
        await client.RequireAsync("UID MOVE 2 Trash");

        await client.RequireAsync("SELECT INBOX");
        await MessagesAsync(client, "UID SEARCH KEYWORD $NotJunk UNKEYWORD $Junk", 1);

        // One more, whose turn comes after that of the message in Trash: there it was no ham.
        await client.AppendAsync("INBOX", Message("three"));
        await client.RequireAsync("UID MOVE 4 Junk");
        await MessagesAsync(client, "Learned/Spam", 3);
        await MessagesAsync(client, "Learned/Ham", 1);
    }

    [Fact]
    public async Task What_waits_when_a_node_is_killed_runs_once_in_the_next_run()
    {
        const int Messages = 200;
        await using (var node = await StartAsync())
        {
            await node.AddUserAsync(Alice);
            await using var client = await node.ConnectImapAsync(Alice);
            for (var i = 0; i < Messages; i++)
                await client.AppendAsync("INBOX", Message($"number {i}"));
            await client.RequireAsync("SELECT INBOX");
            await client.RequireAsync("MOVE 1:* Junk");
            await node.KillAsync();
        }

        await using var next = await StartAsync();
        await using var reader = await next.ConnectImapAsync(Alice);
        await reader.RequireAsync("SELECT Junk");

        // Flag and copy of a message are one change: with the last flag there is the last copy, and no message has two.
        await MessagesAsync(reader, "UID SEARCH KEYWORD $Junk", Messages);
        Assert.Contains($"MESSAGES {Messages})", (await reader.RequireAsync("STATUS Learned/Spam (MESSAGES)")).Untagged[0].Text, StringComparison.Ordinal);
    }

    /// <summary>The recipe of docs/sieve.md, with programs that write down what they are told to learn in the place of a filter.</summary>
    [Fact]
    public async Task A_filter_learns_what_is_moved_into_and_out_of_Junk()
    {
        const string Begin = """
            require ["vnd.dovecot.pipe", "copy", "imapsieve", "environment", "variables"];
            if environment :matches "imap.mailbox" "*" { set "mailbox" "${1}"; }
            if string "${mailbox}" "Trash" { stop; }
            if environment :matches "imap.user" "*" { set "username" "${1}"; }

            """;
        var learned = Path.Combine(_folder.Path, "learned");
        var programs = Directory.CreateDirectory(Path.Combine(_folder.Path, "pipe")).FullName;
        foreach (var kind in new[] { "spam", "ham" })
        {
            var program = Path.Combine(programs, "learn-" + kind);
            await File.WriteAllTextAsync(program, $"#!/bin/sh\necho \"{kind} $1 $(grep '^Subject:' | tr -d '\\r')\" >> '{learned}'\n");
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await File.WriteAllTextAsync(kind == "spam" ? SpamFile : HamFile, Begin + $"pipe :copy \"learn-{kind}\" [ \"${{username}}\" ];");
        }

        await using var node = await StartAsync($"sieve.programs.pipe.bin-dir=\"{programs}\"");
        await node.AddUserAsync(Alice);
        await using var client = await node.ConnectImapAsync(Alice);
        foreach (var subject in new[] { "one", "two" })
            await client.AppendAsync("INBOX", Message(subject));
        await client.RequireAsync("SELECT INBOX");
        await client.RequireAsync("MOVE 1:2 Junk");

        // A message that moves on before its turn has it in its next folder alone.
        await Poll.UntilAsync(() => File.Exists(learned) && File.ReadAllLines(learned).Length == 2);
        await client.RequireAsync("SELECT Junk");
        await client.RequireAsync("UID MOVE 1 Trash");
        await client.RequireAsync("UID MOVE 2 INBOX");

        string[] expected = [$"spam {Alice} Subject: one", $"spam {Alice} Subject: two", $"ham {Alice} Subject: two"];
        await Poll.UntilAsync(() => File.ReadAllLines(learned).Length >= expected.Length);
        Assert.Equal(expected, await File.ReadAllLinesAsync(learned));

        // The messages are where they were moved to, as they were.
        await client.RequireAsync("SELECT INBOX");
        Assert.Single((await client.RequireAsync("UID FETCH 1:* (FLAGS)")).Untagged, static line => line.Text.Contains(" FETCH ", StringComparison.Ordinal) && !line.Text.Contains("\\Deleted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_user_names_a_script_for_a_folder()
    {
        await using var node = await StartAsync("sieve.imap-events.url=\"sieve://mail.example.com\"");
        await node.AddUserAsync(Alice);
        await node.CtlWithInputAsync(
            """require ["imapsieve", "environment", "imap4flags"]; if environment :contains "imap.changedflags" "\\Flagged" { addflag "$Important"; }""",
            "sieve", "put", "-u", Alice, "flags");
        await using var client = await node.ConnectImapAsync(Alice);
        Assert.Contains(" IMAPSIEVE=sieve://mail.example.com", (await client.RequireAsync("CAPABILITY")).Untagged[0].Text, StringComparison.Ordinal);
        await client.RequireAsync("SETMETADATA INBOX (/shared/imapsieve/script \"flags\")");
        await client.AppendAsync("INBOX", Message("one"));
        await client.AppendAsync("INBOX", Message("two"));
        await client.RequireAsync("SELECT INBOX");
        await client.RequireAsync("STORE 1:2 +FLAGS (\\Seen)");
        await client.RequireAsync("STORE 2 +FLAGS (\\Flagged)");
        await MessagesAsync(client, "UID SEARCH KEYWORD $Important", 1);
        await MessagesAsync(client, "UID SEARCH KEYWORD $Important FLAGGED", 1);
    }

    private Task<NodeProcess> StartAsync(params string[] settings) => NodeProcess.StartAsync(
        _folder.Path,
        [$"sieve.imap-events.rules=[{{folder=Junk,causes=[copy],before=\"{SpamFile}\"}},{{folder=\"*\",from=Junk,causes=[copy],before=\"{HamFile}\"}}]", .. settings]);

    /// <summary>Waits until a folder has, or a search finds, so many messages.</summary>
    private static async Task MessagesAsync(ImapClient client, string folderOrSearch, int count)
    {
        var isSearch = folderOrSearch.StartsWith("UID ", StringComparison.Ordinal);
        var watch = Stopwatch.StartNew();
        while (true)
        {
            var answer = await client.SendAsync(isSearch ? folderOrSearch : $"STATUS {folderOrSearch} (MESSAGES)");
            var line = answer.Untagged.FirstOrDefault(line => line.Text.StartsWith(isSearch ? "* SEARCH" : "* STATUS", StringComparison.Ordinal))?.Text ?? "";
            var there = isSearch
                ? line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length - 2
                : line.LastIndexOf(' ') is var at and > 0 ? int.Parse(line.AsSpan(at + 1).TrimEnd(')'), CultureInfo.InvariantCulture) : 0;
            if (there == count)
                return;
            Assert.True(there < count && watch.Elapsed < TimeSpan.FromSeconds(60), $"{folderOrSearch}: {there} messages instead of {count}: {line} {answer.Tagged}");
        }
    }

    private static byte[] Message(string subject) =>
        Encoding.ASCII.GetBytes($"From: carol@example.net\r\nTo: {Alice}\r\nSubject: {subject}\r\nMessage-ID: <{subject.Replace(' ', '.')}@example.net>\r\n\r\nbuy\r\n");
}
