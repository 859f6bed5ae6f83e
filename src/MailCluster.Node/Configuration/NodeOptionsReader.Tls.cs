using System.Net.Security;
using System.Security.Authentication;
using MailCluster.Edge;
using MailCluster.Hocon.Binding;

namespace MailCluster.Node.Configuration;

internal static partial class NodeOptionsReader
{
    private static TlsOptions ReadTls(HoconSection section, ListenersOptions listeners)
    {
        var mode = section.Choice(
            "client-certificates", ("none", ClientCertificateMode.None), ("request", ClientCertificateMode.Request), ("require", ClientCertificateMode.Require));
        var authorities = section.OptionalText("client-authorities");
        if (authorities is not null)
        {
            ExpectFile(section, "client-authorities", authorities);
        }
        else if (mode != ClientCertificateMode.None || listeners.Mail.Any(listener => listener is { IsEnabled: true, ClientCertificates: ClientCertificateMode.Request or ClientCertificateMode.Require }))
        {
            section.Fault("client-authorities", "expected the certificates of the authorities that clients' certificates are from");
        }
        return new TlsOptions(
            ReadFiles(section, isRequired: false),
            section.List("sni", entry => new SniCertificate(
                [.. entry.Texts("names", IsServerName).Select(name => name.ToLowerInvariant())],
                ReadFiles(entry, isRequired: true) ?? new CertificateFiles("", "", null))),
            section.Choice("min-version", ("1.2", SslProtocols.Tls12 | SslProtocols.Tls13), ("1.3", SslProtocols.Tls13)))
        {
            CipherSuites = [.. section.Texts("cipher-suites", IsCipherSuite).Select(ReadCipherSuite)],
            ClientCertificates = mode,
            ClientAuthorities = authorities is null ? null : FullPath(authorities),
            WarnBefore = section.Duration("warn-before", TimeSpan.Zero, TimeSpan.FromDays(365)),
        };
    }

    private static string? IsCipherSuite(string name) =>
        name.StartsWith("TLS_", StringComparison.Ordinal) && Enum.TryParse<TlsCipherSuite>(name, out _) ? null : "a cipher suite by its registered name, such as TLS_AES_128_GCM_SHA256";

    // What is no suite was a fault already; the value does not matter.
    private static TlsCipherSuite ReadCipherSuite(string name) => Enum.TryParse<TlsCipherSuite>(name, out var suite) ? suite : default;
}
