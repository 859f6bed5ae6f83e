using MailCluster.Auth.PassDb;
using MailCluster.Auth.PassDb.PasswdFile;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Penalty;
using MailCluster.Auth.Sasl;
using MailCluster.Auth.Users;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MailCluster.Auth;

/// <summary>Registration of authentication.</summary>
public static class AuthServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IAuthenticator"/>, <see cref="SaslMechanismSet"/>, <see cref="IUserDirectory"/> and <see cref="IUserStore"/> over
    /// the
    /// passwd-file. Needs logging; takes <see cref="TimeProvider"/> from the container when it has one.
    /// </summary>
    /// <exception cref="ArgumentException">An option has an impossible value; the message names it.</exception>
    public static IServiceCollection AddMailClusterAuth(this IServiceCollection services, AuthOptions options)
    {
        options.Validate();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<PasswordSchemes>();
        services.AddSingleton(
            s => new VerifiedPasswordCache(options.CacheEntriesMax, options.CacheTtl, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<PasswordHashing>();
        services.AddSingleton<FailurePenalty>();
        services.AddSingleton<AuthMetrics>();
        services.AddSingleton(s => ActivatorUtilities.CreateInstance<PasswdFilePassDb>(s, options.PasswdFile));
        services.AddSingleton<IUserDirectory>(s => s.GetRequiredService<PasswdFilePassDb>());
        services.AddSingleton<IUserStore>(s => s.GetRequiredService<PasswdFilePassDb>());
        services.AddSingleton(s => new PassDbChain([s.GetRequiredService<PasswdFilePassDb>()]));
        services.AddSingleton<IAuthenticator, PasswordAuthenticator>();
        services.AddSingleton(SaslMechanismSet.OfNames(options.Mechanisms, options.AllowPlaintext));
        return services;
    }
}
