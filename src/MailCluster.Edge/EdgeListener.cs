using System.Net;

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
public sealed record EdgeListener(string Name, TlsMode Tls)
{
    /// <summary>
    /// Null: clients connect directly. Otherwise each connection must come from one of these networks and begin, before TLS, with a header of the PROXY
    /// protocol (version 1 or 2) that says who the client is. Nothing is guessed: with the networks set, a connection without the header is closed.
    /// </summary>
    public IReadOnlyList<IPNetwork>? ProxyNetworks { get; init; }

    /// <summary>What clients show of themselves here; null: what <see cref="TlsPolicy"/> says where clients log in, and nothing elsewhere.</summary>
    public ClientCertificateMode? ClientCertificates { get; init; }

    /// <summary>Connections that this listener takes at a time; null: as many as the node does.</summary>
    public int? ConnectionsMax { get; init; }
}
