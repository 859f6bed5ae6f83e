using System.Net.Security;

namespace MailCluster.Node.Tls;

/// <summary>Certificates by server name. Immutable: a reload makes a new table.</summary>
internal sealed class CertificateTable
{
    private readonly SslStreamCertificateContext _default;
    private readonly Dictionary<string, SslStreamCertificateContext> _exact = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, SslStreamCertificateContext> _wildcards = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="standard">For clients that ask for no name, or for one that nothing matches.</param>
    /// <param name="named">Names and their certificate; the first of a name counts.</param>
    public CertificateTable(SslStreamCertificateContext standard, IEnumerable<(string Name, SslStreamCertificateContext Certificate)> named)
    {
        _default = standard;
        foreach (var (name, certificate) in named)
        {
            if (name.StartsWith("*.", StringComparison.Ordinal))
            {
                _wildcards.TryAdd(name[2..], certificate);
            }
            else
            {
                _exact.TryAdd(name, certificate);
            }
        }
    }

    public SslStreamCertificateContext Find(string? serverName)
    {
        if (string.IsNullOrEmpty(serverName))
        {
            return _default;
        }
        if (_exact.TryGetValue(serverName, out var exact))
        {
            return exact;
        }
        // RFC 6125 §6.4.3: the star stands for the leftmost label, and for it alone.
        var dot = serverName.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && _wildcards.TryGetValue(serverName[(dot + 1)..], out var wildcard) ? wildcard : _default;
    }
}
