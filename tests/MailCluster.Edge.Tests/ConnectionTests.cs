using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using MailCluster.Mailboxes;
using MailCluster.Testing;

namespace MailCluster.Edge.Tests;

public sealed class ConnectionTests : IDisposable
{
    private readonly EdgeFixture _edge = new();

    public void Dispose() => _edge.Dispose();

    [Fact]
    public async Task A_session_is_in_the_registry_while_it_lasts_and_counts_its_bytes()
    {
        var echo = _edge.Echo();
        var client = new InMemoryConnection(new IPEndPoint(IPAddress.Parse("::ffff:192.0.2.7"), 1234)).Start(echo);
        Assert.Equal("HELLO", await client.ReadLineAsync());
        await client.SendAsync("one\r\n");
        Assert.Equal("one", await client.ReadLineAsync());

        var session = Assert.Single(_edge.Connections.List());
        Assert.Equal("192.0.2.7", session.RemoteAddress.ToString());
        Assert.Equal(1234, session.RemotePort);
        Assert.Equal("echo", session.Protocol);
        Assert.Equal(5, session.BytesIn);
        Assert.Equal(12, session.BytesOut);
        Assert.Null(session.Tls);

        await client.SendAsync("QUIT\r\n");
        Assert.Equal("BYE\r\n", await client.ReadToEndAsync());
        await client.Handled;
        Assert.Empty(_edge.Connections.List());
    }

    [Fact]
    public async Task Lines_arrive_whole_when_they_are_sent_one_byte_at_a_time()
    {
        var client = new InMemoryConnection().Start(_edge.Echo());
        await client.SendByteByByteAsync("hello\r\nQUIT\r\n");
        Assert.Equal("HELLO\r\nhello\r\nBYE\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task A_client_that_is_silent_past_its_deadline_is_told_and_disconnected()
    {
        var echo = new EchoHandler(_edge.Services, new EdgeListener("echo", TlsMode.Off)) { CommandTimeout = TimeSpan.FromMinutes(5) };
        var client = new InMemoryConnection().Start(echo);
        Assert.Equal("HELLO", await client.ReadLineAsync());
        await client.SendAsync("x\r\n");
        Assert.Equal("x", await client.ReadLineAsync());
        var connection = await echo.Connected;

        _edge.Time.Advance(TimeSpan.FromSeconds(298));
        Assert.Equal(ConnectionEnding.None, connection.Ending);
        _edge.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("BYE IdleTimeout\r\n", await client.ReadToEndAsync());
        await client.Handled;
    }

    [Fact]
    public async Task Bytes_of_an_unfinished_command_do_not_extend_its_deadline()
    {
        var echo = new EchoHandler(_edge.Services, new EdgeListener("echo", TlsMode.Off)) { CommandTimeout = TimeSpan.FromMinutes(5) };
        var client = new InMemoryConnection().Start(echo);
        Assert.Equal("HELLO", await client.ReadLineAsync());
        for (var i = 0; i < 4; i++)
        {
            await client.SendAsync("x");
            _edge.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await client.SendAsync("x");
        _edge.Time.Advance(TimeSpan.FromSeconds(62));

        Assert.Equal("BYE IdleTimeout\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task A_client_that_does_not_log_in_is_told_and_disconnected()
    {
        var echo = new EchoHandler(_edge.Services, new EdgeListener("echo", TlsMode.Off)) { LoginNeeded = true };
        var client = new InMemoryConnection().Start(echo);
        Assert.Equal("HELLO", await client.ReadLineAsync());
        _edge.Time.Advance(TimeSpan.FromMinutes(3) + TimeSpan.FromSeconds(1));
        Assert.Equal("BYE LoginTimeout\r\n", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task A_login_ends_the_login_deadline()
    {
        var echo = new EchoHandler(_edge.Services, new EdgeListener("echo", TlsMode.Off)) { LoginNeeded = true };
        var client = new InMemoryConnection().Start(echo);
        var connection = await echo.Connected;
        Assert.True(connection.TryLogIn(AccountId.Create("alice@example.com")));
        _edge.Time.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal(ConnectionEnding.None, connection.Ending);
        client.CloseOutput();
        await client.Handled;
    }

    [Fact]
    public async Task A_client_that_takes_nothing_is_cut()
    {
        var echo = _edge.Echo();
        var client = new InMemoryConnection().Start(echo);
        await client.SendAsync("FLOOD\r\n");
        var connection = await echo.Connected;
        await Poll.UntilAsync(() => connection.BytesOut >= 60_000);
        // The flush that waits has its deadline from when it began.
        await Poll.UntilAsync(() =>
        {
            _edge.Time.Advance(TimeSpan.FromSeconds(30));
            return client.Handled.IsCompleted;
        });
        Assert.Equal(ConnectionEnding.WriteStalled, connection.Ending);
        Assert.NotNull(client.AbortReason);
    }

    [Fact]
    public async Task A_session_that_does_not_end_when_told_is_cut()
    {
        var echo = _edge.Echo();
        var client = new InMemoryConnection().Start(echo);
        await client.SendAsync("STUCK\r\n");
        var connection = await echo.Connected;
        await Poll.UntilAsync(() => connection.State == "stuck");
        Assert.True(_edge.Connections.Kick(connection.Id));
        _edge.Time.Advance(TimeSpan.FromSeconds(12));
        await client.Handled;
        Assert.Equal(ConnectionEnding.Kicked, connection.Ending);
        Assert.NotNull(client.AbortReason);
    }

    [Fact]
    public async Task Kicking_an_account_ends_its_sessions_and_no_other()
    {
        var alice = _edge.Echo();
        var bob = _edge.Echo();
        var aliceClient = new InMemoryConnection().Start(alice);
        var bobClient = new InMemoryConnection().Start(bob);
        Assert.True((await alice.Connected).TryLogIn(AccountId.Create("alice@example.com")));
        Assert.True((await bob.Connected).TryLogIn(AccountId.Create("bob@example.com")));

        Assert.Equal(1, _edge.Connections.Kick(AccountId.Create("alice@example.com")));
        Assert.Equal("HELLO\r\nBYE Kicked\r\n", await aliceClient.ReadToEndAsync());
        await bobClient.SendAsync("QUIT\r\n");
        Assert.Equal("HELLO\r\nBYE\r\n", await bobClient.ReadToEndAsync());
        Assert.False(_edge.Connections.Kick(new SessionId(1)));
    }

    [Fact]
    public async Task Draining_tells_every_session_and_completes_when_all_have_gone()
    {
        var first = new InMemoryConnection().Start(_edge.Echo());
        var second = new InMemoryConnection().Start(_edge.Echo());
        Assert.Equal("HELLO", await first.ReadLineAsync());
        Assert.Equal("HELLO", await second.ReadLineAsync());

        var drained = _edge.Connections.DrainAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("BYE Draining\r\n", await first.ReadToEndAsync());
        Assert.Equal("BYE Draining\r\n", await second.ReadToEndAsync());
        await drained;

        var late = new InMemoryConnection().Start(_edge.Echo());
        Assert.Equal("BYE Draining\r\n", await late.ReadToEndAsync());
    }

    [Fact]
    public async Task Draining_cuts_what_does_not_end_by_the_deadline()
    {
        var echo = _edge.Echo();
        var client = new InMemoryConnection().Start(echo);
        await client.SendAsync("STUCK\r\n");
        var connection = await echo.Connected;
        await Poll.UntilAsync(() => connection.State == "stuck");
        var drained = _edge.Connections.DrainAsync(TimeSpan.FromSeconds(10));
        _edge.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(drained.IsCompleted);
        _edge.Time.Advance(TimeSpan.FromSeconds(2));
        await drained;
    }

    [Fact]
    public async Task Draining_does_not_wait_for_a_session_that_notices_nothing()
    {
        var echo = _edge.Echo();
        var client = new InMemoryConnection().Start(echo);
        await client.SendAsync("DEAF\r\n");
        var connection = await echo.Connected;
        await Poll.UntilAsync(() => connection.State == "deaf");
        var drained = _edge.Connections.DrainAsync(TimeSpan.FromSeconds(5));
        _edge.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.False(drained.IsCompleted);
        _edge.Time.Advance(TimeSpan.FromSeconds(2));
        await drained;
        Assert.Equal(1, _edge.Connections.Count);
        echo.Release();
        await client.Handled;
    }

    [Fact]
    public async Task Bytes_sessions_and_refusals_are_measured()
    {
        var seen = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (ReferenceEquals(instrument.Meter, _edge.Metrics.Meter))
                l.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            Assert.Equal("protocol", tags[0].Key);
            Assert.Equal("echo", tags[0].Value);
            seen.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value);
        });
        listener.Start();
        var client = new InMemoryConnection().Start(_edge.Echo());
        await client.SendAsync("QUIT\r\n");
        await client.ReadToEndAsync();
        await client.Handled;
        await _edge.Connections.DrainAsync(TimeSpan.Zero);
        await new InMemoryConnection().Start(_edge.Echo()).ReadToEndAsync();
        Assert.Equal(1, seen["mailcluster.connections.accepted"]);
        Assert.Equal(0, seen["mailcluster.connections"]);
        Assert.Equal(1, seen["mailcluster.connections.refused"]);
        Assert.Equal(6, seen["mailcluster.received"]);
        Assert.True(seen["mailcluster.sent"] >= 12);
    }

    [Fact]
    public async Task A_bug_in_a_session_ends_that_session_alone()
    {
        var client = new InMemoryConnection().Start(_edge.Echo());
        await client.SendAsync("CRASH\r\n");
        Assert.Equal("HELLO\r\n", await client.ReadToEndAsync());
        await client.Handled;
        Assert.Empty(_edge.Connections.List());
    }

    [Fact]
    public async Task A_reset_connection_leaves_no_trace()
    {
        var client = new InMemoryConnection().Start(_edge.Echo());
        Assert.Equal("HELLO", await client.ReadLineAsync());
        client.Reset();
        await client.Handled;
        Assert.Empty(_edge.Connections.List());
    }

    [Fact]
    public async Task A_client_that_has_nothing_more_to_say_is_not_gone()
    {
        var echo = _edge.Echo();
        var client = new InMemoryConnection().Start(echo);
        await client.SendAsync("DEAF\r\n");
        var connection = await echo.Connected;
        client.CloseOutput();
        await Poll.UntilAsync(() => connection.State == "deaf");
        Assert.False(connection.Closed.IsCancellationRequested);
        connection.Abort("test");
        await Poll.UntilAsync(() => connection.Closed.IsCancellationRequested);
        echo.Release();
        await client.Handled;
    }

    [Fact]
    public async Task A_session_does_not_run_on_the_thread_that_wakes_it()
    {
        // What runs while the waker holds it, and holds it too, runs within the wake.
        var held = new object();
        var woken = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var echo = _edge.Echo();
        var client = new InMemoryConnection(inline: true).Start(echo);
        var connection = await echo.Connected;
        await client.SendAsync("line\r\n");
        echo.OnRead = () => woken.TrySetResult(Monitor.IsEntered(held));
        lock (held)
            connection.Wake();
        Assert.False(await woken.Task);
        client.CloseOutput();
        await client.Handled;
    }

    [Fact]
    public async Task A_wake_without_a_reason_changes_nothing()
    {
        var echo = _edge.Echo();
        var client = new InMemoryConnection().Start(echo);
        var connection = await echo.Connected;
        for (var i = 0; i < 50; i++)
        {
            connection.Wake();
            await client.SendAsync($"line {i}\r\n");
        }

        await client.SendAsync("QUIT\r\n");
        var lines = (await client.ReadToEndAsync()).Split("\r\n");
        Assert.Equal(53, lines.Length);
        Assert.Equal("line 49", lines[50]);
    }
}
