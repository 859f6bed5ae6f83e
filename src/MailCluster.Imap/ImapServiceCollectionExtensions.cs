using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MailCluster.Imap;

public static class ImapServiceCollectionExtensions
{
    /// <summary>
    /// Adds what IMAP sessions share. The caller adds <see cref="ImapOptions"/>, the edge with its login, <c>IMailboxClient</c> and <c>IBodyStore</c>, and makes an
    /// <see cref="ImapConnectionHandler"/> for each listener.
    /// </summary>
    public static IServiceCollection AddMailClusterImap(this IServiceCollection services)
    {
        services.TryAddSingleton<ImapMetrics>();
        services.TryAddSingleton<ImapServices>();
        return services;
    }
}
