namespace MailCluster.Auth.Drivers.Imap;

/// <summary>How the connection to the other server is secured.</summary>
public enum ImapTls
{
    /// <summary>TLS from the first octet.</summary>
    Implicit,

    /// <summary>STARTTLS, which must succeed.</summary>
    StartTls,

    /// <summary>Passwords cross the network in the clear.</summary>
    Off,
}

/// <summary>Passwords that another IMAP server checks: while users move from it.</summary>
public sealed record ImapServerOptions : DatabaseOptions
{
    /// <inheritdoc/>
    public override string Driver => "imap";

    /// <summary>The server's name; its certificate must be for it.</summary>
    public required string Host { get; init; }

    /// <summary>The port.</summary>
    public int Port { get; init; } = 993;

    /// <summary>How the connection is secured.</summary>
    public ImapTls Tls { get; init; }

    /// <summary>A PEM file of authorities for the server's certificate; null for the system's.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>A template of the name there.</summary>
    public string Username { get; init; } = "%{user}";

    /// <summary>Log-ins tried at once.</summary>
    public int ConnectionsMax { get; init; } = 50;

    /// <summary>Longest wait for an answer, connection and all.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
