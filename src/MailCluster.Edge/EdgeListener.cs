namespace MailCluster.Edge;

/// <summary>When a listener speaks TLS.</summary>
public enum TlsMode
{
    /// <summary>Never.</summary>
    Off,

    /// <summary>When the client asks for it with STARTTLS or STLS.</summary>
    StartTls,

    /// <summary>From the first byte.</summary>
    Implicit,
}

/// <summary>What a connection handler knows of the listener it serves.</summary>
/// <param name="Name">The listener's name in the configuration: <c>imap</c>, <c>imaps</c>, <c>lmtp</c> …</param>
/// <param name="Tls">When TLS begins.</param>
public sealed record EdgeListener(string Name, TlsMode Tls);
