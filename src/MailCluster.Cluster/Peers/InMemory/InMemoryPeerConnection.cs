using System.Buffers;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MailCluster.Cluster.Membership;

namespace MailCluster.Cluster.Peers.InMemory;

/// <summary>What one process has under way to another: requests on the way there, answers on the way back.</summary>
internal sealed class InMemoryPeerConnection : IDisposable
{
    /// <summary>Items of a stream that may be ahead of its reader.</summary>
    private const int StreamCredit = 8;

    private readonly InMemoryPeerNetwork _network;
    private readonly Member _peer;
    private readonly CancellationTokenSource _breaking = new();
    private readonly CancellationToken _broken;
    private readonly HashSet<TaskCompletionSource<ReadOnlyMemory<byte>>> _waiting = [];
    private readonly InMemoryPeerLane _there;
    private readonly InMemoryPeerLane _back;
    private PeerFailure? _failure;

    internal InMemoryPeerConnection(InMemoryPeerNetwork network, InMemoryPeerTransport from, InMemoryPeerTransport to, Member peer)
    {
        _network = network;
        _peer = peer;
        _broken = _breaking.Token;
        From = from;
        To = to;
        _there = new InMemoryPeerLane(network, from, to, () => Break(PeerFailure.Silent), _broken);
        _back = new InMemoryPeerLane(network, to, from, () => Break(PeerFailure.Silent), _broken);
    }

    internal InMemoryPeerTransport From { get; }

    internal InMemoryPeerTransport To { get; }

    internal Task<ReadOnlyMemory<byte>> AskAsync(PeerRequest request, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var reply = new TaskCompletionSource<ReadOnlyMemory<byte>>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_waiting)
        {
            if (_failure is { } failure)
            {
                reply.SetException(Lost(failure));
                return reply.Task;
            }

            _waiting.Add(reply);
        }

        _there.Send(() => _ = AnswerAsync(request, reply));
        return AwaitAsync(reply, timeout, cancellationToken);
    }

    internal async IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(
        PeerRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var items = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
        var credit = Channel.CreateUnbounded<bool>();
        for (var i = 0; i < StreamCredit; i++)
        {
            credit.Writer.TryWrite(true);
        }

        using var closed = CancellationTokenSource.CreateLinkedTokenSource(_broken);
        var token = closed.Token;
        _there.Send(() => _ = PublishAsync(request, items.Writer, credit.Reader, token));
        using var broken = _broken.UnsafeRegister(_ => items.Writer.TryComplete(Lost(_failure ?? PeerFailure.ProcessGone)), null);
        try
        {
            // Not by ReadAllAsync, which hops over the thread pool, out of a simulation's sight.
            while (await items.Reader.WaitToReadAsync(cancellationToken))
            {
                while (items.Reader.TryRead(out var item))
                {
                    yield return item;
                    credit.Writer.TryWrite(true);
                }
            }
        }
        finally
        {
            closed.Cancel();
        }
    }

    /// <summary>All that wait fail; the next request makes a connection of its own.</summary>
    internal void Break(PeerFailure failure)
    {
        TaskCompletionSource<ReadOnlyMemory<byte>>[] waiting;
        lock (_waiting)
        {
            if (_failure is not null)
            {
                return;
            }

            _failure = failure;
            waiting = [.. _waiting];
            _waiting.Clear();
        }

        _network.Forget(this);
        foreach (var reply in waiting)
        {
            reply.TrySetException(Lost(failure));
        }

        _breaking.Cancel();
        _breaking.Dispose();
        From.Failed(_peer, failure);
    }

    /// <summary>As when the asker's process ends.</summary>
    public void Dispose() => Break(PeerFailure.ProcessGone);

    internal void Resume()
    {
        _there.Resume();
        _back.Resume();
    }

    private async Task<ReadOnlyMemory<byte>> AwaitAsync(
        TaskCompletionSource<ReadOnlyMemory<byte>> reply, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Not by WaitAsync, which hops over the thread pool, out of a simulation's sight.
        using var late = _network.Time.CreateTimer(
            _ => reply.TrySetException(new PeerLostException(_peer.Node, PeerFailure.Silent, "no answer in time")),
            null,
            timeout,
            Timeout.InfiniteTimeSpan);
        using var cancelled = cancellationToken.UnsafeRegister(_ => reply.TrySetCanceled(cancellationToken), null);
        try
        {
            return await reply.Task;
        }
        finally
        {
            lock (_waiting)
            {
                _waiting.Remove(reply);
            }
        }
    }

    private async Task AnswerAsync(PeerRequest request, TaskCompletionSource<ReadOnlyMemory<byte>> reply)
    {
        try
        {
            var answer = new ArrayBufferWriter<byte>();
            if (request.Kind != PeerRequestKind.Ping)
            {
                await To.Handler.AnswerAsync(From.Self, request, answer, _broken);
            }

            _back.Send(() => reply.TrySetResult(answer.WrittenMemory));
        }
        catch (Exception failure)
        {
            _back.Send(() => reply.TrySetException(new PeerFailedException(_peer.Node, failure.Message)));
        }
    }

    private async Task PublishAsync(
        PeerRequest request, ChannelWriter<ReadOnlyMemory<byte>> items, ChannelReader<bool> credit, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var item in To.Handler.StreamAsync(From.Self, request, cancellationToken).WithCancellation(cancellationToken))
            {
                await credit.ReadAsync(cancellationToken);
                _back.Send(() => items.TryWrite(item));
            }

            _back.Send(() => items.TryComplete());
        }
        catch (OperationCanceledException)
        {
            // The asker closed the stream, or the connection broke, of which it hears by itself.
            items.TryComplete();
        }
        catch (Exception failure)
        {
            _back.Send(() => items.TryComplete(new PeerFailedException(_peer.Node, failure.Message)));
        }
    }

    private PeerLostException Lost(PeerFailure failure) => new(_peer.Node, failure, failure == PeerFailure.Silent ? "silence" : "connection reset");
}
