namespace MailCluster.Edge;

/// <summary>What all protocols of a node share. Immutable; made from the configuration at start.</summary>
public sealed record EdgeOptions
{
    public EdgeLimits Limits { get; init; } = new();

    public EdgeTimeouts Timeouts { get; init; } = new();

    public SpoolOptions Spool { get; init; } = new();

    /// <summary>What TLS is spoken, and what clients must show in it.</summary>
    public TlsPolicy Tls { get; init; } = new();

    /// <summary>The name this node gives itself in greetings and <c>Received</c> lines; a host name.</summary>
    public string HostName { get; init; } = "localhost";
}

/// <summary>How many connections the node takes. Each limit is at least 1; what is past it is refused with a line of the protocol.</summary>
public sealed record EdgeLimits
{
    /// <summary>Connections of all protocols. At 48 KiB each (TLS, idle) the default is 2.4 GB.</summary>
    public int Connections { get; init; } = 50_000;

    /// <summary>
    /// Connections of one address (one /64 for IPv6, since a client owns all of it). Mail clients open up to ten each and offices share
    /// an address, so the default is roomy; it is there against exhaustion, not as policy.
    /// </summary>
    public int ConnectionsPerAddress { get; init; } = 500;

    /// <summary>Connections logged in as one account, per protocol. Dovecot's 10 is too few for a phone, a tablet and two computers.</summary>
    public int ConnectionsPerAccount { get; init; } = 50;

    /// <summary>
    /// Connections logged in as one account from one address (IPv6: one /64), per protocol (Dovecot's mail_max_userip_connections, 10): a client that has gone wrong
    /// leaves room for the account's other devices.
    /// </summary>
    public int ConnectionsPerAccountAndAddress { get; init; } = 30;

    /// <summary>Connections of protocols with a login that have not logged in yet: what a stranger can hold.</summary>
    public int UnauthenticatedConnections { get; init; } = 5_000;
}

/// <summary>How long a client may keep the node waiting. All are checked once a second by one heartbeat.</summary>
public sealed record EdgeTimeouts
{
    /// <summary>From connecting to being logged in. RFC 9051 §5.4 sets no minimum before login; three minutes suit slow password prompts.</summary>
    public TimeSpan Login { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The TLS handshake.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Between commands of a logged-in client. RFC 9051 §5.4: at least 30 minutes.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Between commands of an LMTP client. RFC 5321 §4.5.3.2.7: at least 5 minutes.</summary>
    public TimeSpan IdleDelivery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Between two pieces of a message or literal that is being received. RFC 5321 §4.5.3.2.5: 3 minutes.</summary>
    public TimeSpan Transfer { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>
    /// The slowest a message may come in, bytes a second, averaged from its beginning past a grace of <see cref="Transfer"/>; 0 = no
    /// minimum. Against a client that holds a spool by sending a byte a minute.
    /// </summary>
    public int TransferRateMin { get; init; } = 100;

    /// <summary>How long the client may take nothing of what is sent to it before the connection is cut.</summary>
    public TimeSpan WriteStall { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a session that was told to end may take to say so and go.</summary>
    public TimeSpan EndGrace { get; init; } = TimeSpan.FromSeconds(10);
}
