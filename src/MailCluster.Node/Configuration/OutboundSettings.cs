using MailCluster.Delivery.Smtp;

namespace MailCluster.Node.Configuration;

/// <summary>How mail leaves the node.</summary>
internal sealed record OutboundSettings
{
    /// <summary>Null: none does.</summary>
    public required string? Relay { get; init; }

    public required int Port { get; init; }

    public required RelayTls Tls { get; init; }

    /// <summary>Full path of a PEM file; null: the system's authorities.</summary>
    public required string? CertificateAuthority { get; init; }

    /// <summary>Null: no login.</summary>
    public required string? Username { get; init; }

    public required string Password { get; init; }

    public required string HelloName { get; init; }

    public required int Connections { get; init; }

    public required TimeSpan RetryFirst { get; init; }

    public required TimeSpan RetryMax { get; init; }

    public required TimeSpan Lifetime { get; init; }

    public required TimeSpan Attempt { get; init; }

    /// <summary>Messages that one account may have waiting.</summary>
    public required int Queue { get; init; }
}
