namespace MailCluster.Cluster.Peers;

/// <summary>How a node speaks to its peers. The defaults suit nodes in one data centre, or in two that are near.</summary>
public sealed record PeerOptions
{
    /// <summary>The cluster's name: nodes of different clusters refuse each other.</summary>
    public required string ClusterName { get; init; }

    /// <summary>
    /// The largest request, reply or item of a stream, in bytes. 128 MiB: the folder image of an account with two million messages. Between two
    /// nodes the smaller limit counts. 1 KiB to 1 GiB.
    /// </summary>
    public int MessageBytesMax { get; init; } = 128 * 1024 * 1024;

    /// <summary>
    /// How much of one stream may be under way or wait for its reader, in bytes: the memory that a slow reader costs. 256 KiB fills 1 ms of a 2 Gbit/s
    /// path. 4 KiB to 64 MiB. An item larger than it is sent alone.
    /// </summary>
    public int StreamWindowBytes { get; init; } = 256 * 1024;

    /// <summary>
    /// What may wait to be sent to one peer, in bytes. Past it requests fail at once (certainly not carried out), and a peer that does not take its
    /// answers gets no more of its requests read. At least two largest messages.
    /// </summary>
    public long OutboxBytesMax { get; init; } = 256L * 1024 * 1024;

    /// <summary>Requests and streams of one peer that are under way at once. Those beyond are refused, certainly not carried out.</summary>
    public int RequestsMax { get; init; } = 32_768;

    /// <summary>The payloads of one peer's requests that are under way at once, in bytes. Those beyond are refused. At least the largest message.</summary>
    public long RequestBytesMax { get; init; } = 512L * 1024 * 1024;

    /// <summary>Connections of peers at once, those that have not said who they are included. A peer has one; each costs an open file.</summary>
    public int ConnectionsMax { get; init; } = 512;

    /// <summary>To connect: the TCP part. 2 s: two lost SYNs would be 3 s, and the one who waits has a client who waits.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>To say who one is: TLS and the first frames. 3 s.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A connection on which nothing was heard for so long is asked for a sign of life. 1 s.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A connection on which nothing was heard for so long is given up: the peer is silent. 4 s: longer than a garbage collection or a hiccup of a virtual
    /// machine, well inside the lease (10 s). At least two ping intervals.
    /// </summary>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>
    /// The wait after the first of several failed attempts to connect; doubled with each, up to <see cref="ReconnectDelayMax"/>. Meanwhile requests fail at
    /// once. The first attempt, and the first after a connection that had worked, never wait. 100 ms.
    /// </summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between attempts to connect. 2 s: a node that comes back is found about as soon as a lease notices it.</summary>
    public TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How often deadlines and signs of life are looked at; a deadline is met at most so much late. 50 ms.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The versions of the protocol to speak; tests speak others.</summary>
    internal VersionRange Versions { get; init; } = PeerProtocol.Versions;

    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    internal void Check()
    {
        Require(ClusterName.Length is > 0 and <= 255, nameof(ClusterName));
        Require(MessageBytesMax is >= 1024 and <= 1024 * 1024 * 1024, nameof(MessageBytesMax));
        Require(StreamWindowBytes is >= 4096 and <= 64 * 1024 * 1024, nameof(StreamWindowBytes));
        Require(OutboxBytesMax >= 2L * MessageBytesMax, nameof(OutboxBytesMax));
        Require(RequestsMax > 0, nameof(RequestsMax));
        Require(RequestBytesMax >= MessageBytesMax, nameof(RequestBytesMax));
        Require(ConnectionsMax > 0, nameof(ConnectionsMax));
        Require(ConnectTimeout > TimeSpan.Zero, nameof(ConnectTimeout));
        Require(HandshakeTimeout > TimeSpan.Zero, nameof(HandshakeTimeout));
        Require(PingInterval > TimeSpan.Zero, nameof(PingInterval));
        Require(SilenceTimeout >= 2 * PingInterval, nameof(SilenceTimeout));
        Require(ReconnectDelay > TimeSpan.Zero, nameof(ReconnectDelay));
        Require(ReconnectDelayMax >= ReconnectDelay, nameof(ReconnectDelayMax));
        Require(HeartbeatInterval > TimeSpan.Zero, nameof(HeartbeatInterval));
    }

    private static void Require(bool holds, string name)
    {
        if (!holds)
        {
            throw new ArgumentException($"{nameof(PeerOptions)}.{name} is outside its range.", name);
        }
    }
}
