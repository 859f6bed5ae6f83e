using System.Net.Security;
using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers.Handshake;
using MailCluster.Cluster.Peers.Tls;
using MailCluster.Cluster.Peers.Wire;
using Microsoft.AspNetCore.Connections;

namespace MailCluster.Cluster.Peers.Connections;

/// <summary>The connections that peers have made: who may, and what becomes of those of an earlier run.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "StopAsync disposes what there is; it has to wait for it.")]
internal sealed class InboundConnections(PeerServices services, Action<Member, PeerFailure> report)
{
    private readonly Lock _guard = new();
    private readonly HashSet<InboundConnection> _open = [];
    private readonly Dictionary<string, Generation> _newest = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _allClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (Member Self, IPeerHandler Handler)? _begun;
    private int _count;

    internal void Begin(Member self, IPeerHandler handler)
    {
        lock (_guard)
        {
            if (_begun is not null)
            {
                throw new InvalidOperationException("The transport has begun already.");
            }

            _begun = (self, handler);
        }
    }

    /// <summary>Serves one connection until it ends.</summary>
    internal async Task ServeAsync(ConnectionContext context)
    {
        var remote = context.RemoteEndPoint?.ToString() ?? "?";
        if (!TryEnter())
        {
            PeerLog.Refused(services.Log, remote, $"there are {services.Options.ConnectionsMax} connections of peers, or this node stops");
            context.Abort();
            return;
        }

        services.Metrics.Inbound(1);
        try
        {
            if (await GreetAsync(context, remote) is var (link, connection))
            {
                await connection.RunAsync(link);
                Leave(connection);
            }
        }
        finally
        {
            services.Metrics.Inbound(-1);
            Exit();
        }
    }

    internal void Beat(long now, bool pardon)
    {
        foreach (var connection in Snapshot())
        {
            connection.Beat(now, pardon);
        }
    }

    internal async Task StopAsync(PeerEnding ending)
    {
        await _stopping.CancelAsync();
        foreach (var connection in Snapshot())
        {
            connection.End(ending, Goodbye.Types.Reason.Stopping);
        }

        lock (_guard)
        {
            if (_count == 0)
            {
                _allClosed.TrySetResult();
            }
        }

        await _allClosed.Task;
        _stopping.Dispose();
    }

    private async Task<(PeerLink Link, InboundConnection Connection)?> GreetAsync(ConnectionContext context, string remote)
    {
        PeerLink? link = null;
        InboundConnection? connection = null;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        await using var timer = services.Time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), deadline, services.Options.HandshakeTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            Stream stream = new TransportStream(context.Transport);
            PeerCertificateCheck? check = null;
            if (services.Certificates is { } certificates)
            {
                (stream, check) = await PeerTls.AcceptAsync(stream, certificates.Current, services.Time, deadline.Token);
            }

            link = new PeerLink(stream, () => FinishSendingAsync(context, stream), () => context.Abort());
            connection = check?.Fault is { } fault
                ? await RefuseAsync(link, remote, HandshakeRefusal.Because(fault), deadline.Token)
                : await CompareAsync(link, remote, check, deadline.Token);
        }
        catch (Exception error)
        {
            if (error is FrameException or System.Security.Authentication.AuthenticationException)
            {
                PeerLog.Refused(services.Log, remote, PeerEnding.Of(error).Reason);
            }
            else
            {
                PeerLog.NoHandshake(services.Log, remote, PeerEnding.Of(error).Reason);
            }
        }

        if (link is not null && connection is not null)
        {
            return (link, connection);
        }

        await (link?.DisposeAsync() ?? ValueTask.CompletedTask);
        context.Abort();
        return null;
    }

    private async Task<InboundConnection?> CompareAsync(PeerLink link, string remote, PeerCertificateCheck? check, CancellationToken cancellationToken)
    {
        var (hello, goodbye) = await HandshakeFrames.ReceiveAsync(link, cancellationToken);
        if (hello is null)
        {
            PeerLog.Refused(services.Log, remote, $"it said: {HandshakeFrames.Clean(goodbye!.Text)}");
            return null;
        }

        if (_begun is not var (self, handler))
        {
            var starting = new HandshakeRefusal(PeerFailure.ProcessGone, Goodbye.Types.Reason.Starting, "the node starts and has no generation yet");
            return await RefuseAsync(link, remote, starting, cancellationToken);
        }

        var refusal = HandshakeRules.CheckCaller(hello, self, services.Options, check);
        var connection = refusal is null ? Enter(hello, handler, remote, out refusal) : null;
        if (connection is null)
        {
            return await RefuseAsync(link, remote, refusal!, cancellationToken);
        }

        var from = connection.From;
        try
        {
            await HandshakeFrames.SendAsync(
                link, FrameKind.Hello, HandshakeRules.Introduce(self, from.Node, from.Generation, services.Options), cancellationToken);
        }
        catch (Exception error)
        {
            connection.End(PeerEnding.Of(error));
            Leave(connection);
            connection.Dispose();
            throw;
        }

        PeerLog.Accepted(
            services.Log, from.Node, from.Generation.Value, from.Version, remote, link.Security, HandshakeRules.VersionWith(hello, services.Options));
        return connection;
    }

    /// <summary>A later run of a node takes the place of the one before; an earlier one is not heard any more.</summary>
    private InboundConnection? Enter(Hello hello, IPeerHandler handler, string remote, out HandshakeRefusal? refusal)
    {
        var from = HandshakeRules.MemberOf(hello);
        var connection = new InboundConnection(services, handler, from, remote);
        InboundConnection[] earlier;
        lock (_guard)
        {
            var newest = _newest.GetValueOrDefault(from.Node);
            if (from.Generation < newest)
            {
                connection.Dispose();
                refusal = HandshakeRefusal.Because($"generation {from.Generation} of node {from.Node} was followed by generation {newest}");
                return null;
            }

            _newest[from.Node] = from.Generation;
            earlier = [.. _open.Where(other => other.From.Node == from.Node && other.From.Generation < from.Generation)];
            _open.Add(connection);
        }

        foreach (var other in earlier)
        {
            other.End(new PeerEnding(PeerFailure.ProcessGone, $"generation {from.Generation} of the node follows"), Goodbye.Types.Reason.Refused);
        }

        refusal = null;
        return connection;
    }

    private async Task<InboundConnection?> RefuseAsync(PeerLink link, string remote, HandshakeRefusal refusal, CancellationToken cancellationToken)
    {
        PeerLog.Refused(services.Log, remote, refusal.Text);
        await HandshakeFrames.SendAsync(
            link, FrameKind.Goodbye, new Goodbye { Reason = refusal.Reason, Text = HandshakeFrames.Shorten(refusal.Text) }, cancellationToken);
        await link.FinishAsync(cancellationToken);
        return null;
    }

    private void Leave(InboundConnection connection)
    {
        lock (_guard)
        {
            _open.Remove(connection);
        }

        if (connection.Ending is { } ending && !_stopping.IsCancellationRequested)
        {
            PeerLog.InboundBroke(
                services.Log, connection.From.Node, connection.From.Generation.Value, connection.Remote, ending.Reason, ending.Failure);
            report(connection.From, ending.Failure);
        }
    }

    private InboundConnection[] Snapshot()
    {
        lock (_guard)
        {
            return [.. _open];
        }
    }

    private bool TryEnter()
    {
        lock (_guard)
        {
            if (_count >= services.Options.ConnectionsMax || _stopping.IsCancellationRequested)
            {
                return false;
            }

            _count++;
            return true;
        }
    }

    private void Exit()
    {
        lock (_guard)
        {
            if (--_count == 0 && _stopping.IsCancellationRequested)
            {
                _allClosed.TrySetResult();
            }
        }
    }

    private static async ValueTask FinishSendingAsync(ConnectionContext context, Stream stream)
    {
        if (stream is SslStream tls)
        {
            await tls.ShutdownAsync();
        }

        await context.Transport.Output.CompleteAsync();
    }
}
