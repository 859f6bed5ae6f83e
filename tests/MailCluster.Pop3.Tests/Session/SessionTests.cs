using MailCluster.Bodies;
using MailCluster.Edge;
using MailCluster.Mailboxes;
using MailCluster.Pop3.Tests.Support;

namespace MailCluster.Pop3.Tests.Session;

/// <summary>Limits, timeouts, endings and failures.</summary>
public sealed class SessionTests
{
    [Fact]
    public async Task A_line_that_is_too_long_is_refused_once_and_never_run()
    {
        await using var pop3 = await Pop3Fixture.StartAsync(new Pop3Options { LineBytesMax = 255 });
        using var client = await pop3.LogInAsync();
        await client.SendAsync("NOOP " + new string('x', 248) + "\r\n");
        Assert.Equal("+OK Nothing done", await client.ReadAsync());
        await client.SendAsync("NOOP " + new string('x', 249) + "\r\nNOOP\r\n");
        Assert.Equal("-ERR The line is too long", await client.ReadAsync());
        Assert.Equal("+OK Nothing done", await client.ReadAsync());
        // In pieces, and before its end has come.
        for (var i = 0; i < 10; i++)
            await client.SendAsync(new string('y', 100));
        await client.SendAsync("\r\nNOOP\r\n");
        Assert.Equal("-ERR The line is too long", await client.ReadAsync());
        Assert.Equal("+OK Nothing done", await client.ReadAsync());
    }

    [Fact]
    public async Task A_token_may_be_longer_than_other_lines_and_has_a_limit_too()
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        using var client = pop3.Connect();
        await client.ReadAsync();
        Assert.Equal("-ERR Invalid answer", await client.AskAsync("AUTH PLAIN " + new string('A', 8000)));
        Assert.Equal("-ERR The line is too long", await client.AskAsync("AUTH PLAIN " + new string('A', 20_000)));
        Assert.Equal("+ ", await client.AskAsync("AUTH PLAIN"));
        Assert.Equal("-ERR Invalid base64", await client.AskAsync(new string('A', 12_000)));
        Assert.Equal("+OK Capabilities follow", await client.AskAsync("CAPA"));
    }

    [Fact]
    public async Task A_silent_client_is_closed_without_a_word_after_ten_minutes()
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        await pop3.DeliverAsync("a");
        using var client = await pop3.LogInAsync();
        await client.AskAsync("DELE 1");
        pop3.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal("+OK Nothing done", await client.AskAsync("NOOP"));
        pop3.Time.Advance(TimeSpan.FromMinutes(9));
        // A byte a minute does not keep it.
        await client.SendAsync("N");
        pop3.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await client.ReadAsync());
        await client.Connection.Handled;
        Assert.Equal(1, (await pop3.InboxAsync()).Exists);
    }

    [Fact]
    public async Task A_client_that_does_not_log_in_is_told_so()
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        using var client = pop3.Connect();
        await client.ReadAsync();
        Assert.Equal("+ ", await client.AskAsync("AUTH PLAIN"));
        pop3.Time.Advance(TimeSpan.FromMinutes(4));
        Assert.Null(await client.ReadAsync());
    }

    [Fact]
    public async Task A_node_that_stops_says_so_and_deletes_nothing()
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        await pop3.DeliverAsync("a");
        using var client = await pop3.LogInAsync();
        await client.AskAsync("DELE 1");
        var drained = pop3.Connections.DrainAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("-ERR [SYS/TEMP] The server is stopping, please come back in a moment", await client.ReadAsync());
        Assert.Null(await client.ReadAsync());
        await drained;
        using var late = pop3.Connect();
        Assert.Equal("-ERR [SYS/TEMP] The server is stopping, please come back in a moment", await late.ReadAsync());
        Assert.Equal(1, (await pop3.InboxAsync()).Exists);
    }

    [Fact]
    public async Task Who_sees_the_session_and_kick_ends_it()
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        using var client = await pop3.LogInAsync();
        var session = Assert.Single(pop3.Connections.List());
        Assert.Equal(("pop3", "INBOX", "transaction"), (session.Protocol, session.Folder, session.State));
        Assert.Equal(1, pop3.Connections.Kick(Pop3Fixture.Alice));
        Assert.Equal("-ERR [SYS/TEMP] Disconnected by an administrator", await client.ReadAsync());
        Assert.Null(await client.ReadAsync());
    }

    [Fact]
    public async Task Commands_behind_STLS_are_not_run()
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        using var client = pop3.Connect(TlsMode.StartTls);
        await client.ReadAsync();
        await client.SendAsync("STLS\r\nUSER alice\r\n");
        Assert.Equal("-ERR Nothing may follow STLS before its answer", await client.ReadAsync());
        Assert.Null(await client.ReadAsync());
    }

    [Fact]
    public async Task A_removal_that_cannot_be_written_is_told_and_nothing_is_removed()
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        await pop3.DeliverAsync("a");
        using var client = await pop3.LogInAsync();
        await client.AskAsync("DELE 1");
        for (var i = 0; i < 10_000; i++)
            pop3.Mailboxes.Journal.Faults.FailNextAppend();
        var answer = client.AskAsync("QUIT");
        await TestHelp.AdvanceUntilAsync(pop3.Time, answer);
        Assert.StartsWith("-ERR [SYS/TEMP] ", await answer, StringComparison.Ordinal);
        await client.Connection.Handled;
    }

    [Fact]
    public async Task A_body_that_is_gone_is_told_and_the_session_goes_on()
    {
        var bodies = new FailingBodies();
        await using var pop3 = await Pop3Fixture.StartAsync(bodies: bodies);
        await pop3.DeliverAsync("Subject: a\r\n\r\nb\r\n", "c");
        using var client = await pop3.LogInAsync();
        await client.AskAsync("STAT");
        bodies.Failure = body => new BodyMissingException(body);
        Assert.Equal("-ERR The message is not in the store any more", await client.AskAsync("RETR 1"));
        bodies.Failure = body => new BodyCorruptException(body, "bits");
        Assert.Equal("-ERR [SYS/PERM] The stored message is damaged", await client.AskAsync("TOP 1 1"));
        bodies.Failure = _ => new BodyStoreUnavailableException("away");
        Assert.Equal("-ERR [SYS/TEMP] The message store cannot be used now, try again later", await client.AskAsync("RETR 2"));
        bodies.Failure = _ => new InvalidOperationException("a bug");
        Assert.Equal("-ERR [SYS/TEMP] Internal error, it was logged", await client.AskAsync("RETR 2"));
        bodies.Failure = null;
        Assert.Equal("c\r\n", (await client.AskForAllAsync("RETR 2")).Content);
    }

    [Fact]
    public async Task A_message_that_breaks_off_has_no_end()
    {
        var bodies = new FailingBodies();
        await using var pop3 = await Pop3Fixture.StartAsync(bodies: bodies);
        await pop3.DeliverAsync(string.Concat(Enumerable.Repeat("0123456789\r\n", 20_000)));
        using var client = await pop3.LogInAsync();
        await client.AskAsync("STAT");
        bodies.FailAt = 100_000;
        bodies.Failure = body => new BodyCorruptException(body, "bits");
        await client.SendAsync("RETR 1\r\n");
        Assert.Equal("+OK 240000 octets", await client.ReadAsync());
        var ended = false;
        try
        {
            while (await client.ReadAsync() is { } line)
                ended |= line == ".";
        }
        catch (EndOfStreamException)
        {
            // Within a line.
        }

        Assert.False(ended);
    }

    [Fact]
    public async Task A_client_that_reads_nothing_holds_no_more_than_its_own_connection()
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        await pop3.DeliverAsync(string.Concat(Enumerable.Repeat("0123456789\r\n", 100_000)));
        using var slow = await pop3.LogInAsync();
        await slow.SendAsync(string.Concat(Enumerable.Repeat("RETR 1\r\n", 20)));
        using var other = await pop3.LogInAsync();
        await other.AskAsync("DELE 1");
        Assert.Equal("+OK Goodbye, 1 messages deleted", await other.AskAsync("QUIT"));
        await TestHelp.AdvanceUntilAsync(pop3.Time, slow.Connection.Handled);
        Assert.NotNull(slow.Connection.AbortReason);
    }

    [Fact]
    public async Task Accounts_have_as_many_connections_as_they_may()
    {
        await using var pop3 = await Pop3Fixture.StartAsync();
        var clients = new List<Pop3Client>();
        // All come from one address.
        for (var i = 0; i < new EdgeLimits().ConnectionsPerAccountAndAddress; i++)
            clients.Add(await pop3.LogInAsync());
        using var client = pop3.Connect();
        await client.ReadAsync();
        await client.AskAsync("USER alice");
        Assert.Equal("-ERR [SYS/TEMP] Too many connections of this account", await client.AskAsync("PASS alice"));
        clients.ForEach(static open => open.Dispose());
    }
}
