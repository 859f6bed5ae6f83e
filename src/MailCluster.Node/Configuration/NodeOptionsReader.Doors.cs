using System.Net;
using System.Security.Authentication;
using System.Text;
using MailCluster.Edge;
using MailCluster.Hocon.Binding;

namespace MailCluster.Node.Configuration;

internal static partial class NodeOptionsReader
{
    /// <summary>sockaddr_un holds 108 bytes with the closing NUL.</summary>
    private const int SocketPathBytesMax = 107;

    private static ListenersOptions ReadListeners(HoconSection section)
    {
        var listeners = new ListenersOptions(
            ReadMailListener(section, "imap", ("starttls", ListenerTls.StartTls), ("off", ListenerTls.Off), ("implicit", ListenerTls.Implicit)),
            ReadMailListener(section, "imaps", ("implicit", ListenerTls.Implicit), ("starttls", ListenerTls.StartTls), ("off", ListenerTls.Off)),
            ReadMailListener(section, "pop3", ("starttls", ListenerTls.StartTls), ("off", ListenerTls.Off), ("implicit", ListenerTls.Implicit)),
            ReadMailListener(section, "pop3s", ("implicit", ListenerTls.Implicit), ("starttls", ListenerTls.StartTls), ("off", ListenerTls.Off)),
            ReadMailListener(section, "lmtp", ("off", ListenerTls.Off), ("starttls", ListenerTls.StartTls), ("implicit", ListenerTls.Implicit)),
            ReadMailListener(section, "managesieve", ("starttls", ListenerTls.StartTls), ("off", ListenerTls.Off), ("implicit", ListenerTls.Implicit)),
            section.Section("http", http => ReadListener(http, "http", ("off", ListenerTls.Off), ("implicit", ListenerTls.Implicit))),
            section.Section("admin", ReadAdmin))
        {
            QuotaStatus = section.Section("quota-status", ReadQuotaStatus),
            Transport = section.Choice("transport", ("poller", SocketTransport.Poller), ("framework", SocketTransport.Framework)),
            BusyWait = section.Duration("busy-wait", TimeSpan.Zero, TimeSpan.FromMilliseconds(1)),
            ProxyNetworks = [.. section.Texts("proxy-networks", IsNetwork).Select(IPNetwork.Parse)],
        };
        if (listeners.ProxyNetworks.Count == 0 && listeners.Mail.FirstOrDefault(listener => listener is { IsEnabled: true, IsBehindProxy: true }) is { } closed)
        {
            section.Fault("proxy-networks", $"expected the networks of the balancers, since listeners.{closed.Name}.proxy-protocol is required");
        }
        return listeners;
    }

    private static ListenerOptions ReadMailListener(HoconSection section, string name, params (string Word, ListenerTls Tls)[] tls) =>
        section.Section(name, listener => ReadListener(listener, name, tls) with
        {
            ClientCertificates = listener.Choice<ClientCertificateMode?>(
                "client-certificates",
                ("inherit", null), ("none", ClientCertificateMode.None), ("request", ClientCertificateMode.Request), ("require", ClientCertificateMode.Require)),
            IsBehindProxy = listener.Choice("proxy-protocol", ("off", false), ("required", true)),
            ConnectionsMax = (int?)listener.IntegerOrOff("connections", 1, 10_000_000),
        });

    private static ListenerOptions ReadListener(HoconSection listener, string name, params ReadOnlySpan<(string Word, ListenerTls Tls)> tls) => new(
        name,
        listener.Boolean("enabled"),
        ReadAddress(listener),
        listener.Integer("port", 0, ushort.MaxValue),
        listener.Choice("tls", tls));

    private static ListenerOptions ReadQuotaStatus(HoconSection listener) =>
        new("quota-status", listener.Boolean("enabled"), ReadAddress(listener), listener.Integer("port", 0, ushort.MaxValue), ListenerTls.Off);

    private static string? IsNetwork(string text) => IPNetwork.TryParse(text, out _) ? null : "a network such as 192.0.2.0/24";

    private static IPAddress? ReadAddress(HoconSection section)
    {
        var text = section.Text("address", text => text == "*" || IPAddress.TryParse(text, out _) ? null : "an IP address, or \"*\" for every address");
        return IPAddress.TryParse(text, out var address) ? address : null;
    }

    private static AdminListenerOptions ReadAdmin(HoconSection section)
    {
        var isEnabled = section.Boolean("enabled");
        var socket = FullPath(section.Text("socket", NotEmpty));
        if (isEnabled && Encoding.UTF8.GetByteCount(socket) > SocketPathBytesMax)
        {
            section.Fault("socket", $"expected a path of at most {SocketPathBytesMax} bytes (the limit of Unix sockets), found {socket}");
        }
        return new AdminListenerOptions(isEnabled, socket);
    }

    private static CertificateFiles? ReadFiles(HoconSection section, bool isRequired)
    {
        var certificate = section.OptionalText("certificate");
        var key = section.OptionalText("key");
        // The list's entries are the user's alone: what they leave out has no default to come from.
        var password = isRequired && !section.Has("key-password") ? null : section.Secret("key-password");
        if (certificate is not null && key is not null)
        {
            ExpectFile(section, "certificate", certificate);
            ExpectFile(section, "key", key);
            return new CertificateFiles(FullPath(certificate), FullPath(key), password);
        }
        if (certificate is not null || key is not null)
        {
            section.Fault(certificate is null ? "key" : "certificate", $"expected {(certificate is null ? "certificate" : "key")} to be set too");
        }
        else if (isRequired)
        {
            section.Fault("certificate", "expected the paths of certificate and key");
        }
        return null;
    }

    private static void ExpectFile(HoconSection section, string key, string path)
    {
        if (!File.Exists(path))
        {
            section.Fault(key, $"expected a readable PEM file, found no file {FullPath(path)}");
        }
    }

    private static string? IsServerName(string text)
    {
        var name = text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text;
        return Uri.CheckHostName(name) == UriHostNameType.Dns ? null : "a host name, or one that begins with \"*.\"";
    }
}
