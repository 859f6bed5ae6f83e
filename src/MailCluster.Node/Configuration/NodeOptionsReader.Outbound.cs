using MailCluster.Delivery.Smtp;
using MailCluster.Hocon.Binding;

namespace MailCluster.Node.Configuration;

internal static partial class NodeOptionsReader
{
    private static OutboundSettings ReadOutbound(HoconSection section, string nodeName)
    {
        var relay = section.OptionalText("relay");
        if (relay is not null && Uri.CheckHostName(relay) == UriHostNameType.Unknown)
        {
            section.Fault("relay", "expected a host name or an address");
        }
        var username = section.OptionalText("username");
        var password = ReadRelayPassword(section);
        if (username is not null && password is null)
        {
            section.Fault("username", "needs outbound.password or outbound.password-file");
        }
        var authority = section.OptionalText("certificate-authority");
        if (authority is not null && !File.Exists(authority))
        {
            section.Fault("certificate-authority", "there is no such file");
        }
        var helloName = section.OptionalText("hello-name");
        if (helloName is not null && Uri.CheckHostName(helloName) == UriHostNameType.Unknown)
        {
            section.Fault("hello-name", "expected a host name");
        }
        return new OutboundSettings
        {
            Relay = relay,
            Port = section.Integer("port", 1, 65535),
            Tls = section.Choice(
                "tls", ("off", RelayTls.Off), ("opportunistic", RelayTls.Opportunistic), ("required", RelayTls.StartTls), ("implicit", RelayTls.Implicit)),
            CertificateAuthority = authority is null ? null : Path.GetFullPath(authority),
            Username = username,
            Password = password ?? "",
            HelloName = helloName ?? nodeName,
            Connections = section.Integer("connections", 1, 1_000),
            RetryFirst = section.Duration("retry-first", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            RetryMax = section.Duration("retry-max", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            Lifetime = section.Duration("lifetime", TimeSpan.FromMinutes(1), TimeSpan.FromDays(30)),
            Attempt = section.Duration("attempt", TimeSpan.FromSeconds(5), TimeSpan.FromHours(2)),
            Queue = section.Integer("queue", 1, 100_000),
        };
    }

    private static string? ReadRelayPassword(HoconSection section)
    {
        var password = section.Secret("password");
        if (section.OptionalText("password-file") is not { } file)
        {
            return password;
        }
        if (password is not null)
        {
            section.Fault("password-file", "there is a password already");
            return password;
        }
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            section.Fault("password-file", error.Message);
            return null;
        }
    }
}
