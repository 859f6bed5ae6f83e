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

    private static (string Name, ClusterSettings? Cluster, int? Shards) ReadCluster(HoconSection section, JournalKind journal)
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
            Lease = section.Duration("lease", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(10)),
        };
        var shards = section.OptionalText("shards") is null ? (int?)null : section.Integer("shards", 1, ShardCount.Max);
        if (isEnabled && journal != JournalKind.Postgres)
        {
            section.Fault("enabled", "expected storage.journal = postgres with it: the nodes of a cluster share one database");
        }
        return (name, isEnabled ? settings : null, shards);
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
