using System.Buffers;
using MailCluster.Cluster.Membership;

namespace MailCluster.Cluster.Peers;

/// <summary>
/// Carries requests and streams from this node to its peers: the wire between nodes, and nothing of what is said over it. Connections are made when
/// they are needed and kept.
/// </summary>
/// <remarks>
/// Requests of one caller and one lane to one peer are handed to the peer's <see cref="IPeerHandler"/> in the order in which they were sent for as long
/// as the connection lasts; when it breaks, all that wait on it fail with <see cref="PeerLostException"/> and the next request connects anew.
/// All members may be called from any thread.
/// </remarks>
public interface IPeerTransport
{
    /// <summary>
    /// Sends a request and awaits its reply, whose memory belongs to the caller. The payload is copied or sent when the method returns its task, so the
    /// caller may use the buffer again.
    /// </summary>
    /// <param name="peer">Whom. A process that answers at the address with another generation is not the peer: that is unreachable.</param>
    /// <param name="request">What.</param>
    /// <param name="timeout">
    /// After it the request fails, it alone, and the connection stays: with <see cref="PeerLostException"/>, or with <see cref="PeerUnreachableException"/> if
    /// there was no connection yet. The peer is told the time that is left, too. The cluster asks for ten minutes at most.
    /// </param>
    /// <param name="cancellationToken">Stops the wait, with <see cref="OperationCanceledException"/>; perhaps carried out.</param>
    /// <exception cref="PeerUnreachableException">Certainly not carried out.</exception>
    /// <exception cref="PeerLostException">Perhaps carried out.</exception>
    /// <exception cref="PeerFailedException">The peer's handler failed.</exception>
    ValueTask<ReadOnlyMemory<byte>> AskAsync(Member peer, PeerRequest request, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a stream: the peer sends items until it ends the stream, the enumerator is disposed, or the connection breaks
    /// (<see cref="PeerLostException"/>). A reader that is slow slows the peer's handler down, not other requests and streams.
    /// </summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(Member peer, PeerRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// A connection broke, or could not be made. Evidence for the one who watches over members; raised from any thread, returns at once.
    /// </summary>
    event Action<Member, PeerFailure>? PeerFailed;
}

/// <summary>Answers what peers ask. Called concurrently, for one connection in the order of its requests: a call returns its task without long work first.</summary>
public interface IPeerHandler
{
    /// <summary>Answers one request into <paramref name="reply"/>. What it throws reaches the asker as <see cref="PeerFailedException"/> with the message.</summary>
    ValueTask AnswerAsync(Member from, PeerRequest request, IBufferWriter<byte> reply, CancellationToken cancellationToken);

    /// <summary>Answers a stream request. Cancelled when the asker closes the stream or the connection breaks.</summary>
    IAsyncEnumerable<ReadOnlyMemory<byte>> StreamAsync(Member from, PeerRequest request, CancellationToken cancellationToken);
}

/// <summary>One request. What the payload means is the business of <paramref name="Kind"/>'s owner.</summary>
/// <param name="Kind">Who handles it.</param>
/// <param name="Payload">What it says.</param>
/// <param name="Lane">
/// Requests of one lane are handed to the peer in the order in which they were sent. One that is large comes in pieces; until it is complete, those of other
/// lanes overtake it. For messages to entities: a hash of the entity, or its shard.
/// </param>
public readonly record struct PeerRequest(PeerRequestKind Kind, ReadOnlyMemory<byte> Payload, int Lane = 0);

/// <summary>Who handles a request at the peer. On the wire: numbers stay.</summary>
public enum PeerRequestKind : byte
{
    /// <summary>Are you there? Answered by the transport itself.</summary>
    Ping = 1,

    /// <summary>A message to an entity (region).</summary>
    EntityMessage = 2,

    /// <summary>What an entity publishes (region): a stream.</summary>
    EntityStream = 3,

    /// <summary>Membership: a hint that the map changed, or a question about it.</summary>
    Membership = 4,

    /// <summary>What nodes count together: connections and failed logins.</summary>
    Counters = 5,
}

/// <summary>Why a peer failed.</summary>
public enum PeerFailure
{
    /// <summary>Refused or reset: the process is plainly gone, or another run is there.</summary>
    ProcessGone,

    /// <summary>No answer in time: it may be gone, paused, or cut off.</summary>
    Silent,

    /// <summary>It is there and does not speak to us: certificate, version, cluster name.</summary>
    Rejected,
}

/// <summary>The request did not reach the peer. Certainly not carried out.</summary>
public sealed class PeerUnreachableException(string node, PeerFailure failure, string message, Exception? inner = null)
    : Exception($"Node {node} cannot be reached: {message}", inner)
{
    public string Node { get; } = node;

    public PeerFailure Failure { get; } = failure;
}

/// <summary>The connection broke, or time ran out, before the answer. Perhaps carried out.</summary>
public sealed class PeerLostException(string node, PeerFailure failure, string message, Exception? inner = null)
    : Exception($"Node {node} was lost before it answered: {message}", inner)
{
    public string Node { get; } = node;

    public PeerFailure Failure { get; } = failure;
}

/// <summary>The peer's handler failed; the message is what it said.</summary>
public sealed class PeerFailedException(string node, string message) : Exception($"Node {node} failed: {message}")
{
    public string Node { get; } = node;
}
