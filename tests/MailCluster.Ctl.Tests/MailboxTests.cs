using System.Text.Json;
using MailCluster.Ctl.Tests.Support;

namespace MailCluster.Ctl.Tests;

[Collection(NodeCollection.Name)]
public sealed class MailboxTests(RunningNode node)
{
    private static string[] Names(IEnumerable<JsonElement> rows) => [.. rows.Select(row => row.GetProperty("mailbox").GetString()!)];

    [Fact]
    public async Task Mailboxes_are_created_renamed_subscribed_and_deleted()
    {
        const string User = "boxes@boxes.example";
        await node.AddUserAsync(User);
        Assert.Equal(
            $"{User}: A/B: created\n{User}: Ärger: created\n", await node.OkAsync("mailbox", "create", "-u", User, "-s", "A/B", "Ärger"));
        Assert.Equal(["A", "A/B"], Names(await node.RowsAsync("mailbox", "list", "-u", User, "A", "A/*")));
        Assert.Equal(["A"], Names(await node.RowsAsync("mailbox", "list", "-u", User, "A%")).Where(name => name != "Archive"));
        await node.OkAsync("mailbox", "rename", "-u", User, "-s", "A", "Z");
        Assert.Equal(["Z/B"], Names(await node.RowsAsync("mailbox", "list", "-u", User, "-s", "*B")));
        await node.OkAsync("mailbox", "unsubscribe", "-u", User, "Z/B");
        Assert.Empty(await node.RowsAsync("mailbox", "list", "-u", User, "-s", "*B"));
        await node.OkAsync("mailbox", "subscribe", "-u", User, "Later");
        var later = Assert.Single(await node.RowsAsync("mailbox", "list", "-u", User, "-s", "Later"));
        Assert.False(later.GetProperty("exists").GetBoolean());
        await node.OkAsync("mailbox", "delete", "-u", User, "-r", "-s", "Z");
        Assert.Empty(await node.RowsAsync("mailbox", "list", "-u", User, "Z*"));
        await node.OkAsync("mailbox", "create", "-u", User, "--special-use", "junk", "Spam");
        Assert.Equal(
            "\\Junk", Assert.Single(await node.RowsAsync("mailbox", "list", "-u", User, "Spam")).GetProperty("special-use").GetString());
    }

    [Fact]
    public async Task Failures_have_their_exit_codes()
    {
        const string User = "codes@boxes.example";
        await node.AddUserAsync(User);
        Assert.Equal(67, (await node.CtlAsync("mailbox", "list", "-u", "nobody@boxes.example")).ExitCode);
        Assert.Equal(67, (await node.CtlAsync("mailbox", "list", "-u", "*@nowhere.example")).ExitCode);
        Assert.Equal(68, (await node.CtlAsync("mailbox", "status", "-u", User, "Missing")).ExitCode);
        Assert.Equal(68, (await node.CtlAsync("mailbox", "delete", "-u", User, "Missing")).ExitCode);
        Assert.Equal(65, (await node.CtlAsync("mailbox", "create", "-u", User, "INBOX")).ExitCode);
        Assert.Equal(65, (await node.CtlAsync("mailbox", "delete", "-u", User, "INBOX")).ExitCode);
        Assert.Equal(64, (await node.CtlAsync("mailbox", "create", "-u", User, "a//b")).ExitCode);
        Assert.Equal(64, (await node.CtlAsync("mailbox", "create", "-u", User, "--special-use", "Nonsense", "x")).ExitCode);
        Assert.Equal(64, (await node.CtlAsync("mailbox", "create", "-u", User)).ExitCode);
    }

    [Fact]
    public async Task Annotations_are_set_listed_read_and_removed()
    {
        const string User = "notes@boxes.example";
        await node.AddUserAsync(User);
        Assert.Equal($"{User}: INBOX: set\n", await node.OkAsync("mailbox", "metadata", "set", "-u", User, "INBOX", "/Shared/Comment", "für alle"));
        await node.OkAsync("mailbox", "metadata", "set", "-u", User, "INBOX", "/private/vendor/x/colour", "#b71c1c");
        await node.OkAsync("mailbox", "metadata", "set", "-u", User, "", "/shared/comment", "");

        Assert.Equal("für alle\n", await node.OkAsync("mailbox", "metadata", "get", "-u", User, "INBOX", "/shared/comment"));
        Assert.Equal(["/private/vendor/x/colour", "/shared/comment"], Entries(await node.RowsAsync("mailbox", "metadata", "list", "-u", User, "INBOX")));
        Assert.Equal(["/private/vendor/x/colour"], Entries(await node.RowsAsync("mailbox", "metadata", "list", "-u", User, "INBOX", "/private/vendor")));
        Assert.Equal(["/shared/comment"], Entries(await node.RowsAsync("mailbox", "metadata", "list", "-u", User, "")));

        Assert.Equal($"{User}: INBOX: unset\n", await node.OkAsync("mailbox", "metadata", "unset", "-u", User, "INBOX", "/shared/comment"));
        Assert.Equal(68, (await node.CtlAsync("mailbox", "metadata", "get", "-u", User, "INBOX", "/shared/comment")).ExitCode);
        Assert.Equal(68, (await node.CtlAsync("mailbox", "metadata", "list", "-u", User, "Missing")).ExitCode);
        Assert.Equal(64, (await node.CtlAsync("mailbox", "metadata", "set", "-u", User, "INBOX", "/public/comment", "x")).ExitCode);
        Assert.Equal(65, (await node.CtlAsync("mailbox", "metadata", "set", "-u", User, "", "/shared/admin", "mailto:me@boxes.example")).ExitCode);

        static string[] Entries(IEnumerable<JsonElement> rows) => [.. rows.Select(row => row.GetProperty("entry").GetString()!)];
    }

    [Fact]
    public async Task Status_shows_the_fields_that_are_asked_for()
    {
        const string User = "status@boxes.example";
        await node.AddUserAsync(User);
        await node.SaveAsync(User, "Subject: a\n\nx\n", "--flags", "\\Seen");
        await node.SaveAsync(User, "Subject: b\n\nx\n");
        Assert.Equal(
            $"user                  mailbox  messages  unseen  size\n{User}  INBOX           2       1    34\n",
            await node.OkAsync("mailbox", "status", "-u", User, "messages unseen vsize", "inbox"));
        var row = Assert.Single(await node.RowsAsync("mailbox", "status", "-u", User, "all", "INBOX"));
        Assert.Equal(3, row.GetProperty("uid-next").GetInt32());
        Assert.StartsWith("F", row.GetProperty("guid").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pattern_of_users_goes_on_past_one_that_fails()
    {
        await node.AddUserAsync("a@pattern.example");
        await node.AddUserAsync("b@pattern.example");
        await node.OkAsync("mailbox", "create", "-u", "a@pattern.example", "Only");
        var outcome = await node.CtlAsync("mailbox", "create", "-u", "*@pattern.example", "Only");
        Assert.Equal(65, outcome.ExitCode);
        Assert.Equal("b@pattern.example: Only: created\n", outcome.Output);
        Assert.StartsWith("mailctl: a@pattern.example: ", outcome.Errors, StringComparison.Ordinal);
    }
}
