using System.Text;
using MailCluster.Ctl.Tests.Support;

namespace MailCluster.Ctl.Tests;

/// <summary><c>mailctl quota</c> and <c>mailctl deliver</c>.</summary>
[Collection(NodeCollection.Name)]
public sealed class QuotaTests(RunningNode node)
{
    private const string Message = "Subject: hi\n\nbody\n"; // 21 bytes with CRLF

    [Fact]
    public async Task Limits_are_set_shown_and_taken_back()
    {
        const string User = "limits@quota.example";
        await node.AddUserAsync(User);
        await node.SaveAsync(User, Message);

        Assert.Equal(
            "user                  resource  used  limit      percent  source\n"
            + $"{User}  storage     21  unlimited        0\n{User}  messages     1  unlimited        0\n",
            await node.OkAsync("quota", "get", "-u", User));
        Assert.Equal(
            "user                  resource  used  limit  percent  source\n"
            + $"{User}  storage     21  1024         2  set\n{User}  messages     1  4           25  set\n",
            await node.OkAsync("quota", "set", "-u", User, "--storage", "1K", "--messages", "4"));
        var rows = await node.RowsAsync("quota", "set", "-u", User, "--storage", "unlimited");
        Assert.Equal(["unlimited", "4"], rows.Select(row => row.GetProperty("limit").GetString()!));
        rows = await node.RowsAsync("quota", "set", "-u", User, "--messages", "default");
        Assert.Equal(["unlimited", "unlimited"], rows.Select(row => row.GetProperty("limit").GetString()!));
    }

    [Fact]
    public async Task All_users_and_patterns_are_asked_in_turn()
    {
        await node.AddUserAsync("a@turn.example");
        await node.AddUserAsync("b@turn.example");

        var pattern = await node.RowsAsync("quota", "recalc", "-u", "*@turn.example");
        Assert.Equal(["a@turn.example", "a@turn.example", "b@turn.example", "b@turn.example"], pattern.Select(row => row.GetProperty("user").GetString()!));
        var all = await node.RowsAsync("quota", "get", "-A");
        Assert.Contains(all, row => row.GetProperty("user").GetString() == "b@turn.example");
    }

    [Theory]
    [InlineData(64, "quota", "get")]
    [InlineData(64, "quota", "get", "-A", "-u", "x@quota.example")]
    [InlineData(64, "quota", "set", "-u", "codes@quota.example")]
    [InlineData(64, "quota", "set", "-u", "codes@quota.example", "--storage", "much")]
    [InlineData(64, "quota", "set", "-u", "codes@quota.example", "--messages", "-4")]
    [InlineData(67, "quota", "get", "-u", "nobody@quota.example")]
    [InlineData(67, "deliver", "-u", "nobody@quota.example")]
    [InlineData(64, "deliver", "-u", "codes@quota.example", "-m", "a//b")]
    [InlineData(64, "deliver", "-u", "codes@quota.example", "--sender", "no address")]
    [InlineData(65, "deliver", "-u", "codes@quota.example")]
    public async Task What_makes_no_sense_has_its_exit_code(int exitCode, params string[] arguments)
    {
        await node.CtlAsync(Encoding.UTF8.GetBytes("secret\n"), "user", "add", "codes@quota.example", "--password-stdin");

        Assert.Equal(exitCode, (await node.CtlAsync(input: [], arguments)).ExitCode);
    }

    [Fact]
    public async Task A_message_on_standard_input_is_delivered()
    {
        const string User = "lda@quota.example";
        await node.AddUserAsync(User);

        Assert.Equal("", await DeliverAsync("From someone Mon Jan  1 00:00:00 2026\n" + Message, "-u", User));
        await DeliverAsync(Message, "-u", User, "-m", "Archive", "-f", "bob@example.org", "-a", "lda+lists@quota.example", "-e");
        await DeliverAsync(Message, "-u", User, "-m", "No/Such", "--sender", "");

        Assert.Equal("Subject: hi\r\n\r\nbody\r\n", await node.OkAsync("fetch", "-u", User, "text", "mailbox", "INBOX", "1"));
        Assert.Equal(
            "Return-Path: <bob@example.org>\r\nDelivered-To: lda+lists@quota.example\r\nSubject: hi\r\n\r\nbody\r\n",
            await node.OkAsync("fetch", "-u", User, "text", "mailbox", "Archive", "ALL"));
        Assert.StartsWith(
            "Return-Path: <>\r\nSubject", await node.OkAsync("fetch", "-u", User, "text", "mailbox", "INBOX", "2"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_full_gets_nothing_and_the_caller_is_told()
    {
        const string User = "full@quota.example";
        await node.AddUserAsync(User);
        await DeliverAsync(Message, "-u", User);
        await node.OkAsync("quota", "set", "-u", User, "--storage", "20");

        var full = await node.CtlAsync(Encoding.UTF8.GetBytes(Message), "deliver", "-u", User);
        Assert.Equal((73, "mailctl: The mailbox is full\n"), (full.ExitCode, full.Errors));
        Assert.Equal(77, (await node.CtlAsync(Encoding.UTF8.GetBytes(Message), "deliver", "-e", "-u", User)).ExitCode);
        Assert.Equal(73, (await node.CtlAsync(Encoding.UTF8.GetBytes(Message), "save", "-u", User)).ExitCode);
        Assert.Single(await node.RowsAsync("search", "-u", User, "ALL"));
    }

    private async Task<string> DeliverAsync(string message, params string[] arguments)
    {
        var outcome = await node.CtlAsync(Encoding.UTF8.GetBytes(message), ["deliver", .. arguments]);
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        return outcome.Output;
    }
}
