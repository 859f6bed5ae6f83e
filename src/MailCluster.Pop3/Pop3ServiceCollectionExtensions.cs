using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MailCluster.Pop3;

public static class Pop3ServiceCollectionExtensions
{
    /// <summary>
    /// Adds what POP3 sessions share. The caller adds <see cref="Pop3Options"/>, the edge with its login, <c>IMailboxClient</c> and <c>IBodyStore</c>, and makes a
    /// <see cref="Pop3ConnectionHandler"/> for each listener.
    /// </summary>
    public static IServiceCollection AddMailClusterPop3(this IServiceCollection services)
    {
        services.TryAddSingleton<Pop3Metrics>();
        services.TryAddSingleton<Pop3Services>();
        return services;
    }
}
