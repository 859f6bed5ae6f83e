using System.Globalization;
using System.Net;
using MailCluster.Cluster;
using MailCluster.Cluster.Membership;
using MailCluster.Hocon.Binding;

namespace MailCluster.Node.Configuration;

internal static partial class NodeOptionsReader
{
    private const NodeRoles BothRoles = NodeRoles.Edge | NodeRoles.Mailbox;

    private static NodeRoles ReadRoles(HoconSection section, bool isAlone)
    {
        var roles = NodeRoles.None;
        var words = section.Texts("roles", text => text is "edge" or "mailbox" ? null : "edge or mailbox");
        foreach (var word in words)
        {
            roles |= word == "edge" ? NodeRoles.Edge : NodeRoles.Mailbox;
        }
        if (roles == NodeRoles.None)
        {
            section.Fault("roles", "expected at least one of edge, mailbox");
        }
        else if (isAlone && roles != BothRoles)
        {
            section.Fault("roles", "expected [edge, mailbox]: a node that is alone does both (cluster.enabled is false)");
        }
        return roles;
    }

    private static (string Name, ClusterSettings? Cluster, ShardSettings Sharding, int? Shards) ReadCluster(HoconSection section, JournalKind journal)
    {
        var isEnabled = section.Boolean("enabled");
        var name = section.Text("name", text => IsClusterName(text) ? null : "up to 63 letters, digits, - and _");
        var (address, port) = section.Section("listen", listen => (ReadAddress(listen), listen.Integer("port", 0, ushort.MaxValue)));
        var (host, advertisedPort) = ReadAdvertised(section, address);
        var (authority, certificate) = section.Section("tls", tls => ReadClusterTls(tls, isEnabled));
        var settings = new ClusterSettings
        {
            Name = name,
            ListenAddress = address,
            ListenPort = port,
            AdvertiseHost = host,
            AdvertisePort = advertisedPort,
            CertificateAuthority = authority,
            Certificate = certificate,
            Peers = section.Section("peers", ReadPeers),
        };
        var shards = section.OptionalText("shards") is null ? (int?)null : section.Integer("shards", 1, ShardCount.Max);
        if (isEnabled && journal != JournalKind.Postgres)
        {
            section.Fault("enabled", "expected storage.journal = postgres with it: the nodes of a cluster share one database");
        }
        return (name, isEnabled ? settings : null, ReadSharding(section), shards);
    }

    private static ShardSettings ReadSharding(HoconSection section)
    {
        var settings = new ShardSettings(
            section.Duration("lease", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
            section.Duration("lease-margin", TimeSpan.Zero, TimeSpan.FromMinutes(5)),
            section.Duration("map-poll", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            section.Duration("probe-timeout", TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(30)),
            section.Integer("hand-overs", 1, 256),
            section.Integer("leaving-hand-overs", 1, 256),
            section.Integer("buffer", 16, 1_000_000),
            section.OptionalText("level-max") is null ? FeatureLevel.Newest : section.Integer("level-max", FeatureLevel.Oldest, FeatureLevel.Newest));
        if (settings.LeaseMargin > settings.Lease / 2)
        {
            section.Fault("lease-margin", "expected at most half of cluster.lease");
        }
        return settings;
    }

    private static PeerSettings ReadPeers(HoconSection section)
    {
        var settings = new PeerSettings
        {
            MessageBytes = (int)section.Size("message", 1 << 20, 1 << 30),
            StreamWindowBytes = (int)section.Size("stream-window", 4 << 10, 64 << 20),
            OutboxBytes = section.Size("outbox", 2 << 20, 1L << 40),
            Requests = section.Integer("requests", 16, 10_000_000),
            RequestBytes = section.Size("request-memory", 1 << 20, 1L << 40),
            Connections = section.Integer("connections", 8, 100_000),
            ConnectTimeout = section.Duration("connect-timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            HandshakeTimeout = section.Duration("handshake-timeout", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            Ping = section.Duration("ping", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
            Silence = section.Duration("silence", TimeSpan.FromMilliseconds(200), TimeSpan.FromMinutes(5)),
        };
        if (settings.OutboxBytes < 2L * settings.MessageBytes)
        {
            section.Fault("outbox", "expected at least twice cluster.peers.message");
        }
        if (settings.RequestBytes < settings.MessageBytes)
        {
            section.Fault("request-memory", "expected at least cluster.peers.message");
        }
        if (settings.Silence < 2 * settings.Ping)
        {
            section.Fault("silence", "expected at least twice cluster.peers.ping");
        }
        return settings;
    }

    /// <summary>What peers connect to, from <c>host</c>, <c>host:port</c>, <c>[v6]:port</c>; null leaves it to the node's name.</summary>
    private static (string? Host, int? Port) ReadAdvertised(HoconSection section, IPAddress? listen)
    {
        if (section.OptionalText("advertise") is not { } text)
        {
            var isAny = listen is null || listen.Equals(IPAddress.Any) || listen.Equals(IPAddress.IPv6Any);
            return (isAny ? null : listen!.ToString(), null);
        }
        var colon = text.LastIndexOf(':');
        var hasPort = colon > 0 && (text[colon - 1] == ']' || text.IndexOf(':', StringComparison.Ordinal) == colon);
        var host = (hasPort ? text[..colon] : text).Trim('[', ']');
        var port = 0;
        if (Uri.CheckHostName(host) == UriHostNameType.Unknown
            || (hasPort && !(int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= ushort.MaxValue)))
        {
            section.Fault("advertise", "expected a host name or address by which the other nodes reach this one, with or without :port");
        }
        return (host, hasPort ? port : null);
    }

    private static (string Authority, CertificateFiles Certificate) ReadClusterTls(HoconSection section, bool isRequired)
    {
        var (authority, certificate, key) = (Path("ca"), Path("certificate"), Path("key"));
        return (authority, new CertificateFiles(certificate, key, null));

        string Path(string name)
        {
            var path = section.OptionalText(name);
            if (path is not null && isRequired)
            {
                ExpectFile(section, name, path);
            }
            else if (isRequired)
            {
                section.Fault(name, "expected the path of a PEM file: nodes trust each other by certificates only (mailctl cluster init makes them)");
            }
            return FullPath(path ?? "");
        }
    }

    private static bool IsClusterName(string text) =>
        text.Length is > 0 and < 64 && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_');
}
