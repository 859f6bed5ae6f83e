using System.Buffers;
using System.Net;
using MailCluster.Edge.Transport;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Edge.Tests.Transport;

/// <summary>Which thread runs what in the poller's transport, and what wakes it.</summary>
public sealed class TransportThreadTests
{
    [Fact]
    public async Task A_session_goes_on_on_the_thread_that_heard_of_its_socket()
    {
        var thread = new TaskCompletionSource<(string? Name, bool IsPool)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            // It waits before the client is let go, so that nothing can be there already.
            var session = ReadAsync(connection);
            Assert.False(session.IsCompleted);
            await connection.Transport.Output.WriteAsync("go"u8.ToArray());
            await session;
        });
        using var client = await server.ConnectAsync();
        await client.ReceiveExactlyAsync(2);
        await client.SendAllAsync("x"u8.ToArray());
        Assert.Equal(("socket poller", false), await thread.Task);

        async Task ReadAsync(ConnectionContext connection)
        {
            await connection.Transport.Input.ReadAsync();
            thread.SetResult((Thread.CurrentThread.Name, Thread.CurrentThread.IsThreadPoolThread));
        }
    }

    [Fact]
    public async Task Sessions_that_block_all_threads_do_not_hold_up_the_others()
    {
        var blocking = SocketPoller.ThreadsBase + 3;
        using var entered = new CountdownEvent(blocking);
        using var release = new ManualResetEventSlim();
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            var (input, output) = (connection.Transport.Input, connection.Transport.Output);
            var read = input.ReadAsync();
            await output.WriteAsync("go"u8.ToArray());
            var result = await read;
            if (result.Buffer.FirstSpan[0] == (byte)'b')
            {
                entered.Signal();
                release.Wait();
            }

            await output.WriteAsync(result.Buffer.ToArray());
        });
        var blocked = await Task.WhenAll(Enumerable.Range(0, blocking).Select(_ => server.ConnectAsync()));
        using var other = await server.ConnectAsync();
        foreach (var client in blocked.Append(other))
            await client.ReceiveExactlyAsync(2);
        foreach (var client in blocked)
            await client.SendAllAsync("b"u8.ToArray());
        await other.SendAllAsync("o"u8.ToArray());
        try
        {
            Assert.Equal("o"u8.ToArray(), await other.ReceiveExactlyAsync(1));
            await Task.Run(entered.Wait);
        }
        finally
        {
            release.Set();
        }

        foreach (var client in blocked)
        {
            Assert.Equal("b"u8.ToArray(), await client.ReceiveExactlyAsync(1));
            client.Dispose();
        }
    }

    [Fact]
    public async Task A_read_can_be_woken_and_goes_on_later()
    {
        var accepted = new TaskCompletionSource<ConnectionContext>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            var (input, output) = (connection.Transport.Input, connection.Transport.Output);
            var read = input.ReadAsync();
            accepted.SetResult(connection);
            var result = await read;
            Assert.True(result.IsCanceled);
            input.AdvanceTo(result.Buffer.Start);
            await output.WriteAsync("woken"u8.ToArray());
            result = await input.ReadAsync();
            Assert.False(result.IsCanceled);
            await output.WriteAsync(result.Buffer.ToArray());
            input.AdvanceTo(result.Buffer.End);

            // One that comes before the read is kept for it.
            input.CancelPendingRead();
            Assert.True((await input.ReadAsync()).IsCanceled);
        });
        using var client = await server.ConnectAsync();
        (await accepted.Task).Transport.Input.CancelPendingRead();
        await client.ReceiveExactlyAsync(5);
        await client.SendAllAsync("x"u8.ToArray());
        Assert.Equal("x"u8.ToArray(), await client.ReceiveAllAsync());
    }

    [Fact]
    public async Task A_write_that_waits_can_be_woken_and_goes_on_later()
    {
        var waits = new TaskCompletionSource<ConnectionContext>(TaskCreationOptions.RunContinuationsAsynchronously);
        var woken = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            var output = connection.Transport.Output;
            var written = 0L;
            while (true)
            {
                var write = output.WriteAsync(new byte[100_000]);
                written += 100_000;
                if (!write.IsCompleted)
                    waits.SetResult(connection);
                if (!(await write).IsCanceled)
                    continue;
                Assert.InRange(output.UnflushedBytes, 1, 100_000);
                woken.SetResult(written);
                Assert.False((await output.FlushAsync()).IsCanceled);
                return;
            }
        });
        using var client = await server.ConnectAsync();
        (await waits.Task).Transport.Output.CancelPendingFlush();
        var written = await woken.Task;
        Assert.Equal(written, (await client.ReceiveAllAsync()).Length);
    }

    [Fact]
    public async Task A_read_can_be_given_up_by_its_token()
    {
        using var giveUp = new CancellationTokenSource();
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            var read = connection.Transport.Input.ReadAsync(giveUp.Token);
            waits.SetResult();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await read);
            var result = await connection.Transport.Input.ReadAsync();
            await connection.Transport.Output.WriteAsync(result.Buffer.ToArray());
        });
        using var client = await server.ConnectAsync();
        await waits.Task;
        await giveUp.CancelAsync();
        await client.SendAllAsync("x"u8.ToArray());
        Assert.Equal("x"u8.ToArray(), await client.ReceiveAllAsync());
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_apart()
    {
        await using var server = await PolledServer.StartAsync(_ => Task.CompletedTask);
        using var factory = new PolledListenerFactory(1, TimeSpan.Zero, TimeProvider.System, NullLoggerFactory.Instance);
        await Assert.ThrowsAsync<AddressInUseException>(async () => await factory.BindAsync(new IPEndPoint(IPAddress.Loopback, server.EndPoint.Port)));
    }

    [Fact]
    public async Task A_place_that_is_used_again_has_another_token()
    {
        using var poller = new SocketPoller(TimeProvider.System, NullLogger.Instance, TimeSpan.Zero);
        using var signal = EpollCalls.CreateSignal();
        var (first, second) = (new Probe(), new Probe());
        poller.Add(first, signal, PollEvents.Readable | PollEvents.EdgeTriggered);
        await first.Ready.Task;
        poller.Remove(first);
        using var other = EpollCalls.CreateSignal();
        poller.Add(second, other, PollEvents.Readable | PollEvents.EdgeTriggered);
        await second.Ready.Task;
        Assert.Equal((uint)first.Token, (uint)second.Token);
        Assert.NotEqual(first.Token, second.Token);

        // An event that is late: it carries the first one's token, and reaches nobody.
        poller.Modify(first, signal, PollEvents.Readable | PollEvents.EdgeTriggered);
        poller.Modify(second, other, PollEvents.Readable | PollEvents.EdgeTriggered);
        await second.Again.Task;
        Assert.Equal(1, first.Count);
        Assert.Equal(2, second.Count);
    }

    private sealed class Probe : IPolled
    {
        private int _count;

        public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Again { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count => _count;

        public ulong Token { get; set; }

        public void OnReady(PollEvents events)
        {
            if (Interlocked.Increment(ref _count) == 1)
                Ready.TrySetResult();
            else
                Again.TrySetResult();
        }
    }
}
