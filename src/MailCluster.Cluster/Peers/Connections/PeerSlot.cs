using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers.Handshake;

namespace MailCluster.Cluster.Peers.Connections;

/// <summary>
/// The way to one node: its connection, if there is one, and when the next may be tried.
/// <code>
/// none ──ask──→ connecting ──→ open ──breaks──→ none       the next attempt at once
///                   └──fails──→ waiting ──time is up──→ none   fails at once meanwhile
/// </code>
/// A later generation of the node replaces the connection to an earlier one and does not wait.
/// </summary>
internal sealed class PeerSlot(PeerServices services, Action<Member, PeerFailure> report)
{
    private readonly Lock _guard = new();
    private OutboundConnection? _connection;
    private Task _running = Task.CompletedTask;
    private PeerEnding? _failed;
    private long _failedAt;
    private int _failures;
    private bool _stopped;

    /// <summary>The connection to <paramref name="peer"/>, perhaps still being made.</summary>
    /// <exception cref="PeerUnreachableException">It failed a moment ago, or a later run of the node is known.</exception>
    internal OutboundConnection Reach(Member self, Member peer)
    {
        OutboundConnection? superseded = null;
        OutboundConnection connection;
        lock (_guard)
        {
            if (_stopped)
            {
                throw new PeerUnreachableException(peer.Node, PeerFailure.Silent, "this node stops");
            }

            if (_connection is { } present)
            {
                if (present.Peer.Generation > peer.Generation)
                {
                    throw new PeerUnreachableException(
                        peer.Node, PeerFailure.ProcessGone, $"generation {peer.Generation} was followed by generation {present.Peer.Generation}");
                }

                var isSame = present.Peer.Generation == peer.Generation;
                if (isSame && present.Ending is null)
                {
                    return present;
                }

                if (isSame)
                {
                    ThrowIfTooSoon(peer);
                }
                else
                {
                    superseded = present;
                    _failures = 0;
                }
            }

            connection = new OutboundConnection(services, peer, OnEnded);
            _connection = connection;
            var running = Task.Run(() => connection.RunAsync(self));
            _running = _running.IsCompleted ? running : Task.WhenAll(_running, running);
        }

        superseded?.Dismiss(new PeerEnding(PeerFailure.ProcessGone, $"generation {peer.Generation} follows"), Goodbye.Types.Reason.Refused);
        return connection;
    }

    internal void Beat(long now, bool pardon)
    {
        var connection = Volatile.Read(ref _connection);
        connection?.Beat(now, pardon);
        connection?.ExpireRequests(now);
    }

    internal Task StopAsync(PeerEnding ending)
    {
        OutboundConnection? connection;
        Task running;
        lock (_guard)
        {
            _stopped = true;
            connection = _connection;
            running = _running;
        }

        connection?.Dismiss(ending, Goodbye.Types.Reason.Stopping);
        return running;
    }

    private void ThrowIfTooSoon(Member peer)
    {
        if (_failures > 0 && services.Time.GetElapsedTime(_failedAt) < Delay())
        {
            throw new PeerUnreachableException(peer.Node, _failed!.Failure, _failed.Reason);
        }
    }

    private TimeSpan Delay()
    {
        var doubled = services.Options.ReconnectDelay * Math.Pow(2, Math.Min(_failures - 1, 20));
        return doubled < services.Options.ReconnectDelayMax ? doubled : services.Options.ReconnectDelayMax;
    }

    private void OnEnded(OutboundConnection connection, PeerEnding ending)
    {
        if (connection.IsDismissed)
        {
            return;
        }

        lock (_guard)
        {
            if (ReferenceEquals(_connection, connection))
            {
                _failures = connection.WasMade ? 0 : _failures + 1;
                _failed = ending;
                _failedAt = services.Time.GetTimestamp();
            }
        }

        var peer = connection.Peer;
        PeerLog.OutboundFailed(
            services.Log, peer.Node, peer.Generation.Value, peer.Address, connection.WasMade ? "broke" : "could not be made", ending.Reason, ending.Failure);
        report(peer, ending.Failure);
    }
}
