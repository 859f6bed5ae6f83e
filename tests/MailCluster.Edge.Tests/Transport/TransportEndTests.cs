using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;

namespace MailCluster.Edge.Tests.Transport;

/// <summary>How connections of the poller's transport end: by either side, with a FIN or a reset, in the middle of a read or a write.</summary>
public sealed class TransportEndTests
{
    [Fact]
    public async Task A_client_that_has_said_everything_is_still_answered()
    {
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            var (input, output) = (connection.Transport.Input, connection.Transport.Output);
            ReadResult result;
            while (!(result = await input.ReadAsync()).IsCompleted)
                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            await output.WriteAsync(result.Buffer.ToArray());
        });
        using var client = await server.ConnectAsync();
        await client.SendAllAsync("all of it"u8.ToArray());
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal("all of it", Encoding.ASCII.GetString(await client.ReceiveAllAsync()));
    }

    [Fact]
    public async Task A_reset_ends_a_read()
    {
        var read = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            connection.ConnectionClosed.UnsafeRegister(_ => closed.SetResult(), null);
            await connection.Transport.Output.WriteAsync("here"u8.ToArray());
            read.SetResult(await Record.ExceptionAsync(async () => await connection.Transport.Input.ReadAsync()));
        });
        var client = await server.ConnectAsync();
        await client.ReceiveExactlyAsync(4);
        client.Reset();
        Assert.IsType<ConnectionResetException>(await read.Task);
        await closed.Task;
    }

    [Fact]
    public async Task A_reset_ends_a_write_that_waits_for_room()
    {
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource<FlushResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(async connection => ended.SetResult(await FillAsync(connection, waits)));
        var client = await server.ConnectAsync();
        await waits.Task;
        client.Reset();
        var result = await ended.Task;
        Assert.True(result.IsCompleted);
        Assert.False(result.IsCanceled);
    }

    [Fact]
    public async Task A_cut_ends_a_read_and_resets_the_client()
    {
        var accepted = new TaskCompletionSource<ConnectionContext>(TaskCreationOptions.RunContinuationsAsynchronously);
        var read = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            var reading = connection.Transport.Input.ReadAsync();
            accepted.SetResult(connection);
            read.SetResult(await Record.ExceptionAsync(async () => await reading));
        });
        using var client = await server.ConnectAsync();
        (await accepted.Task).Abort(new ConnectionAbortedException("enough"));
        Assert.Equal("enough", Assert.IsType<ConnectionAbortedException>(await read.Task).Message);
        var error = await Assert.ThrowsAsync<SocketException>(() => client.ReceiveAllAsync());
        Assert.Equal(SocketError.ConnectionReset, error.SocketErrorCode);
    }

    [Fact]
    public async Task A_cut_ends_a_write_that_waits_for_room()
    {
        ConnectionContext? cut = null;
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource<FlushResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            cut = connection;
            ended.SetResult(await FillAsync(connection, waits));
        });
        using var client = await server.ConnectAsync();
        await waits.Task;
        cut!.Abort(new ConnectionAbortedException("enough"));
        Assert.True((await ended.Task).IsCompleted);
        Assert.True(cut.ConnectionClosed.IsCancellationRequested);
    }

    [Fact]
    public async Task The_last_line_reaches_a_client_whose_input_was_not_read()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            await go.Task;
            await connection.Transport.Output.WriteAsync("BYE"u8.ToArray());
        });
        using var client = await server.ConnectAsync();
        await client.SendAllAsync(new byte[60_000]);
        go.SetResult();
        Assert.Equal("BYE", Encoding.ASCII.GetString(await client.ReceiveAllAsync()));
    }

    [Fact]
    public async Task What_follows_the_end_is_closed_and_throws_nothing()
    {
        var result = new TaskCompletionSource<FlushResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            var read = await connection.Transport.Input.ReadAsync();
            connection.Transport.Input.AdvanceTo(read.Buffer.End);
            connection.Abort(new ConnectionAbortedException("enough"));
            connection.Abort(new ConnectionAbortedException("again"));
            connection.Transport.Output.GetSpan(100)[..100].Clear();
            connection.Transport.Output.Advance(100);
            result.SetResult(await connection.Transport.Output.FlushAsync());
            Assert.Equal("enough", (await Assert.ThrowsAsync<ConnectionAbortedException>(async () => await connection.Transport.Input.ReadAsync())).Message);
            await connection.DisposeAsync();
        });
        using var client = await server.ConnectAsync();
        await client.SendAllAsync("x"u8.ToArray());
        Assert.True((await result.Task).IsCompleted);
    }

    [Fact]
    public async Task A_listener_that_closes_leaves_its_connections()
    {
        var accepted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            accepted.SetResult();
            var result = await connection.Transport.Input.ReadAsync();
            await connection.Transport.Output.WriteAsync(result.Buffer.ToArray());
        });
        using var client = await server.ConnectAsync();
        await accepted.Task;
        var address = server.EndPoint;
        await server.Listener.UnbindAsync();
        Assert.Null(await server.Listener.AcceptAsync());
        using var late = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        var refusal = await Assert.ThrowsAsync<SocketException>(async () => await late.ConnectAsync(address));
        Assert.Equal(SocketError.ConnectionRefused, refusal.SocketErrorCode);
        await client.SendAllAsync("x"u8.ToArray());
        Assert.Equal("x"u8.ToArray(), await client.ReceiveAllAsync());
    }

    /// <summary>Writes until the client takes no more, tells so, and gives what became of the write that waited.</summary>
    private static async Task<FlushResult> FillAsync(ConnectionContext connection, TaskCompletionSource waits)
    {
        var block = new byte[64 * 1024];
        while (true)
        {
            var write = connection.Transport.Output.WriteAsync(block);
            if (write.IsCompleted)
            {
                Assert.False((await write).IsCompleted);
                continue;
            }

            waits.SetResult();
            return await write;
        }
    }
}
