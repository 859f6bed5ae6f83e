using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MailCluster.ManageSieve;

public static class ManageSieveServiceCollectionExtensions
{
    /// <summary>
    /// Adds what ManageSieve sessions share. The caller adds <see cref="ManageSieveOptions"/>, <see cref="IScriptChecker"/>, the edge with its login and
    /// <c>IMailboxClient</c>, and makes a <see cref="ManageSieveConnectionHandler"/> for each listener.
    /// </summary>
    public static IServiceCollection AddMailClusterManageSieve(this IServiceCollection services)
    {
        services.TryAddSingleton<ManageSieveMetrics>();
        services.TryAddSingleton<ManageSieveServices>();
        return services;
    }
}
