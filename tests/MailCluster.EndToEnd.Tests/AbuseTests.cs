using System.Globalization;
using System.Text.RegularExpressions;
using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>Who guesses passwords: the ban, the log line, the filter that reads it; and a node that root started.</summary>
public sealed class AbuseTests
{
    private static readonly string[] s_strict =
        ["auth.allow-plaintext=true", "auth.failure-delay=0 s", "auth.penalty=false", "auth.ban.failures=3", "auth.ban.allow=[]"];

    private const string AsRoot = "$([ $(id -u) = 0 ] || echo sudo -n)";

    // In a network of its own the standard ports are free.
    private const string Alone = "exec " + AsRoot + " unshare --net sh -c 'ip link set lo up; exec \"$0\" \"$@\"' \"$0\" \"$@\"";

    [Fact]
    public async Task A_guesser_is_shut_out_until_an_operator_lets_it_in_also_over_a_restart()
    {
        using var folder = new TemporaryFolder();
        await using (var node = await NodeProcess.StartAsync(folder.Path, s_strict))
        {
            await node.AddUserAsync("alice@example.com");
            for (var guess = 0; guess < 3; guess++)
                Assert.Equal(Curl.LoginDenied, await Curl.LogInAsync(node.ImapPort, "127.0.0.7", "alice@example.com", $"guess{guess}"));

            Assert.NotEqual(Curl.LoginDenied, await Curl.LogInAsync(node.ImapPort, "127.0.0.7", "alice@example.com", NodeProcess.Password));
            Assert.Equal(0, await Curl.LogInAsync(node.ImapPort, "127.0.0.8", "alice@example.com", NodeProcess.Password));
            Assert.Contains("127.0.0.7", (await node.CtlAsync("ban", "list")).Output, StringComparison.Ordinal);
            await node.TerminateAsync();
        }

        await using var again = await NodeProcess.StartAsync(folder.Path, s_strict);
        Assert.NotEqual(0, await Curl.LogInAsync(again.ImapPort, "127.0.0.7", "alice@example.com", NodeProcess.Password));
        await again.CtlAsync("ban", "remove", "127.0.0.7");
        Assert.Equal(0, await Curl.LogInAsync(again.ImapPort, "127.0.0.7", "alice@example.com", NodeProcess.Password));
        await again.CtlAsync("ban", "add", "127.0.0.0/29", "--time", "1h", "--reason", "a test");
        Assert.NotEqual(0, await Curl.LogInAsync(again.ImapPort, "127.0.0.7", "alice@example.com", NodeProcess.Password));
        Assert.Equal(0, await Curl.LogInAsync(again.ImapPort, "127.0.0.8", "alice@example.com", NodeProcess.Password));
    }

    [Fact]
    public async Task Fail2ban_finds_each_failure_and_the_address_that_it_came_from()
    {
        using var folder = new TemporaryFolder();
        await using var node = await NodeProcess.StartAsync(
            folder.Path, "auth.allow-plaintext=true", "auth.failure-delay=0 s", "auth.penalty=false", "auth.ban.failures=0");
        await node.AddUserAsync("alice@example.com");
        string[] names =
        [
            "alice@example.com", "nobody", "x> method=LOGIN rip=203.0.113.1", "y rip=203.0.113.2 lip=", "<203.0.113.3>", "\u200e203.0.113.4",
            "z> method=PLAIN rip=203.0.113.5 lip=127.0.0.1 reason=unknown-user protocol=imap secure=no session=<q>",
        ];
        foreach (var name in names)
            Assert.Equal(Curl.LoginDenied, await Curl.LogInAsync(node.ImapPort, "127.0.0.7", name, "wrong"));
        Assert.Equal(0, await Curl.LogInAsync(node.ImapPort, "127.0.0.9", "alice@example.com", NodeProcess.Password));

        var log = folder.File("node.log");
        await File.WriteAllTextAsync(log, node.Log + "\n");
        var found = await ClientProgram.RequireAsync("fail2ban-regex", ["--print-all-matched", "-v", log, Path.Combine(Repository.Root, "deploy/fail2ban/filter.d/mailcluster.conf")]);
        var addresses = Regex.Matches(found.Output, @"^\|\s+(\d+\.\d+\.\d+\.\d+)\s", RegexOptions.Multiline).Select(match => match.Groups[1].Value);

        Assert.Equal(Enumerable.Repeat("127.0.0.7", names.Length), addresses);

        // As the journal shows it.
        var journal = folder.File("journal.log");
        await File.WriteAllLinesAsync(journal, node.Log.Split('\n').Select(line => "Nov 26 10:00:00 host mailcluster[123]: " + line));
        found = await ClientProgram.RequireAsync("fail2ban-regex", [journal, Path.Combine(Repository.Root, "deploy/fail2ban/filter.d/mailcluster.conf")]);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{names.Length} matched"), found.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Started_as_root_a_node_becomes_its_user_and_still_listens_on_low_ports()
    {
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        // The folder above is the tests' own; the user has to get through it.
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_111_111);
        await using var node = await NodeProcess.StartUnderAsync(
            Alone, folder.Path, "node.user=nobody", $"data-dir=\"{data}\"", "listeners.imap.port=143", "listeners.imaps.enabled=false");
        var process = Regex.Match(node.Log, @"process (\d+)").Groups[1].Value;

        var status = await File.ReadAllTextAsync($"/proc/{process}/status");
        var nobody = (await ClientProgram.RequireAsync("id", ["-u", "nobody"])).Output.Trim();
        Assert.Matches($@"(?m)^Uid:\s+{nobody}\s+{nobody}\s+{nobody}\s+{nobody}$", status);
        Assert.Matches(@"(?m)^CapEff:\s+0+400$", status);
        Assert.Matches(@"(?m)^CapPrm:\s+0+400$", status);
        Assert.Equal(nobody, (await ClientProgram.RequireAsync("stat", ["-c", "%u", data])).Output.Trim());
        var greeting = await ClientProgram.RequireAsync("sh", ["-c", $"{AsRoot} nsenter -t {process} -n curl -s -X CAPABILITY imap://127.0.0.1/"]);
        Assert.Contains("IMAP4rev2", greeting.Output, StringComparison.Ordinal);
        Assert.Equal(0, await node.TerminateAsync());
    }
}
