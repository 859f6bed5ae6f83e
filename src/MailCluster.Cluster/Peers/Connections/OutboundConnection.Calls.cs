using MailCluster.Cluster.Peers.Wire;

namespace MailCluster.Cluster.Peers.Connections;

/// <summary>How a request begins and ends.</summary>
internal sealed partial class OutboundConnection
{
    private bool _isOpen;

    private void Begin(PeerCall call)
    {
        _calls[call.Id] = call;
        if (!Volatile.Read(ref _isOpen) && TryWait(call, call.Request.Payload.Length))
        {
            return;
        }

        Send(call);
    }

    private bool TryWait(PeerCall call, int length)
    {
        lock (_guard)
        {
            if (_waiting is null)
            {
                return false; // Open now, or at its end.
            }

            if (_waitingBytes + length > Services.Options.OutboxBytesMax)
            {
                Refuse(call);
                return true;
            }

            _waitingBytes += length;
            call.Request = call.Request with { Payload = call.Request.Payload.ToArray() };
            _waiting.Add(call);
            return true;
        }
    }

    private void Send(PeerCall call)
    {
        if (!call.TryMarkSent())
        {
            return; // Its caller has gone.
        }

        var payload = call.Request.Payload;
        if (payload.Length > _messageBytesMax)
        {
            Finish(call, _ => new ArgumentException($"A request of {payload.Length} bytes; node {peer.Node} takes {_messageBytesMax}."));
            return;
        }

        call.Request = call.Request with { Payload = default };
        switch (Outbox.Send(call.Header(Services.Time), payload, mark: call))
        {
            case SendResult.Closed:
                // Whoever ended the connection has failed all he saw; this one he may have missed.
                Finish(call, _ => Broken(call, wasSent: false, Ending!));
                break;
            case SendResult.Full:
                Refuse(call);
                break;
            default:
                if (call.IsFinished)
                {
                    Outbox.Send(FrameKind.Cancel, call.Id);
                }

                break;
        }
    }

    private void Refuse(PeerCall call) => Finish(
        call, _ => new PeerUnreachableException(peer.Node, PeerFailure.Silent, $"{Services.Options.OutboxBytesMax} bytes wait to be sent to it"));

    private void Finish(PeerCall call, Func<bool, Exception> failure)
    {
        _calls.TryRemove(call.Id, out _);
        if (call.TryFinish(out var wasSent))
        {
            call.Fail(failure(wasSent));
        }
    }

    private void GiveUp(PeerCall call, Exception? failure, Func<bool, Exception>? make = null)
    {
        _calls.TryRemove(call.Id, out _);
        if (call.TryFinish(out var wasSent))
        {
            if (wasSent)
            {
                Outbox.Abandon(call.Id);
                Outbox.Send(FrameKind.Cancel, call.Id);
            }

            call.Fail(failure ?? make!(wasSent));
        }
    }

    private void GiveCredit(PeerStream stream, uint bytes) => Outbox.Send(FrameKind.Credit, stream.Id, bytes);

    private Exception Broken(PeerCall call, bool wasSent, PeerEnding ending) => wasSent && Outbox.WasTaken(call)
        ? new PeerLostException(peer.Node, ending.Failure, ending.Reason)
        : new PeerUnreachableException(peer.Node, ending.Failure, ending.Reason);
}
