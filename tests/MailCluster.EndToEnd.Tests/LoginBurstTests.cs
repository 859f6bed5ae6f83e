using MailCluster.EndToEnd.Tests.Support;

namespace MailCluster.EndToEnd.Tests;

/// <summary>Slow hashes are computed beside the sessions that are in, not in their place.</summary>
public sealed class LoginBurstTests : IDisposable
{
    private const string Alice = "alice@example.com";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_burst_of_slow_logins_does_not_stall_a_session_that_is_in()
    {
        const int logins = 60;
        const int commands = 100;
        // A hash takes some tenths of a second of a core, and none is remembered: the burst takes many seconds.
        await using var node = await NodeProcess.StartAsync(
            _folder.Path, "auth.password-scheme=ARGON2ID", "auth.argon2.memory=64 MiB", "auth.argon2.passes=4", "auth.cache.entries=0",
            "limits.connections-per-account=100");
        await node.AddUserAsync(Alice);
        await using var session = await node.ConnectImapAsync(Alice);
        await session.RequireAsync("SELECT INBOX");

        var burst = Task.WhenAll(Enumerable.Range(0, logins).Select(async _ => await (await node.ConnectImapAsync(Alice)).DisposeAsync()));
        for (var i = 0; i < commands; i++) await session.RequireAsync("NOOP");

        Assert.False(burst.IsCompleted, "the burst was over before the session had its answers");
        await burst;
    }
}
