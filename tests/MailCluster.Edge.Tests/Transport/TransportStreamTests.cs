using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace MailCluster.Edge.Tests.Transport;

/// <summary>What goes through connections of the poller's transport: all of it, in order, at the pace of the slower side.</summary>
public sealed class TransportStreamTests
{
    private const int Seed = 20261126;

    [Fact]
    public async Task Echoes_are_whole_whatever_the_pieces()
    {
        var serverRandom = new Random(Seed);
        await using var server = await PolledServer.StartAsync(connection =>
        {
            Random random;
            lock (serverRandom)
            {
                random = new Random(serverRandom.Next());
            }

            return EchoAsync(connection, random);
        });
        var clients = Enumerable.Range(0, 48).Select(async number =>
        {
            var random = new Random(Seed + number);
            var sent = new byte[random.Next(1, 400_000)];
            random.NextBytes(sent);
            using var client = await server.ConnectAsync();
            var receiving = client.ReceiveAllAsync();
            for (var at = 0; at < sent.Length;)
            {
                var count = Math.Min(sent.Length - at, random.Next(2) == 0 ? random.Next(1, 200) : random.Next(1, 60_000));
                await client.SendAllAsync(sent.AsMemory(at, count));
                at += count;
                if (random.Next(4) == 0)
                    await Task.Yield();
            }

            client.Shutdown(SocketShutdown.Send);
            var received = await receiving;
            Assert.True(sent.AsSpan().SequenceEqual(received), $"seed {Seed}, client {number}");
        });
        await Task.WhenAll(clients);
    }

    [Fact]
    public async Task Places_are_used_again_by_connections_that_come_and_go()
    {
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            ReadResult result;
            do
            {
                result = await connection.Transport.Input.ReadAsync();
                await connection.Transport.Output.WriteAsync(result.Buffer.ToArray());
                connection.Transport.Input.AdvanceTo(result.Buffer.End);
            }
            while (!result.IsCompleted);
        });
        var clients = Enumerable.Range(0, 8).Select(async number =>
        {
            for (var i = 0; i < 60; i++)
            {
                var client = await server.ConnectAsync();
                var sent = BitConverter.GetBytes((number << 16) + i);
                await client.SendAllAsync(sent);
                Assert.Equal(sent, await client.ReceiveExactlyAsync(sent.Length));
                if (i % 3 == 0)
                    client.Shutdown(SocketShutdown.Both);
                client.Dispose();
            }
        });
        await Task.WhenAll(clients);
    }

    [Fact]
    public async Task A_client_that_does_not_read_holds_the_writer_and_loses_nothing()
    {
        var waits = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        var written = 0L;
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            var output = connection.Transport.Output;
            for (var flushes = 0; flushes < 2 || !waits.Task.IsCompleted; flushes++)
            {
                // Several blocks to a flush.
                for (var piece = 0; piece < 20; piece++)
                {
                    var span = output.GetSpan(5000)[..5000];
                    for (var i = 0; i < span.Length; i++)
                        span[i] = (byte)((written + i) * 7 >> 3);
                    output.Advance(span.Length);
                    written += span.Length;
                }

                var flush = output.FlushAsync();
                if (!flush.IsCompleted)
                    waits.TrySetResult(written);
                await flush;
            }
        });
        using var client = await server.ConnectAsync();
        await waits.Task;
        var received = await client.ReceiveAllAsync();
        Assert.Equal(written, received.Length);
        Assert.DoesNotContain(Enumerable.Range(0, received.Length), i => received[i] != (byte)((long)i * 7 >> 3));
    }

    [Fact]
    public async Task A_writer_that_waits_again_and_again_for_a_client_that_reads_goes_on_each_time()
    {
        const int Clients = 8;
        const int Writes = 400;
        const int Bytes = 50_000;
        var waits = 0;
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            var block = new byte[Bytes];
            for (var i = 0; i < Writes; i++)
            {
                var write = connection.Transport.Output.WriteAsync(block);
                if (!write.IsCompleted)
                    Interlocked.Increment(ref waits);
                Assert.False((await write).IsCompleted);
            }
        });
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
            await client.ConnectAsync(server.EndPoint);
            Assert.Equal(Writes * Bytes, (await client.ReceiveAllAsync()).Length);
        }));
        Assert.NotEqual(0, waits);
    }

    [Fact]
    public async Task A_session_that_does_not_read_holds_the_client_and_loses_nothing()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            await go.Task;
            await EchoLengthAsync(connection);
        });
        using var client = await server.ConnectAsync();
        client.Blocking = false;
        var sent = 0L;
        var block = new byte[64 * 1024];
        var error = SocketError.Success;
        while (error == SocketError.Success)
            sent += client.Send(block, SocketFlags.None, out error);
        Assert.Equal(SocketError.WouldBlock, error);
        client.Blocking = true;
        go.SetResult();
        await client.SendAllAsync(block);
        client.Shutdown(SocketShutdown.Send);
        Assert.Equal(sent + block.Length, BitConverter.ToInt64(await client.ReceiveAllAsync()));
    }

    [Fact]
    public async Task A_look_at_what_has_come_sees_all_that_a_client_sent_ahead()
    {
        const int sentAhead = 40_000;
        var isSent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            var input = connection.Transport.Input;
            // A command is read, and takes nothing of what is behind it.
            var first = await input.ReadAtLeastAsync(10);
            input.AdvanceTo(first.Buffer.GetPosition(10));
            await isSent.Task;
            using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
            var seen = 0L;
            while (seen < sentAhead - 10)
            {
                limit.Token.ThrowIfCancellationRequested();
                if (input.TryRead(out var look))
                {
                    // Nothing of it was examined: a reader that comes later gets it without waiting for more.
                    seen = look.Buffer.Length;
                    input.AdvanceTo(look.Buffer.Start);
                }

                await Task.Yield();
            }

            Assert.Equal(sentAhead - 10, seen);
            Assert.True(input.TryRead(out var again));
            Assert.Equal(sentAhead - 10, again.Buffer.Length);
            input.AdvanceTo(again.Buffer.End);
            Assert.False(input.TryRead(out _));
        });
        using var client = await server.ConnectAsync();
        await client.SendAllAsync(new byte[sentAhead]);
        isSent.SetResult();
        Assert.Empty(await client.ReceiveAllAsync());
    }

    [Fact]
    public async Task A_read_waits_for_as_much_as_it_asks_for()
    {
        var lengths = new List<long>();
        await using var server = await PolledServer.StartAsync(async connection =>
        {
            var input = connection.Transport.Input;
            await connection.Transport.Output.WriteAsync("go"u8.ToArray());
            foreach (var bytes in (int[])[10, 40_000, 5])
            {
                var result = await input.ReadAtLeastAsync(bytes);
                lengths.Add(result.Buffer.Length);
                input.AdvanceTo(result.Buffer.GetPosition(bytes));
            }
        });
        using var client = await server.ConnectAsync();
        await client.ReceiveExactlyAsync(2);
        for (var i = 0; i < 40_015; i += 5)
            await client.SendAllAsync(new byte[5]);
        Assert.Empty(await client.ReceiveAllAsync());
        Assert.Collection(lengths, l => Assert.True(l >= 10), l => Assert.True(l >= 40_000), l => Assert.True(l >= 5));
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::", "127.0.0.1")]
    public async Task Addresses_are_those_of_the_two_ends(string bound, string target)
    {
        var ends = new TaskCompletionSource<(IPEndPoint Local, IPEndPoint Remote)>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await PolledServer.StartAsync(
            connection =>
            {
                ends.SetResult(((IPEndPoint)connection.LocalEndPoint!, (IPEndPoint)connection.RemoteEndPoint!));
                return Task.CompletedTask;
            },
            IPAddress.Parse(bound));
        using var client = await server.ConnectAsync(IPAddress.Parse(target));
        var (local, remote) = await ends.Task;
        Assert.Equal(client.RemoteEndPoint, Unmapped(local));
        Assert.Equal(client.LocalEndPoint, Unmapped(remote));

        static IPEndPoint Unmapped(IPEndPoint end) => end.Address.IsIPv4MappedToIPv6 ? new(end.Address.MapToIPv4(), end.Port) : end;
    }

    private static async Task EchoAsync(ConnectionContext connection, Random random)
    {
        var (input, output) = (connection.Transport.Input, connection.Transport.Output);
        while (true)
        {
            var result = random.Next(3) == 0 ? await input.ReadAtLeastAsync(random.Next(1, 20_000)) : await input.ReadAsync();
            var buffer = result.Buffer;
            if (buffer.IsEmpty && result.IsCompleted)
                return;
            var taken = buffer.Slice(0, result.IsCompleted ? buffer.Length : random.NextInt64(buffer.Length) + 1);
            if (random.Next(2) == 0)
            {
                await output.WriteAsync(taken.ToArray());
            }
            else
            {
                foreach (var piece in taken)
                    output.Write(piece.Span);
                Assert.Equal(taken.Length, output.UnflushedBytes);
                await output.FlushAsync();
            }

            // What is behind it is sometimes looked at and sometimes not.
            input.AdvanceTo(taken.End, random.Next(2) == 0 || result.IsCompleted ? taken.End : buffer.GetPosition(random.NextInt64(buffer.Length - taken.Length), taken.End));
        }
    }

    private static async Task EchoLengthAsync(ConnectionContext connection)
    {
        var length = 0L;
        ReadResult result;
        do
        {
            result = await connection.Transport.Input.ReadAsync();
            length += result.Buffer.Length;
            connection.Transport.Input.AdvanceTo(result.Buffer.End);
        }
        while (!result.IsCompleted);
        await connection.Transport.Output.WriteAsync(BitConverter.GetBytes(length));
    }
}
