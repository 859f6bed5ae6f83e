namespace MailCluster.Edge;

/// <summary>Why a connection ends, as the edge (not the client or the protocol) decided it.</summary>
public enum ConnectionEnding
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>The node stops. The command in flight is finished, then the client is told.</summary>
    Draining,

    /// <summary>An administrator ended the session.</summary>
    Kicked,

    /// <summary>The client did not send a complete command, or the rest of what it had announced, in time.</summary>
    IdleTimeout,

    /// <summary>The client did not log in in time.</summary>
    LoginTimeout,

    /// <summary>The client did not do the TLS handshake in time. Nothing can be told to it.</summary>
    HandshakeTimeout,

    /// <summary>The client did not read what was sent to it. Nothing can be told to it any more.</summary>
    WriteStalled,

    /// <summary>The session was told to end and did not. Nothing can be told to the client any more.</summary>
    Overdue,
}

/// <summary>Why a new connection is not taken.</summary>
public enum EdgeRefusal
{
    /// <summary>The node holds as many connections as it may.</summary>
    TooManyConnections,

    /// <summary>The client's address holds as many connections as it may.</summary>
    TooManyFromAddress,

    /// <summary>Too many connections wait for their login.</summary>
    TooManyUnauthenticated,

    /// <summary>The node stops.</summary>
    Draining,

    /// <summary>The client is banned. It is closed without a word.</summary>
    Banned,

    /// <summary>The listener holds as many connections as it may.</summary>
    TooManyOnListener,
}
