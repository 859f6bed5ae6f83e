using MailCluster.Edge;
using MailCluster.Imap.Tests.Scripting;
using MailCluster.Mailboxes;

namespace MailCluster.Imap.Tests.Session;

/// <summary>What a client is told when the store fails, the node stops, an administrator ends the session, or the client itself is no client.</summary>
public sealed class SessionFailureTests
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_journal_that_cannot_be_written_is_told_as_unavailable_and_the_session_goes_on()
    {
        await using var fixture = await ImapFixture.StartAsync(mailboxes: new MailboxOptions { CommandTimeout = TimeSpan.FromSeconds(1) });
        var client = await OpenAsync(fixture);
        Assert.StartsWith("a OK", await RunAsync(client, "a", "CREATE one"));
        for (var i = 0; i < 1000; i++)
            fixture.Mailboxes.Journal.Faults.FailNextAppend();
        var answer = RunAsync(client, "b", "CREATE two");
        while (!answer.IsCompleted)
        {
            fixture.Time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Yield();
        }

        Assert.StartsWith("b NO [UNAVAILABLE]", await answer);
        Assert.StartsWith("c OK", await RunAsync(client, "c", "NOOP"));
        await CloseAsync(client);
    }

    [Fact]
    public async Task Draining_finishes_the_command_says_goodbye_and_takes_nobody_new()
    {
        await using var fixture = await ImapFixture.StartAsync();
        var idle = await OpenAsync(fixture);
        await idle.SendAsync("a IDLE\r\n");
        Assert.Equal("+ idling", await idle.ReadResponseAsync());
        var quiet = await OpenAsync(fixture);
        var drained = fixture.Connections.DrainAsync(TimeSpan.FromSeconds(10));
        Assert.StartsWith("* BYE [UNAVAILABLE]", await idle.ReadResponseAsync().WaitAsync(PatienceMax));
        Assert.StartsWith("* BYE [UNAVAILABLE]", await quiet.ReadResponseAsync().WaitAsync(PatienceMax));
        Assert.Null(await idle.ReadResponseAsync());
        await drained.WaitAsync(PatienceMax);
        var late = new ScriptClient(fixture.Connect(), byteByByte: false);
        Assert.StartsWith("* BYE [UNAVAILABLE]", await late.ReadResponseAsync().WaitAsync(PatienceMax));
    }

    [Fact]
    public async Task A_kicked_session_is_told_so()
    {
        await using var fixture = await ImapFixture.StartAsync();
        var client = await OpenAsync(fixture);
        await RunAsync(client, "a", "SELECT INBOX");
        var session = Assert.Single(fixture.Connections.List());
        Assert.Equal(("INBOX", "selected", "alice@example.com"), (session.Folder, session.State, session.Account?.Value));
        Assert.True(fixture.Connections.Kick(session.Id));
        Assert.StartsWith("* BYE Disconnected by an administrator", await client.ReadResponseAsync().WaitAsync(PatienceMax));
        await client.Handled.WaitAsync(PatienceMax);
        Assert.Equal(0, fixture.Mailboxes.Feeds.Count);
    }

    [Fact]
    public async Task Without_login_the_connection_ends()
    {
        await using var fixture = await ImapFixture.StartAsync();
        var client = new ScriptClient(fixture.Connect(), byteByByte: false);
        await client.ReadResponseAsync();
        fixture.Time.Advance(TimeSpan.FromMinutes(3) + TimeSpan.FromSeconds(1));
        Assert.StartsWith("* BYE", await client.ReadResponseAsync().WaitAsync(PatienceMax));
        await client.Handled.WaitAsync(PatienceMax);
    }

    [Fact]
    public async Task A_client_that_disappears_while_it_idles_leaves_no_session_and_no_open_folder()
    {
        await using var fixture = await ImapFixture.StartAsync();
        var client = await OpenAsync(fixture);
        await RunAsync(client, "a", "SELECT INBOX");
        await client.SendAsync("b IDLE\r\n");
        await client.ReadResponseAsync();
        await CloseAsync(client);
        Assert.Equal((0, 0), (fixture.Connections.Count, fixture.Mailboxes.Feeds.Count));
    }

    [Fact]
    public async Task A_literal_before_login_is_limited()
    {
        await using var fixture = await ImapFixture.StartAsync();
        var client = new ScriptClient(fixture.Connect(), byteByByte: false);
        await client.ReadResponseAsync();
        await client.SendAsync("a LOGIN {1000000}\r\n");
        Assert.StartsWith("a NO [TOOBIG]", await client.ReadResponseAsync().WaitAsync(PatienceMax));
        await client.SendAsync("b LOGIN {100000000+}\r\n");
        Assert.StartsWith("b NO [TOOBIG]", await client.ReadResponseAsync().WaitAsync(PatienceMax));
        Assert.StartsWith("* BYE", await client.ReadResponseAsync().WaitAsync(PatienceMax));
        await client.Handled.WaitAsync(PatienceMax);
    }

    [Fact]
    public async Task A_body_that_is_appended_while_the_folder_is_deleted_is_released()
    {
        await using var fixture = await ImapFixture.StartAsync();
        var client = await OpenAsync(fixture);
        await RunAsync(client, "a", "CREATE temp");
        await client.SendAsync("b APPEND temp {8}\r\n");
        Assert.StartsWith("+", await client.ReadResponseAsync());
        var other = await OpenAsync(fixture);
        Assert.StartsWith("x OK", await RunAsync(other, "x", "DELETE temp"));
        await client.SendAsync("A: 1\r\n\r\n\r\n");
        Assert.StartsWith("b NO [TRYCREATE]", await client.ReadResponseAsync().WaitAsync(PatienceMax));
        await CloseAsync(client);
        await CloseAsync(other);
    }

    private static async Task<ScriptClient> OpenAsync(ImapFixture fixture)
    {
        var client = new ScriptClient(fixture.Connect(), byteByByte: false);
        await client.ReadResponseAsync();
        await RunAsync(client, "login", "LOGIN alice alice");
        return client;
    }

    private static async Task<string> RunAsync(ScriptClient client, string tag, string command)
    {
        await client.SendAsync($"{tag} {command}\r\n");
        while (true)
        {
            var response = await client.ReadResponseAsync().WaitAsync(PatienceMax) ?? throw new EndOfStreamException();
            if (response.StartsWith(tag + " ", StringComparison.Ordinal))
                return response;
        }
    }

    private static async Task CloseAsync(ScriptClient client)
    {
        client.Reset();
        await client.Handled.WaitAsync(PatienceMax);
    }
}
