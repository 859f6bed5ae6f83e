using System.Text;
using MailCluster.Ctl.Tests.Support;

namespace MailCluster.Ctl.Tests;

[Collection(NodeCollection.Name)]
public sealed class UserTests(RunningNode node)
{
    private static byte[] Line(string text) => Encoding.UTF8.GetBytes(text + "\n");

    [Fact]
    public async Task A_user_is_added_listed_changed_and_deleted()
    {
        const string User = "user1@users.example";
        await node.AddUserAsync(User);
        Assert.Equal(65, (await node.CtlAsync(Line("x"), "user", "add", User, "--password-stdin")).ExitCode);
        Assert.Equal($"user                 nologin  fields\n{User}  no\n", await node.OkAsync("user", "list", "*@users.example"));
        Assert.Equal(User, Assert.Single(await node.RowsAsync("user", "list", "*1@users.example")).GetProperty("user").GetString());
        Assert.Equal(0, (await node.CtlAsync("auth", "test", User, RunningNode.Password)).ExitCode);
        Assert.Equal($"{User}: password changed\n", (await node.CtlAsync(Line("neü"), "user", "passwd", User, "--password-stdin")).Output);
        var refused = await node.CtlAsync("auth", "test", User, RunningNode.Password);
        Assert.Equal((77, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("authentication failed (password-mismatch)", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await node.CtlAsync(Line("neü"), "auth", "test", User, "--password-stdin")).ExitCode);
        Assert.Equal($"{User}: deleted, mail kept\n", await node.OkAsync("user", "delete", User, "--yes"));
        Assert.Equal(67, (await node.CtlAsync("user", "delete", User, "--yes")).ExitCode);
        Assert.Equal(77, (await node.CtlAsync("auth", "test", User, "neü")).ExitCode);
    }

    [Fact]
    public async Task Deleting_keeps_the_mail_and_purging_does_not()
    {
        const string User = "user2@purge.example";
        await node.AddUserAsync(User);
        await node.SaveAsync(User, "Subject: kept\n\nx\n");
        await node.OkAsync("user", "delete", User, "--yes");
        await node.AddUserAsync(User);
        Assert.Single(await node.RowsAsync("search", "-u", User, "ALL"));
        Assert.Equal($"{User}: deleted, mail purged\n", await node.OkAsync("user", "delete", User, "--yes", "--purge"));
        await node.AddUserAsync(User);
        Assert.Empty(await node.RowsAsync("search", "-u", User, "ALL"));
    }

    [Fact]
    public async Task Fields_and_schemes_are_kept()
    {
        var outcome = await node.CtlAsync(
            Line("x"), "user", "add", "fields@fields.example", "--password-stdin", "--scheme", "SHA512-CRYPT", "--field", "nologin",
            "--field", "userdb_quota_rule=*:storage=5G");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        var row = Assert.Single(await node.RowsAsync("user", "list", "*@fields.example"));
        Assert.True(row.GetProperty("nologin").GetBoolean());
        Assert.Equal("*:storage=5G", row.GetProperty("fields").GetProperty("userdb_quota_rule").GetString());
        Assert.Contains(
            "{SHA512-CRYPT}$6$", await File.ReadAllTextAsync(Path.Combine(node.Folder, "data", "users")), StringComparison.Ordinal);
        Assert.Equal(77, (await node.CtlAsync("auth", "test", "fields@fields.example", "x")).ExitCode);
    }

    [Theory]
    [InlineData("a b", 64, "must not contain a space")]
    [InlineData("a/b", 64, "must not contain")]
    [InlineData("a@", 64, "nothing after")]
    public async Task A_bad_name_is_a_usage_error(string name, int exitCode, string message)
    {
        var outcome = await node.CtlAsync(Line("x"), "user", "add", name, "--password-stdin");
        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Contains(message, outcome.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_to_ask_is_a_usage_error()
    {
        Assert.Equal(64, (await node.CtlAsync("user", "add", "x@nobody.example")).ExitCode);
        Assert.Equal(64, (await node.CtlAsync("user", "delete", "x@nobody.example")).ExitCode);
        Assert.Equal(64, (await node.CtlAsync("user", "add", "x@nobody.example", "--password-stdin")).ExitCode);
        Assert.Equal(
            64, (await node.CtlAsync(Line("x"), "user", "add", "x@nobody.example", "--password-stdin", "--scheme", "MD5-CRYPT")).ExitCode);
        Assert.Equal(67, (await node.CtlAsync("user", "list", "*@nobody.example")).ExitCode);
    }

    /// <summary>
    /// Runs mailctl on a pseudo-terminal: waits for a text, types the next, and so on. Shows what was seen, and whether echo is on again.
    /// </summary>
    private Task<Outcome> TalkAsync(string[] arguments, params string[] talk)
    {
        const string Script = """
            import os, pty, sys, select, signal, termios
            args, talk = sys.argv[1].split("\x1f"), sys.argv[2].split("\x1f")
            pid, fd = pty.fork()
            if pid == 0:
                signal.signal(signal.SIGINT, signal.SIG_DFL) # Who runs the tests in the background has it ignored.
                os.execv(args[0], args)
            seen, start = b"", 0
            for what, answer in zip(talk[::2], talk[1::2]):
                while what.encode() not in seen[start:]:
                    if not select.select([fd], [], [], 60)[0]: raise SystemExit("nothing came: %r" % seen)
                    try: seen += os.read(fd, 4096)
                    except OSError: raise SystemExit("ended: %r" % seen)
                start = len(seen)
                os.write(fd, answer.encode())
            while True:
                try: data = os.read(fd, 4096)
                except OSError: break
                if not data: break
                seen += data
            sys.stdout.buffer.write(seen)
            print("echo", "on" if termios.tcgetattr(fd)[3] & termios.ECHO else "off")
            sys.stdout.flush()
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
            """;
        return Programs.RunAsync(
            "python3",
            ["-c", Script, string.Join('\x1f', [Programs.Ctl, "--socket", node.Socket, .. arguments]), string.Join('\x1f', talk)],
            environment: new Dictionary<string, string> { ["TERM"] = "xterm" });
    }

    [Fact]
    public async Task A_password_is_asked_for_twice_without_echo()
    {
        const string User = "pty@prompt.example";
        var outcome = await TalkAsync(
            ["user", "add", User],
            "Password for", "hidden-one\r", "Once more", "hidden-two\r", "Password for", "geheim-ü\r", "Once more", "geheim-ü\r");
        Assert.True(outcome.ExitCode == 0, outcome.ToString());
        Assert.Contains("They differ.", outcome.Output, StringComparison.Ordinal);
        Assert.Contains($"{User}: added", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", outcome.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", outcome.Output, StringComparison.Ordinal);
        Assert.EndsWith("echo on\n", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await node.CtlAsync("auth", "test", User, "geheim-ü")).ExitCode);
    }

    [Fact]
    public async Task Interrupting_the_prompt_gives_the_terminal_its_echo_back()
    {
        var outcome = await TalkAsync(["user", "add", "interrupted@prompt.example"], "Password for", "secr", "", "\u0003");
        Assert.Equal(130, outcome.ExitCode);
        Assert.EndsWith("echo on\n", outcome.Output, StringComparison.Ordinal);
        Assert.Equal(67, (await node.CtlAsync("mailbox", "list", "-u", "interrupted@prompt.example")).ExitCode);
    }

    [Fact]
    public async Task Deleting_asks_first()
    {
        const string User = "asked@prompt.example";
        await node.AddUserAsync(User);
        Assert.Equal(64, (await TalkAsync(["user", "delete", User], "[y/N]", "n\r")).ExitCode);
        Assert.Equal(0, (await TalkAsync(["user", "delete", "--purge", User], "ALL mail", "y\r")).ExitCode);
        Assert.Equal(67, (await node.CtlAsync("mailbox", "list", "-u", User)).ExitCode);
    }
}
