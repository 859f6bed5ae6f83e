using System.Net.Security;

namespace MailCluster.Edge;

/// <summary>
/// Where TLS takes its certificates. The node implements it and swaps certificates under it when their files change; connections that exist
/// keep theirs.
/// </summary>
public interface ITlsCertificateSource
{
    /// <summary>
    /// The certificate, with its chain and key, for a client that asked for <paramref name="serverName"/> (SNI; null or empty if it asked for none): the one
    /// of that name, or the default. Null: there is none at all, and no TLS is offered. The same object must be answered until the
    /// certificate changes, since TLS session tickets hang on it.
    /// </summary>
    SslStreamCertificateContext? Find(string? serverName);
}
