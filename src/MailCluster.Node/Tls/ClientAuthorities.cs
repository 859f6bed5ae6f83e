using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailCluster.Node.Hosting;

namespace MailCluster.Node.Tls;

/// <summary>The authorities that may vouch for clients, from one file; read at the start.</summary>
internal static class ClientAuthorities
{
    /// <exception cref="NodeStartException">The file cannot be read or holds no certificate.</exception>
    public static X509Certificate2Collection Load(string? path)
    {
        var authorities = new X509Certificate2Collection();
        if (path is null)
        {
            return authorities;
        }
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new NodeStartException($"the authorities in {path} cannot be used: {error.Message}", error);
        }
        return authorities.Count > 0 ? authorities : throw new NodeStartException($"there is no certificate in {path}");
    }
}
