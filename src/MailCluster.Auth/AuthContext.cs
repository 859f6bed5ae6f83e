using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace MailCluster.Auth;

/// <summary>Where an attempt comes from: what the connection knows before a name is given.</summary>
public sealed record AuthContext
{
    /// <summary>The protocol in lower case: <c>imap</c>, <c>pop3</c>, <c>lmtp</c>, <c>sieve</c>, <c>admin</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>The client's address, or null for a Unix socket. Failures are counted by it.</summary>
    public IPAddress? RemoteAddress { get; init; }

    /// <summary>The address the client connected to, or null for a Unix socket.</summary>
    public IPAddress? LocalAddress { get; init; }

    /// <summary>True under TLS, or over a channel that needs none (a Unix socket): passwords may be sent in the clear.</summary>
    public bool IsSecure { get; init; }

    /// <summary>The session's id, repeated in log lines so that they can be joined.</summary>
    public string SessionId { get; init; } = "";

    /// <summary>The certificate that the client proved to have in the TLS handshake, chain checked, or null. Owned by the connection.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>What a mechanism can bind itself to; null where there is no TLS.</summary>
    public IChannelBindings? ChannelBindings { get; init; }
}
