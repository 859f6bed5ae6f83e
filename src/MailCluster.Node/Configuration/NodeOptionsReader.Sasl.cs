using MailCluster.Auth.Sasl;
using MailCluster.Auth.Users;
using MailCluster.Hocon.Binding;

namespace MailCluster.Node.Configuration;

internal static partial class NodeOptionsReader
{
    private static SaslSettings ReadSasl(HoconSection section)
    {
        var iterations = section.Section("scram", scram => scram.Integer("iterations", 4096, 1_000_000));
        var (scope, discovery) = section.Section("oauth", oauth => (oauth.OptionalText("scope"), ReadUrl(oauth, "discovery-url")));
        var (keytab, realm) = section.Section("gssapi", gssapi => (gssapi.OptionalText("keytab"), gssapi.OptionalText("local-realm")));
        return new SaslSettings
        {
            GssKeytab = keytab is null ? null : FullPath(keytab),
            GssLocalRealm = realm,
            ScramIterations = iterations,
            AnonymousAccount = ReadAnonymous(section),
            OAuthScope = scope,
            OAuthDiscoveryUrl = discovery,
        };
    }

    private static string[] ReadMechanisms(HoconSection section)
    {
        var mechanisms = section.Texts("mechanisms", name => SaslMechanismNames.IsKnown(name) ? null : $"one of {string.Join(", ", SaslMechanismNames.All)}");
        if (mechanisms.Distinct(StringComparer.Ordinal).Count() != mechanisms.Count)
        {
            section.Fault("mechanisms", "expected each mechanism once");
        }
        return [.. mechanisms];
    }

    private static string? ReadAnonymous(HoconSection section)
    {
        if (section.OptionalText("anonymous-account") is not { } text)
        {
            return null;
        }
        if (!UserName.TryParse(text, out var account, out var error))
        {
            section.Fault("anonymous-account", $"expected a user name; this one {error}");
        }
        return account;
    }

    private static string? ReadUrl(HoconSection section, string key)
    {
        var text = section.OptionalText(key);
        if (text is not null && !(Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttps))
        {
            section.Fault(key, "expected an https URL");
        }
        return text;
    }
}
