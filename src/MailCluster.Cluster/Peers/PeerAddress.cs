using System.Globalization;

namespace MailCluster.Cluster.Peers;

/// <summary>Reads <c>host:port</c>; an IPv6 address stands in brackets.</summary>
internal static class PeerAddress
{
    internal static bool TryParse(string text, out string host, out int port)
    {
        host = "";
        port = 0;
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > 65535)
        {
            return false;
        }

        var name = text[..colon];
        var isBracketed = name.StartsWith('[') && name.EndsWith(']');
        host = isBracketed ? name[1..^1] : name;
        return host.Length > 0 && (isBracketed || !host.Contains(':', StringComparison.Ordinal));
    }
}
