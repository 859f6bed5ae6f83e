using Google.Protobuf;
using MailCluster.Cluster.Peers.Handshake;
using MailCluster.Cluster.Peers.Wire;

namespace MailCluster.Cluster.Peers.Connections;

/// <summary>How requests are answered.</summary>
internal sealed partial class InboundConnection
{
    private void Dispatch(InboundRequest request)
    {
        if (request.IsCancelled || request.IsOverdue(Services.Time, Services.Time.GetTimestamp()))
        {
            Finish(request);
        }
        else
        {
            _ = request.IsStream ? SendStreamAsync(request) : AnswerAsync(request);
        }
    }

    private async Task AnswerAsync(InboundRequest request)
    {
        var reply = new ByteBuffer();
        try
        {
            if (request.Kind != PeerRequestKind.Ping)
            {
                await _handler.AnswerAsync(From, new PeerRequest(request.Kind, request.Payload, request.Lane), reply, request.Token);
            }

            if (reply.Count > Services.Options.MessageBytesMax)
            {
                throw new InvalidOperationException($"An answer of {reply.Count} bytes; {Services.Options.MessageBytesMax} are allowed.");
            }

            Finish(request);
            Outbox.Send(new FrameHeader(FrameKind.Reply, FrameFlags.Whole, request.Id, 0, 0), reply.Written, reply);
        }
        catch (Exception error)
        {
            reply.Dispose();
            Fail(request, error);
        }
    }

    private async Task SendStreamAsync(InboundRequest request)
    {
        Services.Metrics.StreamsSent(1);
        try
        {
            var items = _handler.StreamAsync(From, new PeerRequest(request.Kind, request.Payload, request.Lane), request.Token);
            await foreach (var item in items)
            {
                if (item.Length > Services.Options.MessageBytesMax)
                {
                    throw new InvalidOperationException($"An item of {item.Length} bytes; {Services.Options.MessageBytesMax} are allowed.");
                }

                await request.Credit!.TakeAsync(item.Length + PeerStream.ItemBytes, request.Token);
                Outbox.Send(new FrameHeader(FrameKind.Item, FrameFlags.Whole, request.Id, 0, 0), item);
            }

            Finish(request);
            Outbox.Send(FrameKind.End, request.Id);
        }
        catch (Exception error)
        {
            Fail(request, error);
        }
        finally
        {
            Services.Metrics.StreamsSent(-1);
        }
    }

    private void Fail(InboundRequest request, Exception error)
    {
        Finish(request);
        if (request.IsCancelled && error is OperationCanceledException)
        {
            return; // Nobody waits any more: the asker keeps the same deadline.
        }

        PeerLog.HandlerFailed(Services.Log, request.Kind, From.Node, error);
        SendText(FrameKind.Failure, request.Id, error.Message);
    }

    private void Refuse(ulong id, string reason) => SendText(FrameKind.Refused, id, reason);

    private void SendText(FrameKind kind, ulong id, string text)
    {
        var failure = new Failure { Text = HandshakeFrames.Shorten(text) };
        Outbox.Send(HandshakeFrames.HeaderOf(kind, failure, id), failure.ToByteArray());
    }

    private void Finish(InboundRequest request)
    {
        if (_requests.TryRemove(request.Id, out _))
        {
            Interlocked.Add(ref _requestBytes, -request.Bytes);
        }
    }
}
