using System.Buffers;
using MailCluster.Edge.Transport;
using Microsoft.AspNetCore.Connections;

namespace MailCluster.Edge.Tests.Transport;

/// <summary>
/// A session that waits awake for its client. How long it does is an hour here, so that what the tests see is never that time's end.
/// </summary>
public sealed class TransportAwakeTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    [Fact]
    public async Task A_quick_client_is_waited_for_awake()
    {
        var inARow = 0;
        await using var server = await PolledServer.StartAsync(
            connection => EchoAsync(connection, isThere => Volatile.Write(ref inARow, isThere ? inARow + 1 : 0)),
            awake: s_long);
        using var client = await server.ConnectAsync();

        // A read that returns with something found it there, which happens now and then, or has waited awake. Not at first: threads of the poller that begin only now are not
        // yet at rest.
        for (var i = 0; Volatile.Read(ref inARow) < 200; i++)
        {
            Assert.InRange(i, 0, 200_000);
            await ExchangeAsync(client, 1);
        }

        client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.Empty(await client.ReceiveAllAsync());
    }

    [Fact]
    public async Task Another_client_that_comes_ends_it_and_both_are_served()
    {
        await using var server = await PolledServer.StartAsync(connection => EchoAsync(connection, _ => { }), awake: s_long);
        using var quick = await server.ConnectAsync();
        using var other = await server.ConnectAsync();
        await ExchangeAsync(quick, 2 * ClientPace.CreditMin);
        await ExchangeAsync(other, 2 * ClientPace.CreditMin);
        for (var i = 0; i < 100; i++)
        {
            await ExchangeAsync(i % 3 == 0 ? other : quick, 1);
        }
    }

    [Fact]
    public async Task The_poller_watches_again_for_a_session_that_gave_it_up()
    {
        SocketInput? input = null;
        await using var server = await PolledServer.StartAsync(
            connection =>
            {
                input = (SocketInput)connection.Transport.Input;
                return EchoAsync(connection, _ => { });
            },
            awake: TimeSpan.FromMilliseconds(20));
        using var client = await server.ConnectAsync();
        for (var i = 0; i < 5; i++)
        {
            await ExchangeAsync(client, (2 << i) * ClientPace.CreditMin);
            // In vain; what comes then must be told by the poller.
            Assert.True(SpinWait.SpinUntil(() => input!.HasWaiter, TimeSpan.FromSeconds(30)));
        }

        await ExchangeAsync(client, 1);
    }

    [Fact]
    public async Task A_flush_that_waits_for_room_goes_on_although_a_read_waits_awake()
    {
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(
            async connection =>
            {
                var (input, output) = (connection.Transport.Input, connection.Transport.Output);
                await EchoAsync(connection, _ => { }, 4 * ClientPace.CreditMin);

                // The client takes nothing, so that the last of these waits.
                ValueTask<System.IO.Pipelines.FlushResult> write;
                do
                {
                    write = output.WriteAsync(new byte[100_000]);
                }
                while (write.IsCompleted);
                // Looks for a moment, and waits.
                var read = input.ReadAsync();
                reading.SetResult();
                await write;
                Assert.False((await read).Buffer.IsEmpty);
            },
            awake: TimeSpan.FromMilliseconds(20));
        using var client = await server.ConnectAsync();
        await ExchangeAsync(client, 4 * ClientPace.CreditMin);
        await reading.Task;
        await client.SendAllAsync("x"u8.ToArray());
        await client.ReceiveAllAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_client_that_goes_away_is_noticed_while_its_session_does_something_else()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(
            async connection =>
            {
                await EchoAsync(connection, _ => { }, 4 * ClientPace.CreditMin);
                using var registration = connection.ConnectionClosed.Register(gone.SetResult);
                await gone.Task.WaitAsync(TimeSpan.FromSeconds(30));
            },
            awake: s_long);
        using var client = await server.ConnectAsync();
        await ExchangeAsync(client, 4 * ClientPace.CreditMin);
        client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_session_that_waits_awake_can_be_woken_and_cut()
    {
        var connected = new TaskCompletionSource<ConnectionContext>(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(
            async connection =>
            {
                connected.TrySetResult(connection);
                try
                {
                    await EchoAsync(connection, _ => { });
                    cancelled.SetResult();
                    await EchoAsync(connection, _ => { });
                }
                catch (ConnectionAbortedException)
                {
                }
            },
            awake: s_long);
        using var client = await server.ConnectAsync();
        await ExchangeAsync(client, 2 * ClientPace.CreditMin);
        (await connected.Task).Transport.Input.CancelPendingRead();
        await cancelled.Task;
        await ExchangeAsync(client, 2 * ClientPace.CreditMin);
        (await connected.Task).Abort(new ConnectionAbortedException("cut"));
        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(async () => await client.ReceiveAllAsync());
    }

    /// <summary>Sends back what comes, until the client is done or the read is cancelled, or so many times; tells of each read whether it returned with something.</summary>
    private static async Task EchoAsync(ConnectionContext connection, Action<bool> tell, int times = int.MaxValue)
    {
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        for (var i = 0; i < times; i++)
        {
            var read = input.ReadAsync();
            tell(read.IsCompleted);
            var result = await read;
            await output.WriteAsync(result.Buffer.ToArray());
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted || result.IsCanceled)
                return;
        }
    }

    private static async Task ExchangeAsync(System.Net.Sockets.Socket client, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await client.SendAllAsync("x"u8.ToArray());
            Assert.Equal("x"u8.ToArray(), await client.ReceiveExactlyAsync(1));
        }
    }
}
