using System.Net;
using MailCluster.Edge;

namespace MailCluster.Node.Configuration;

/// <summary>When a listener speaks TLS.</summary>
internal enum ListenerTls
{
    Off,
    StartTls,
    Implicit,
}

/// <summary>Who watches the sockets of TCP listeners.</summary>
internal enum SocketTransport
{
    /// <summary>The node's own threads, each of which runs the session that it wakes for. Linux on x86-64 and ARM64; elsewhere <see cref="Framework"/>.</summary>
    Poller,

    /// <summary>The framework's transport, which hands each socket to the thread pool.</summary>
    Framework,
}

/// <summary>One listening TCP port.</summary>
/// <param name="Name">Its key under <c>listeners</c>.</param>
/// <param name="IsEnabled">False: it is not opened.</param>
/// <param name="Address">Null for every address, IPv4 and IPv6.</param>
/// <param name="Port">0 picks a free one.</param>
/// <param name="Tls">When TLS begins.</param>
internal sealed record ListenerOptions(string Name, bool IsEnabled, IPAddress? Address, int Port, ListenerTls Tls)
{
    /// <summary>True: only balancers of <see cref="ListenersOptions.ProxyNetworks"/> connect, each connection with a PROXY header. Mail listeners only.</summary>
    public bool IsBehindProxy { get; init; }

    /// <summary>What clients show of themselves in TLS; null: what <see cref="TlsOptions"/> says where clients log in, and nothing elsewhere. Mail listeners only.</summary>
    public ClientCertificateMode? ClientCertificates { get; init; }

    /// <summary>Connections at a time; null for as many as the node takes. Mail listeners only.</summary>
    public int? ConnectionsMax { get; init; }
}

/// <summary>All doors of the node.</summary>
internal sealed record ListenersOptions(
    ListenerOptions Imap,
    ListenerOptions Imaps,
    ListenerOptions Pop3,
    ListenerOptions Pop3s,
    ListenerOptions Lmtp,
    ListenerOptions ManageSieve,
    ListenerOptions Http,
    AdminListenerOptions Admin)
{
    /// <summary>The listeners of mail protocols, in the order in which they are shown.</summary>
    public IReadOnlyList<ListenerOptions> Mail => [Imap, Imaps, Pop3, Pop3s, ManageSieve, Lmtp, QuotaStatus];

    /// <summary>The policy service for mail servers.</summary>
    public required ListenerOptions QuotaStatus { get; init; }

    /// <summary>Who watches the sockets of TCP listeners.</summary>
    public required SocketTransport Transport { get; init; }

    /// <summary>How long a thread of the poller that has nothing else to do waits awake for a client that has been quick; zero = never.</summary>
    public required TimeSpan BusyWait { get; init; }

    /// <summary>The networks whose PROXY headers are believed.</summary>
    public IReadOnlyList<IPNetwork> ProxyNetworks { get; init; } = [];

    /// <summary>These, with the mail listeners off.</summary>
    public ListenersOptions WithoutMail() => this with
    {
        Imap = Imap with { IsEnabled = false },
        Imaps = Imaps with { IsEnabled = false },
        Pop3 = Pop3 with { IsEnabled = false },
        Pop3s = Pop3s with { IsEnabled = false },
        Lmtp = Lmtp with { IsEnabled = false },
        QuotaStatus = QuotaStatus with { IsEnabled = false },
        ManageSieve = ManageSieve with { IsEnabled = false },
    };
}

/// <summary>The administration socket.</summary>
/// <param name="IsEnabled">False: <c>mailctl</c> has nothing to talk to.</param>
/// <param name="Socket">Full path of the Unix socket.</param>
internal sealed record AdminListenerOptions(bool IsEnabled, string Socket);
