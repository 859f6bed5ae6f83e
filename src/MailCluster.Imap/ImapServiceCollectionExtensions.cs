using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MailCluster.Imap;

public static class ImapServiceCollectionExtensions
{
    /// <summary>
    /// Adds what IMAP sessions share. The caller adds <see cref="ImapOptions"/>, the edge with its login, <c>IMailboxClient</c>, <c>IBodyStore</c> and <c>MimeLimits</c>, and makes an
    /// <see cref="ImapConnectionHandler"/> for each listener.
    /// </summary>
    public static IServiceCollection AddMailClusterImap(this IServiceCollection services)
    {
        services.TryAddSingleton<ImapMetrics>();
        services.TryAddSingleton<ImapServices>();
        return services;
    }
}
