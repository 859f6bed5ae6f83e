using MailCluster.Auth.PassDb;
using MailCluster.Auth.PassDb.PasswdFile;
using MailCluster.Auth.PassDb.Table;
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
    /// Adds <see cref="IAuthenticator"/>, <see cref="SaslMechanismSet"/>, <see cref="IUserDirectory"/> and <see cref="IUserStore"/> over the passwd-file, or
    /// over <paramref name="accounts"/> when it is given: the table that the nodes of a cluster share. Needs logging; takes
    /// <see cref="TimeProvider"/> from the container when it has one.
    /// </summary>
    /// <exception cref="ArgumentException">An option has an impossible value; the message names it.</exception>
    public static IServiceCollection AddMailClusterAuth(
        this IServiceCollection services, AuthOptions options, Func<IServiceProvider, IAccountTable>? accounts = null)
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
        if (accounts is null)
        {
            services.AddSingleton(s => ActivatorUtilities.CreateInstance<PasswdFilePassDb>(s, options.PasswdFile));
            AddAccounts<PasswdFilePassDb>(services);
        }
        else
        {
            services.AddSingleton(s => ActivatorUtilities.CreateInstance<TablePassDb>(s, accounts(s)));
            AddAccounts<TablePassDb>(services);
        }

        services.AddSingleton<IAuthenticator, PasswordAuthenticator>();
        services.AddSingleton(SaslMechanismSet.OfNames(options.Mechanisms, options.AllowPlaintext));
        return services;
    }

    private static void AddAccounts<TDatabase>(IServiceCollection services)
        where TDatabase : class, IPassDb, IUserDirectory, IUserStore
    {
        services.AddSingleton<IUserDirectory>(s => s.GetRequiredService<TDatabase>());
        services.AddSingleton<IUserStore>(s => s.GetRequiredService<TDatabase>());
        services.AddSingleton(s => new PassDbChain([s.GetRequiredService<TDatabase>()]));
    }
}
