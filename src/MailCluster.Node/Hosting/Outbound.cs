using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailCluster.Bodies;
using MailCluster.Delivery.Outbox;
using MailCluster.Delivery.Smtp;
using MailCluster.Mailboxes;
using MailCluster.Node.Configuration;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting;

/// <summary>From the configuration to the sender of outgoing mail.</summary>
internal static class Outbound
{
    /// <summary>Null: no relay is configured, and what waits goes on waiting.</summary>
    /// <exception cref="NodeStartException">The file of certificate authorities cannot be used.</exception>
    public static OutboxSender? Start(
        OutboundSettings settings, NodeMailboxes mailboxes, IBodyStore bodies, MessageIntake intake, TimeProvider time, ILoggerFactory loggers)
    {
        if (settings.Relay is null)
        {
            return null;
        }
        var sender = OutboxSender.Start(
            mailboxes.OutboxRegister, mailboxes.Client, bodies, intake, ToRelay(settings), ToOutbox(settings), time, loggers);
        mailboxes.OutboxSignal.Attach(sender);
        return sender;
    }

    private static RelayOptions ToRelay(OutboundSettings settings) => new()
    {
        Host = settings.Relay!,
        Port = settings.Port,
        Tls = settings.Tls,
        HelloName = settings.HelloName,
        Username = settings.Username,
        Password = settings.Password,
        CertificateCheck = settings.CertificateAuthority is { } file ? CheckOf(file) : null,
    };

    private static OutboxOptions ToOutbox(OutboundSettings settings) => new()
    {
        ConnectionsMax = settings.Connections,
        RetryFirst = settings.RetryFirst,
        RetryMax = settings.RetryMax,
        Lifetime = settings.Lifetime,
        AttemptMax = settings.Attempt,
        HostName = settings.HelloName,
    };

    /// <summary>Trusts what the authorities of the file have signed, for the relay's name, and nothing else.</summary>
    private static RemoteCertificateValidationCallback CheckOf(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception error) when (error is System.Security.Cryptography.CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"outbound.certificate-authority: {file} cannot be used: {error.Message}", error);
        }
        return (_, certificate, _, errors) =>
        {
            if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            {
                return false;
            }
            using var chain = new X509Chain();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            return chain.Build(certificate as X509Certificate2 ?? new X509Certificate2(certificate));
        };
    }
}
