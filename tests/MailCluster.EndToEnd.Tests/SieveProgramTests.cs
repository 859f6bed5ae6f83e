using System.Net.Sockets;
using System.Text;
using MailCluster.EndToEnd.Tests.Support;
using MailCluster.Testing;
using MailCluster.Testing.Smtp;

namespace MailCluster.EndToEnd.Tests;

/// <summary>A real node whose scripts run programs, ask lists and send reports, mail coming in by LMTP.</summary>
public sealed class SieveProgramTests : IAsyncLifetime
{
    private const string Alice = "alice@example.com";

    private const string Script = """
        require ["vnd.dovecot.pipe", "vnd.dovecot.filter", "vnd.dovecot.execute", "vnd.dovecot.report", "extlists", "copy", "fileinto", "mailbox", "variables"];
        if header :contains "Subject" "ticket" { pipe "ticket" ["a b", "$(id)"]; stop; }
        if header :contains "Subject" "broken" { pipe "broken"; stop; }
        if header :contains "Subject" "spam" { report "abuse" "Spam." "abuse@example.org"; discard; stop; }
        if header :contains "Subject" "forward" { redirect :copy :list ":addrbook:default"; stop; }
        if filter "mark" { execute :input "folder" :output "name" "upper"; fileinto :create "${name}"; }
        if address :list "from" "tag:example.com,2026:customers" { fileinto :create "Customers"; }
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly SmtpSink _relay = new();

    public Task InitializeAsync()
    {
        Directory.CreateDirectory(_folder.File("bin"));
        Directory.CreateDirectory(_folder.File("books"));
        Write("ticket", $"printf '%s|%s|%s|' \"$1\" \"$2\" \"$RECIPIENT\" > {_folder.File("ticket.new")}; cat >> {_folder.File("ticket.new")}; mv {_folder.File("ticket.new")} {_folder.File("ticket")}");
        Write("broken", "sleep 100000 & exit 7");
        Write("mark", "echo 'X-Marked: yes'; cat");
        Write("upper", "tr a-z A-Z");
        File.WriteAllText(_folder.File("customers"), "carol@example.net\n");
        File.WriteAllText(_folder.File(Path.Combine("books", Alice)), "bob@example.org\ndave@example.org\n");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _relay.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Programs_lists_and_reports_work_at_delivery()
    {
        await using var node = await StartAsync();
        Assert.StartsWith("250", await DeliverAsync(node, "a ticket"), StringComparison.Ordinal);
        var ticket = await File.ReadAllTextAsync(_folder.File("ticket"));
        Assert.StartsWith($"a b|$(id)|{Alice}|", ticket, StringComparison.Ordinal);
        Assert.EndsWith("Subject: a ticket\r\nMessage-ID: <a.ticket@example.net>\r\n\r\nbody\r\n", ticket, StringComparison.Ordinal);

        Assert.StartsWith("250", await DeliverAsync(node, "broken"), StringComparison.Ordinal);
        await node.SaidAsync("a program failed");
        Assert.StartsWith("250", await DeliverAsync(node, "other"), StringComparison.Ordinal);
        Assert.StartsWith("250", await DeliverAsync(node, "spam"), StringComparison.Ordinal);
        Assert.StartsWith("250", await DeliverAsync(node, "forward"), StringComparison.Ordinal);
        await Poll.UntilAsync(() => _relay.Messages.Count == 3);
        Assert.Equal(
            ["TO:<abuse@example.org>", "TO:<bob@example.org>", "TO:<dave@example.org>"],
            _relay.Messages.Select(message => message.Rcpt.Split(' ')[1]).Order(StringComparer.Ordinal));
        Assert.Contains("Feedback-Type: abuse", Assert.Single(_relay.Messages, message => message.Rcpt.Contains("abuse", StringComparison.Ordinal)).Text, StringComparison.Ordinal);

        Assert.Equal(["broken", "forward"], await SubjectsAsync(node, "INBOX"));
        Assert.Equal(["other"], await SubjectsAsync(node, "Customers"));
        await using var client = await node.ConnectImapAsync(Alice);
        await client.RequireAsync("SELECT FOLDER");
        Assert.StartsWith("X-Marked: yes\r\n", Encoding.Latin1.GetString(Assert.Single(await client.FetchAllAsync()).Body), StringComparison.Ordinal);
    }

    /// <summary>Between the program and the durable answer lies nothing that could forget the message.</summary>
    [Fact]
    public async Task A_message_whose_node_dies_under_its_program_is_piped_when_it_comes_again()
    {
        Write("ticket", $"if [ ! -e {_folder.File("first")} ]; then echo $$ > {_folder.File("pid")}; mv {_folder.File("pid")} {_folder.File("first")}; exec sleep 100000; fi; cat > {_folder.File("ticket")}");
        await using (var node = await StartAsync())
        {
            var delivery = DeliverAsync(node, "a ticket");
            await Poll.UntilAsync(() => File.Exists(_folder.File("first")));
            await node.KillAsync();
            await Assert.ThrowsAnyAsync<Exception>(() => delivery);
            await ClientProgram.RequireAsync("kill", ["-9", (await File.ReadAllTextAsync(_folder.File("first"))).Trim()]);
        }

        await using var next = await StartAsync(isFirst: false);
        Assert.StartsWith("250", await DeliverAsync(next, "a ticket"), StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nbody\r\n", await File.ReadAllTextAsync(_folder.File("ticket")), StringComparison.Ordinal);
        Assert.Empty(await SubjectsAsync(next, "INBOX"));
    }

    [Fact]
    public async Task ManageSieve_tells_of_lists()
    {
        await using var node = await StartAsync();
        using var client = new TcpClient("127.0.0.1", node.ManageSievePort);
        using var reader = new StreamReader(client.GetStream());
        var greeting = new List<string>();
        while (await reader.ReadLineAsync() is { } line)
        {
            greeting.Add(line);
            if (line.StartsWith("OK", StringComparison.Ordinal))
                break;
        }

        Assert.Contains("\"EXTLISTS\" \"tag urn\"", greeting);
        Assert.Contains(" extlists ", Assert.Single(greeting, line => line.StartsWith("\"SIEVE\"", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scripts_that_are_tried_out_run_programs_only_when_asked()
    {
        await using var node = await StartAsync();
        var message = _folder.File("message.eml");
        await File.WriteAllTextAsync(message, "From: carol@example.net\r\nSubject: other\r\n\r\nbody\r\n");
        var without = (await node.CtlAsync("sieve", "test", "-u", Alice, message)).Output;
        Assert.Contains("program: filter would run \"mark\"", without, StringComparison.Ordinal);
        Assert.DoesNotContain("FOLDER", without, StringComparison.Ordinal);
        Assert.Contains("action: fileinto \"Customers\"", without, StringComparison.Ordinal);
        var with = (await node.CtlAsync("sieve", "test", "-u", Alice, "--run-programs", message)).Output;
        Assert.DoesNotContain("program:", with, StringComparison.Ordinal);
        Assert.Contains("action: fileinto \"FOLDER\", created if missing, edited message", with, StringComparison.Ordinal);

        await File.WriteAllTextAsync(message, "From: carol@example.net\r\nSubject: ticket\r\n\r\nbody\r\n");
        File.Delete(_folder.File(Path.Combine("bin", "ticket")));
        var pipe = (await node.CtlAsync("sieve", "test", "-u", Alice, "--run-programs", message)).Output;
        Assert.Contains("program: pipe could not run \"ticket\" \"a b\" \"$(id)\": there is no file", pipe, StringComparison.Ordinal);
        Assert.Contains("action: pipe into \"ticket\" \"a b\" \"$(id)\"", pipe, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder.File("ticket")));
    }

    [Fact]
    public async Task Users_may_run_programs_only_where_it_says_so_and_nobody_what_is_not_there()
    {
        await using (var node = await NodeProcess.StartAsync(Directory.CreateDirectory(_folder.File("other")).FullName, $"sieve.programs.pipe.bin-dir={_folder.File("bin")}"))
        {
            var script = _folder.File("pipe.sieve");
            await File.WriteAllTextAsync(script, """require "vnd.dovecot.pipe"; pipe "ticket";""");
            Assert.Contains("error", await CheckAsync(node, script), StringComparison.Ordinal);
            Assert.DoesNotContain("error", await CheckAsync(node, "--global", script), StringComparison.Ordinal);
            await File.WriteAllTextAsync(script, """require "extlists"; if valid_ext_list "tag:x:y" { stop; }""");
            Assert.Contains("error", await CheckAsync(node, script), StringComparison.Ordinal);
        }

        var (exit, log) = await NodeProcess.StartRefusedAsync(Directory.CreateDirectory(_folder.File("third")).FullName, "sieve.extensions=[\"vnd.dovecot.execute\"]");
        Assert.NotEqual(0, exit);
        Assert.Contains("sieve.programs.execute.bin-dir", log, StringComparison.Ordinal);
    }

    private async Task<NodeProcess> StartAsync(bool isFirst = true)
    {
        var bin = _folder.File("bin");
        var node = await NodeProcess.StartAsync(
            _folder.Path, "outbound.relay=127.0.0.1", $"outbound.port={_relay.Port}", "sieve.extensions=[\"vnd.dovecot.pipe\", \"vnd.dovecot.filter\", \"vnd.dovecot.execute\", \"vnd.dovecot.report\"]",
            $"sieve.programs.pipe.bin-dir={bin}", $"sieve.programs.filter.bin-dir={bin}", $"sieve.programs.execute.bin-dir={bin}",
            $"sieve.lists.entries=[{{ name = \"tag:example.com,2026:customers\", file = \"{_folder.File("customers")}\" }}, {{ name = \":addrbook:default\", file = \"{_folder.File("books")}/%u\" }}]");
        if (!isFirst)
            return node;
        await node.AddUserAsync(Alice);
        var put = await node.CtlWithInputAsync(Script, "sieve", "put", "-u", Alice, "--activate", "main");
        Assert.True(put.ExitCode == 0, put.ToString());
        return node;
    }

    /// <summary>A script with errors is no success of the program.</summary>
    private static async Task<string> CheckAsync(NodeProcess node, params string[] arguments)
    {
        var result = await ClientProgram.RunAsync(Repository.CtlProgram, ["--socket", node.AdminSocket, "sieve", "check", .. arguments]);
        return result.Output + result.Errors;
    }

    private static async Task<string> DeliverAsync(NodeProcess node, string subject)
    {
        await using var lmtp = await LmtpClient.ConnectAsync(node.LmtpPort);
        return Assert.Single(await lmtp.DeliverAsync(
            Encoding.ASCII.GetBytes($"From: carol@example.net\r\nTo: {Alice}\r\nSubject: {subject}\r\nMessage-ID: <{subject.Replace(' ', '.')}@example.net>\r\n\r\nbody\r\n"), Alice));
    }

    private static async Task<string[]> SubjectsAsync(NodeProcess node, string folder)
    {
        await using var client = await node.ConnectImapAsync(Alice);
        await client.RequireAsync($"SELECT {folder}");
        return [.. (await client.FetchAllAsync()).Select(message => Encoding.Latin1.GetString(message.Body).Split('\n').Single(line => line.StartsWith("Subject: ", StringComparison.Ordinal))[9..].Trim()).Order(StringComparer.Ordinal)];
    }

    private void Write(string name, string program)
    {
        var path = _folder.File(Path.Combine("bin", name));
        File.WriteAllText(path, "#!/bin/sh\n" + program + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
