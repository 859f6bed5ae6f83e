using System.Text.Json;
using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary><c>mailctl auth trace</c> and <c>lookup</c>.</summary>
public sealed class AuthTraceTests
{
    [Fact]
    public async Task Each_database_is_shown_and_why_it_ended_so()
    {
        using var folder = new TemporaryFolder();
        await using var node = await NodeProcess.StartAsync(
            folder.Path, "auth.passdbs=[{ driver = static, password = \"{PLAIN}other\", username-filter = [\"*@example.org\"] }, { driver = accounts }]",
            "auth.userdbs=[{ driver = accounts }]");
        await node.AddUserAsync("alice@example.com");

        var right = await TraceAsync(0, "trace", "alice@example.com", NodeProcess.Password);
        Assert.Equal(["passdb", "passdb", "userdb", "result"], right.Select(row => row.GetProperty("step").GetString()));
        Assert.Equal("username-filter", right[0].GetProperty("reason").GetString());
        Assert.Equal("authenticated", right[3].GetProperty("answer").GetString());

        var wrong = await TraceAsync(77, "trace", "alice@example.com", "wrong");
        Assert.Equal("password-mismatch", wrong[^1].GetProperty("reason").GetString());
        Assert.DoesNotContain("auth failed", node.Log, StringComparison.Ordinal);

        Assert.Equal("found", (await TraceAsync(0, "lookup", "alice@example.com"))[^1].GetProperty("answer").GetString());
        Assert.Equal("failed", (await TraceAsync(67, "lookup", "nobody@example.com"))[^1].GetProperty("answer").GetString());

        async Task<JsonElement[]> TraceAsync(int exitCode, params string[] arguments)
        {
            var result = await ClientProgram.RunAsync(Repository.CtlProgram, ["--socket", node.AdminSocket, "--format", "json", "auth", .. arguments]);
            Assert.True(result.ExitCode == exitCode, $"{result}");
            return [.. JsonDocument.Parse(result.Output).RootElement.EnumerateArray()];
        }
    }
}
