using System.Text.Json;
using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>mailctl pw without a node, and mailctl auth cache with one.</summary>
public sealed class PasswordToolTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pw_makes_and_tries_stored_passwords()
    {
        var made = (await PwAsync("correct horse\n", "-s", "SCRAM-SHA-256")).Output.Trim();
        Assert.StartsWith("{SCRAM-SHA-256}4096,", made, StringComparison.Ordinal);
        Assert.Contains("(verified)", (await PwAsync("correct horse\n", "-t", made)).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await PwAsync("wrong\n", "-t", made)).ExitCode);
        Assert.Equal(64, (await PwAsync("x\n", "-s", "NOSUCH")).ExitCode);
        Assert.Contains("weak", (await PwAsync("x\n", "-s", "MD5-CRYPT")).Errors, StringComparison.Ordinal);
        Assert.Equal(64, (await PwAsync("", "-s", "SSHA256")).ExitCode);
        Assert.Contains("SSHA512\n", (await ClientProgram.RequireAsync(Repository.CtlProgram, ["pw", "-l"])).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cache_is_shown_and_emptied()
    {
        await using var node = await NodeProcess.StartAsync(_folder.Path);
        await node.AddUserAsync("alice@example.com");
        for (var i = 0; i < 2; i++) await (await node.ConnectImapAsync("alice@example.com")).DisposeAsync();
        var hashes = JsonDocument.Parse((await node.CtlAsync("--format", "json", "auth", "cache", "status")).Output).RootElement.EnumerateArray()
            .Single(row => row.GetProperty("cache").GetString() == "hashes");
        Assert.Equal((1, 1), (hashes.GetProperty("entries").GetInt32(), hashes.GetProperty("positive-hits").GetInt32()));
        Assert.Contains("1 entries forgotten", (await node.CtlAsync("auth", "cache", "flush")).Output, StringComparison.Ordinal);
        await (await node.ConnectImapAsync("alice@example.com")).DisposeAsync();
    }

    private static Task<ProgramResult> PwAsync(string input, params string[] options) =>
        ClientProgram.RunAsync(Repository.CtlProgram, ["pw", "--password-stdin", .. options], input);
}
