using MailCluster.Auth.Abuse;
using MailCluster.Auth.Cache;
using MailCluster.Auth.Chains;
using MailCluster.Auth.Drivers;
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
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth;

/// <summary>Registration of authentication.</summary>
public static class AuthServiceCollectionExtensions
{
    /// <summary>The key of the built-in accounts, where chains stand in their place.</summary>
    private const string BuiltIn = "accounts";

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
        services.AddSingleton<AuthCache>();
        services.AddSingleton(s => new AuthCaches(s.GetRequiredService<AuthCache>(), s.GetRequiredService<VerifiedPasswordCache>()));
        services.AddSingleton<PasswordHashing>();
        services.TryAddSingleton<INeighbours, NoNeighbours>();
        services.TryAddSingleton<IBanStore, InMemoryBanStore>();
        services.AddSingleton(options.Abuse);
        services.AddSingleton<BanList>();
        services.AddSingleton<FailureLedger>();
        services.AddSingleton<FailurePenalty>();
        services.AddSingleton<ProofAllowance>();
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

        if (options.UserDbs.Count > 0) AddChains(services, options);
        services.AddSingleton(s => new AuthDatabases(s.GetRequiredService<PassDbChain>(), s.GetService<UserDbChain>(), options, s.GetRequiredService<ILogger<AuthDatabases>>()));
        services.AddSingleton(s => new AuthTracer(s.GetRequiredService<AuthDatabases>()));
        services.AddSingleton<IAuthenticator, PasswordAuthenticator>();
        services.AddSasl(options);
        return services;
    }

    /// <summary>
    /// The configured chains in place of the built-in accounts. <c>mailctl user add</c> still changes these, for chains that have the driver
    /// <c>accounts</c>.
    /// </summary>
    private static void AddChains(IServiceCollection services, AuthOptions options)
    {
        services.AddSingleton(s => new Databases(
            s.GetRequiredKeyedService<IReadOnlyList<IPassDb>>(BuiltIn), s.GetRequiredKeyedService<IUserDirectory>(BuiltIn), s.GetRequiredService<PasswordHashing>(),
            s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILoggerFactory>(), s.GetRequiredService<AuthCache>()));
        services.AddSingleton(s => new UserDbChain(s.GetRequiredService<Databases>().UserDbs(options.UserDbs)));
        services.AddSingleton<IUserDirectory>(s => new UserDbDirectory(s.GetRequiredService<UserDbChain>()));
        if (options.PassDbs.Count > 0)
            services.AddSingleton(s => new PassDbChain(s.GetRequiredService<Databases>().PassDbs(options.PassDbs)));
    }

    private static void AddBoth(IServiceCollection services, string file)
    {
        services.AddSingleton(s => new ConfiguredAndStoredUsers(
            s.GetRequiredService<PasswdFilePassDb>(), file, s.GetRequiredService<TablePassDb>(), s.GetRequiredService<TablePassDb>()));
        AddBuiltIn(services, static s => s.GetRequiredService<ConfiguredAndStoredUsers>());
        services.AddSingleton<IUserStore>(s => s.GetRequiredService<ConfiguredAndStoredUsers>());
        AddBuiltIn(services, static s => [s.GetRequiredService<PasswdFilePassDb>(), s.GetRequiredService<TablePassDb>()]);
    }

    private static void AddAccounts<TDatabase>(IServiceCollection services)
        where TDatabase : class, IPassDb, IUserDirectory, IUserStore
    {
        AddBuiltIn(services, static s => s.GetRequiredService<TDatabase>());
        services.AddSingleton<IUserStore>(s => s.GetRequiredService<TDatabase>());
        AddBuiltIn(services, static s => [s.GetRequiredService<TDatabase>()]);
    }

    private static void AddBuiltIn(IServiceCollection services, Func<IServiceProvider, IUserDirectory> users)
    {
        services.AddKeyedSingleton(BuiltIn, (s, _) => users(s));
        services.AddSingleton(users);
    }

    private static void AddBuiltIn(IServiceCollection services, Func<IServiceProvider, IReadOnlyList<IPassDb>> passwords)
    {
        services.AddKeyedSingleton(BuiltIn, (s, _) => passwords(s));
        services.AddSingleton(s => new PassDbChain(passwords(s)));
    }
}
