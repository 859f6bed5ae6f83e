using System.Net;
using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>Starting, stopping, and starting twice.</summary>
public sealed class LifecycleTests
{
    [Fact]
    public async Task A_first_start_makes_everything_and_says_how_to_add_an_account()
    {
        using var folder = new TemporaryFolder();
        await using var node = await NodeProcess.StartAsync(folder.Path, "node.rehearsal=true");

        Assert.Contains("user add", node.Log, StringComparison.Ordinal);
        foreach (var key in Directory.EnumerateFiles(folder.Path, "*key*", SearchOption.AllDirectories))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(node.AdminSocket));
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"http://127.0.0.1:{node.HttpPort}/healthz")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"http://127.0.0.1:{node.HttpPort}/readyz")).StatusCode);
        var metrics = await http.GetStringAsync($"http://127.0.0.1:{node.HttpPort}/metrics");
        Assert.Contains("# TYPE ", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("mailcluster_imap_commands_total{", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("protocol=\"imap\"", metrics, StringComparison.Ordinal);

        await node.AddUserAsync("alice@example.com");
        await using var client = await node.ConnectImapAsync("alice@example.com");
        metrics = await http.GetStringAsync($"http://127.0.0.1:{node.HttpPort}/metrics");
        Assert.Contains("mailcluster_imap_commands_total{command=\"LOGIN\"", metrics, StringComparison.Ordinal);
        Assert.Contains("protocol=\"imap\"", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGTERM_says_BYE_and_exits_with_0()
    {
        using var folder = new TemporaryFolder();
        await using var node = await NodeProcess.StartAsync(folder.Path);
        await node.AddUserAsync("alice@example.com");
        await using var client = await node.ConnectImapAsync("alice@example.com");
        await client.AppendAsync("INBOX", TestMessages.Make(1));
        await client.RequireAsync("SELECT INBOX");

        var exit = await node.TerminateAsync();

        Assert.True(exit == 0, node.Log);
        Assert.StartsWith("* BYE", (await client.ReadAsync()).Text, StringComparison.Ordinal);

        await using var again = await NodeProcess.StartAsync(folder.Path);
        await using var reader = await again.ConnectImapAsync("alice@example.com");
        await reader.RequireAsync("SELECT INBOX");
        Assert.Equal(TestMessages.Make(1), Assert.Single(await reader.FetchAllAsync()).Body);
    }

    [Fact]
    public async Task A_second_process_on_the_same_data_is_refused_and_the_first_goes_on()
    {
        using var folder = new TemporaryFolder();
        await using var node = await NodeProcess.StartAsync(folder.Path);
        await node.AddUserAsync("alice@example.com");

        var (exit, log) = await NodeProcess.StartRefusedAsync(folder.Path);

        Assert.NotEqual(0, exit);
        Assert.Contains(node.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), log, StringComparison.Ordinal);
        await using var client = await node.ConnectImapAsync("alice@example.com");
        Assert.True((await client.AppendAsync("INBOX", TestMessages.Make(1))).IsOk);
    }

    [Fact]
    public async Task A_wrong_configuration_stops_the_start_and_names_the_key()
    {
        using var folder = new TemporaryFolder();

        var (exit, log) = await NodeProcess.StartRefusedAsync(folder.Path, "limits.mesage-size=1 MiB");

        Assert.NotEqual(0, exit);
        Assert.Contains("mesage-size", log, StringComparison.Ordinal);
        Assert.Contains("message-size", log.Replace("mesage-size", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
