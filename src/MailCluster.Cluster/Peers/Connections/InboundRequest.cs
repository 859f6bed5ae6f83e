using MailCluster.Cluster.Peers.Wire;

namespace MailCluster.Cluster.Peers.Connections;

/// <summary>A request or stream that this node works on for a peer.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001", Justification = "A token source without a timer and without a wait handle holds nothing, and a handler may ask it to its last moment.")]
internal sealed class InboundRequest(FrameHeader header, long arrived)
{
    private readonly CancellationTokenSource _cancellation = new();

    internal ulong Id => header.Id;

    internal PeerRequestKind Kind => header.Request;

    internal int Lane => header.Lane;

    internal uint Bytes => header.Total;

    internal bool IsStream => header.Kind == FrameKind.Open;

    /// <summary>While it is not complete.</summary>
    internal MessageAssembly? Assembly { get; set; } = header.IsLast ? null : new MessageAssembly(header);

    internal ReadOnlyMemory<byte> Payload { get; set; }

    /// <summary>For a stream: what its reader is ready to take.</summary>
    internal StreamCredit? Credit { get; } = header.Kind == FrameKind.Open ? new StreamCredit(header.Argument) : null;

    internal CancellationToken Token => _cancellation.Token;

    internal bool IsCancelled => _cancellation.IsCancellationRequested;

    internal void Cancel() => _ = _cancellation.CancelAsync(); // On another thread: what is cancelled by it may be anybody's code.

    internal bool IsOverdue(TimeProvider time, long now) =>
        !IsStream && header.Argument != 0 && time.GetElapsedTime(arrived, now).TotalMilliseconds >= header.Argument;
}
