using MailCluster.Auth.Abuse;
using MailCluster.Auth.Chains;
using MailCluster.Auth.PassDb;
using MailCluster.Auth.PassDb.PasswdFile;
using MailCluster.Auth.PassDb.Table;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Penalty;
using MailCluster.Auth.Sasl;
using MailCluster.Auth.UserDb;
using MailCluster.Auth.Users;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MailCluster.Auth;

/// <summary>Registration of authentication.</summary>
public static class AuthServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IAuthenticator"/>, <see cref="SaslMechanismSet"/>, <see cref="IUserDirectory"/> and <see cref="IUserStore"/> over the passwd-file,
    /// over <paramref name="accounts"/>, the table that the nodes of a cluster share, or over both: then the file is asked first and never written. Needs
    /// logging; takes <see cref="TimeProvider"/> from the container when it has one.
    /// </summary>
    /// <exception cref="ArgumentException">An option has an impossible value, or there is no place for accounts; the message names it.</exception>
    public static IServiceCollection AddMailClusterAuth(
        this IServiceCollection services, AuthOptions options, Func<IServiceProvider, IAccountTable>? accounts = null)
    {
        options.Validate();
        if (options.PasswdFile is null && accounts is null) throw new ArgumentException("PasswdFile: expected a path where there is no account table");
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<PasswordSchemes>();
        services.AddSingleton(
            s => new VerifiedPasswordCache(options.CacheEntriesMax, options.CacheTtl, s.GetRequiredService<TimeProvider>()));
        services.AddSingleton<PasswordHashing>();
        services.TryAddSingleton<INeighbours, NoNeighbours>();
        services.TryAddSingleton<IBanStore, InMemoryBanStore>();
        services.AddSingleton(options.Abuse);
        services.AddSingleton<BanList>();
        services.AddSingleton<FailureLedger>();
        services.AddSingleton<FailurePenalty>();
        services.AddSingleton<AuthMetrics>();
        if (options.PasswdFile is { } file)
        {
            services.AddSingleton(s => ActivatorUtilities.CreateInstance<PasswdFilePassDb>(s, file));
        }
        if (accounts is not null)
        {
            services.AddSingleton(s => ActivatorUtilities.CreateInstance<TablePassDb>(s, accounts(s)));
        }
        if (options.PasswdFile is { } both && accounts is not null)
        {
            AddBoth(services, both);
        }
        else if (accounts is not null)
        {
            AddAccounts<TablePassDb>(services);
        }
        else
        {
            AddAccounts<PasswdFilePassDb>(services);
        }

        services.AddSingleton(s => new AuthDatabases(s.GetRequiredService<PassDbChain>(), s.GetService<UserDbChain>(), options));
        services.AddSingleton<IAuthenticator, PasswordAuthenticator>();
        services.AddSasl(options);
        return services;
    }

    private static void AddBoth(IServiceCollection services, string file)
    {
        services.AddSingleton(s => new ConfiguredAndStoredUsers(
            s.GetRequiredService<PasswdFilePassDb>(), file, s.GetRequiredService<TablePassDb>(), s.GetRequiredService<TablePassDb>()));
        services.AddSingleton<IUserDirectory>(s => s.GetRequiredService<ConfiguredAndStoredUsers>());
        services.AddSingleton<IUserStore>(s => s.GetRequiredService<ConfiguredAndStoredUsers>());
        services.AddSingleton(s => new PassDbChain([s.GetRequiredService<PasswdFilePassDb>(), s.GetRequiredService<TablePassDb>()]));
    }

    private static void AddAccounts<TDatabase>(IServiceCollection services)
        where TDatabase : class, IPassDb, IUserDirectory, IUserStore
    {
        services.AddSingleton<IUserDirectory>(s => s.GetRequiredService<TDatabase>());
        services.AddSingleton<IUserStore>(s => s.GetRequiredService<TDatabase>());
        services.AddSingleton(s => new PassDbChain([s.GetRequiredService<TDatabase>()]));
    }
}
