using MailCluster.Edge;
using MailCluster.Mailboxes;
using MailCluster.ManageSieve.Tests.Support;
using MailCluster.Testing;

namespace MailCluster.ManageSieve.Tests.Session;

/// <summary>Timeouts, draining, limits, faults of what lies below.</summary>
public sealed class SessionTests
{
    [Fact]
    public async Task Who_does_not_log_in_in_time_is_told_and_disconnected()
    {
        await using var fixture = await StartAsync();
        var client = fixture.Connect();
        Assert.Equal("OK \"MailCluster ready\"", await ManageSieveFixture.ReadAnswerAsync(client));
        Pass(fixture, fixture.Edge.Options.Timeouts.Login);
        Assert.StartsWith("BYE \"", await client.ReadToEndAsync(), StringComparison.Ordinal);
        await client.Handled;
    }

    [Fact]
    public async Task Who_is_logged_in_has_thirty_minutes_and_then_is_told()
    {
        await using var fixture = await StartAsync();
        var client = await fixture.LogInAsync();
        Pass(fixture, TimeSpan.FromMinutes(29));
        await client.SendAsync("NOOP\r\n");
        Assert.Equal("OK \"Noop completed\"", await client.ReadLineAsync());
        Pass(fixture, TimeSpan.FromMinutes(31));
        Assert.Equal("BYE \"Disconnected for inactivity\"\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Half_a_command_does_not_keep_a_session()
    {
        await using var fixture = await StartAsync();
        var client = await fixture.LogInAsync();
        await client.SendAsync("GETSCRIPT \"");
        Pass(fixture, TimeSpan.FromMinutes(20));
        await client.SendAsync("a");
        Pass(fixture, TimeSpan.FromMinutes(11));
        Assert.Equal("BYE \"Disconnected for inactivity\"\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task A_script_that_trickles_is_cut_off()
    {
        await using var fixture = await StartAsync();
        var client = await fixture.LogInAsync();
        await client.SendAsync("PUTSCRIPT \"a\" {1000+}\r\nkeep");

        // Each byte is well within the time for a piece, and all together within that for a command; but too slow for a script.
        var answer = client.ReadToEndAsync();
        for (var seconds = 0; !answer.IsCompleted; seconds += 10)
        {
            Assert.True(seconds < 1500, "The session still waits.");
            await client.SendAsync(" ");
            for (var i = 0; i < 10; i++)
                fixture.Time.Advance(TimeSpan.FromSeconds(1));
            for (var i = 0; i < 200; i++)
                await Task.Yield();
        }

        Assert.Equal("BYE \"Disconnected for inactivity\"\r\n", await answer);
    }

    [Fact]
    public async Task Draining_says_goodbye_and_refuses_who_comes()
    {
        await using var fixture = await ManageSieveFixture.StartAsync();
        var client = await fixture.LogInAsync();
        var drained = fixture.Connections.DrainAsync(TimeSpan.FromSeconds(5));
        Assert.Equal("BYE (TRYLATER) \"The server is stopping, please come back in a moment\"\r\n", await client.ReadToEndAsync());
        await drained;
        Assert.Equal(
            "BYE (TRYLATER) \"The server is stopping, please come back in a moment\"\r\n", await fixture.Connect().ReadToEndAsync());
    }

    [Fact]
    public async Task Sessions_are_seen_and_can_be_ended()
    {
        await using var fixture = await ManageSieveFixture.StartAsync();
        var client = await fixture.LogInAsync();
        var session = Assert.Single(fixture.Connections.List());
        Assert.Equal(("managesieve", "alice@example.com", "authenticated"), (session.Protocol, session.Account?.Value, session.State));

        Assert.Equal(1, fixture.Connections.Kick(AccountId.Create("alice@example.com")));
        Assert.Equal("BYE \"Disconnected by an administrator\"\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task Unauthenticate_leaves_the_account_and_its_count()
    {
        await using var fixture = await ManageSieveFixture.StartAsync(
            edge: new EdgeOptions
            {
                Limits = new EdgeLimits { ConnectionsPerAccount = 1 },
                Timeouts = new EdgeTimeouts { EndGrace = TimeSpan.FromDays(1) },
            });
        var client = await fixture.LogInAsync();
        await client.SendAsync("UNAUTHENTICATE\r\n");
        Assert.Equal("OK \"Unauthenticate completed\"", await client.ReadLineAsync());
        Assert.Null(Assert.Single(fixture.Connections.List()).Account);
        Assert.Equal(0, fixture.Connections.Kick(AccountId.Create("alice@example.com")));

        var other = await fixture.LogInAsync();
        await client.SendAsync("AUTHENTICATE \"PLAIN\" \"AGFsaWNlAGFsaWNl\"\r\n");
        Assert.Equal("NO (TRYLATER) \"Too many connections of this account\"", await client.ReadLineAsync());
        await other.SendAsync("LOGOUT\r\n");
        await other.Handled;
        await client.SendAsync("AUTHENTICATE \"PLAIN\" \"AGFsaWNlAGFsaWNl\"\r\n");
        Assert.Equal("OK \"Logged in\"", await client.ReadLineAsync());

        await client.SendAsync("UNAUTHENTICATE\r\n");
        Assert.Equal("OK \"Unauthenticate completed\"", await client.ReadLineAsync());
        Pass(fixture, fixture.Edge.Options.Timeouts.Login);
        Assert.StartsWith("BYE \"", await client.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_literal_that_would_never_end_ends_the_session()
    {
        await using var fixture = await ManageSieveFixture.StartAsync();
        var client = await fixture.LogInAsync();
        await client.SendAsync("PUTSCRIPT \"a\" {4294967295+}\r\nk");
        Assert.Equal("BYE (QUOTA/MAXSIZE) \"That is far too much\"\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task A_disabled_account_is_told_so()
    {
        await using var fixture = await ManageSieveFixture.StartAsync();
        var client = fixture.Connect();
        await ManageSieveFixture.ReadAnswerAsync(client);
        await client.SendAsync("AUTHENTICATE \"PLAIN\" \"AGRpc2FibGVkAHg=\"\r\n");
        Assert.Equal("NO \"The account is disabled\"", await client.ReadLineAsync());
    }

    [Fact]
    public async Task A_journal_that_cannot_be_written_is_told_as_such_and_the_session_goes_on()
    {
        await using var fixture = await StartAsync();
        var client = await fixture.LogInAsync();
        await client.SendAsync("LISTSCRIPTS\r\n");
        Assert.Equal("OK \"Listscripts completed\"", await client.ReadLineAsync());
        for (var i = 0; i < 1000; i++)
            fixture.Mailboxes.Journal.Faults.FailNextAppend();
        await client.SendAsync("PUTSCRIPT \"a\" \"keep;\"\r\n");
        var answer = client.ReadLineAsync();
        while (!answer.IsCompleted)
        {
            fixture.Time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Yield();
        }

        Assert.StartsWith("NO (TRYLATER) \"", await answer, StringComparison.Ordinal);
        await client.SendAsync("NOOP\r\n");
        Assert.Equal("OK \"Noop completed\"", await client.ReadLineAsync());
    }

    /// <summary>Whoever is told to end has all the time it wants to say so: here the clock does not wait for it.</summary>
    private static Task<ManageSieveFixture> StartAsync() =>
        ManageSieveFixture.StartAsync(edge: new EdgeOptions { Timeouts = new EdgeTimeouts { EndGrace = TimeSpan.FromDays(1) } });

    /// <summary>A second at a time, as the heartbeat goes, and two more.</summary>
    private static void Pass(ManageSieveFixture fixture, TimeSpan time)
    {
        for (var left = time + TimeSpan.FromSeconds(2); left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(1))
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
    }
}
