using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace MailCluster.Auth.Drivers;

/// <summary>Certificate authorities of a PEM file, for servers whose certificates the system's authorities have not signed.</summary>
internal sealed class Authorities
{
    private readonly X509Certificate2Collection _certificates = [];

    /// <exception cref="ArgumentException">The file cannot be read.</exception>
    public Authorities(string driver, string file)
    {
        try
        {
            _certificates.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ArgumentException($"{driver}: the certificates in {file} cannot be read: {e.Message}", e);
        }

        if (_certificates.Count == 0) throw new ArgumentException($"{driver}: {file} has no certificate");
    }

    /// <summary>A policy that trusts these alone; a fresh one, for a connection changes it.</summary>
    public X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(_certificates);
        return policy;
    }
}
