using System.Net;
using System.Net.Security;

namespace MailCluster.Delivery.Smtp;

/// <summary>The relay that takes all outgoing mail.</summary>
public sealed record RelayOptions
{
    /// <summary>Its name or address.</summary>
    public required string Host { get; init; }

    /// <summary>25 for a relay of the same network, 587 or 465 for a submission service.</summary>
    public int Port { get; init; } = 25;

    public RelayTls Tls { get; init; } = RelayTls.Opportunistic;

    /// <summary>What EHLO says; a host name that others can look up.</summary>
    public string HelloName { get; init; } = "localhost";

    /// <summary>Null: no AUTH.</summary>
    public string? Username { get; init; }

    public string Password { get; init; } = "";

    /// <summary>Checks the relay's certificate; null: by the system's authorities and the host name.</summary>
    public RemoteCertificateValidationCallback? CertificateCheck { get; init; }

    public SmtpTimeouts Timeouts { get; init; } = new();

    /// <summary>The relay is on this machine: a password may go to it in the clear.</summary>
    internal bool IsLoopback =>
        Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));
}

/// <summary>Whether the way to the relay is encrypted.</summary>
public enum RelayTls
{
    /// <summary>Never: a relay on the same machine.</summary>
    Off,

    /// <summary>If the relay offers STARTTLS; its certificate is not checked, since without one the mail would go in the clear (RFC 7435).</summary>
    Opportunistic,

    /// <summary>STARTTLS with a certificate that holds, or nothing is sent.</summary>
    StartTls,

    /// <summary>TLS from the first byte, with a certificate that holds.</summary>
    Implicit,
}

/// <summary>How long each answer is waited for: RFC 5321 §4.5.3.2.</summary>
public sealed record SmtpTimeouts
{
    /// <summary>For the connection itself; the system's own limit is longer than anybody wants to wait.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>§4.5.3.2.1 to §4.5.3.2.3: the greeting, and each command before DATA.</summary>
    public TimeSpan Command { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>§4.5.3.2.4: the answer to DATA.</summary>
    public TimeSpan DataInitiation { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>§4.5.3.2.5: each block of the message to be taken.</summary>
    public TimeSpan DataBlock { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>§4.5.3.2.6: the answer to the final dot. Too short makes doubles (RFC 1047).</summary>
    public TimeSpan DataTermination { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>QUIT: a courtesy.</summary>
    public TimeSpan Quit { get; init; } = TimeSpan.FromSeconds(5);
}
