using System.Security.Cryptography;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Sasl.Gss;
using MailCluster.Auth.Sasl.OAuth;
using MailCluster.Auth.Sasl.Scram;
using Microsoft.Extensions.DependencyInjection;

namespace MailCluster.Auth.Sasl;

/// <summary>Makes the configured mechanisms.</summary>
internal static class SaslServices
{
    public static IServiceCollection AddSasl(this IServiceCollection services, AuthOptions options)
    {
        services.AddSingleton<AttemptBooks>();
        services.AddSingleton<ISaslAuthority, SaslAuthority>();
        services.AddSingleton<ScramCredentials>();
        services.AddSingleton(s => new SaslMechanismSet(Make(options, s), options.AllowPlaintext));
        return services;
    }

    private static IEnumerable<SaslMechanism> Make(AuthOptions options, IServiceProvider services)
    {
        foreach (var name in options.Mechanisms)
        {
            if (Make(name, options, services) is { } mechanism) yield return mechanism;
        }
    }

    // Null: the mechanism is named, and what it cannot do without is not configured.
    private static SaslMechanism? Make(string name, AuthOptions options, IServiceProvider services)
    {
        var authority = services.GetRequiredService<ISaslAuthority>();
        return name switch
        {
            "SCRAM-SHA-1" or "SCRAM-SHA-1-PLUS" => MakeScram(HashAlgorithmName.SHA1, name, options, authority, services),
            "SCRAM-SHA-256" or "SCRAM-SHA-256-PLUS" => MakeScram(HashAlgorithmName.SHA256, name, options, authority, services),
            "CRAM-MD5" => new CramMd5Mechanism(
                authority, services.GetRequiredService<PasswordSchemes>(), services.GetRequiredService<TimeProvider>()),
            "APOP" => new ApopMechanism(authority, services.GetRequiredService<PasswordSchemes>()),
            "OAUTHBEARER" => new BearerMechanism(isGoogles: false, options, authority),
            "XOAUTH2" => new BearerMechanism(isGoogles: true, options, authority),
            "GSSAPI" or "GSS-SPNEGO" => options.GssKeytab is { } keytab
                ? new GssMechanism(name == "GSS-SPNEGO", keytab, options.GssLocalRealm, authority, services.GetRequiredService<PasswordHashing>())
                : null,
            "EXTERNAL" => new ExternalMechanism(authority),
            "ANONYMOUS" => options.AnonymousAccount is { } account ? new AnonymousMechanism(authority, account) : null,
            _ => SaslMechanismSet.MakePlain(name),
        };
    }

    private static ScramMechanism MakeScram(
        HashAlgorithmName hash, string name, AuthOptions options, ISaslAuthority authority, IServiceProvider services)
    {
        var isPlus = name.EndsWith("-PLUS", StringComparison.Ordinal);
        return new ScramMechanism(
            hash, isPlus, options.Mechanisms.Contains(isPlus ? name : $"{name}-PLUS"), authority, services.GetRequiredService<ScramCredentials>());
    }
}
