using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MailCluster.Edge;

public static class EdgeServiceCollectionExtensions
{
    /// <summary>
    /// Adds what the protocols share. The caller adds <see cref="EdgeOptions"/>, <see cref="ITlsCertificateSource"/>, logging, and for protocols with a
    /// login <c>IAuthenticator</c> and <c>SaslMechanismSet</c>.
    /// </summary>
    public static IServiceCollection AddMailClusterEdge(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ConnectionHeartbeat>();
        services.TryAddSingleton<EdgeConnections>();
        services.TryAddSingleton<ISessionRegistry>(static s => s.GetRequiredService<EdgeConnections>());
        services.TryAddSingleton<EdgeMetrics>();
        services.TryAddSingleton<EdgeServices>();
        services.TryAddSingleton(static s => s.GetRequiredService<EdgeServices>().Spools);
        services.TryAddSingleton<LoginService>();
        return services;
    }
}
