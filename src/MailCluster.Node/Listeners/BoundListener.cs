using System.Net;
using MailCluster.Node.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MailCluster.Node.Listeners;

/// <summary>One opened door. After the start its end point has the port that was picked.</summary>
internal sealed record BoundListener(string Name, ListenOptions Kestrel, ListenerTls Tls)
{
    /// <summary>Null for a Unix socket.</summary>
    public IPEndPoint? EndPoint => Kestrel.IPEndPoint;

    /// <summary>The address as people write it: <c>*:1143</c>, <c>127.0.0.1:1024</c>, a path.</summary>
    public string Address => Kestrel.SocketPath
        ?? (EndPoint is { } point && point.Address.Equals(IPAddress.IPv6Any) ? $"*:{point.Port}" : $"{EndPoint}");
}
