using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MailCluster.Delivery;

public static class DeliveryServiceCollectionExtensions
{
    /// <summary>
    /// Adds delivery. The caller adds <see cref="DeliveryOptions"/>, <see cref="IRecipientDirectory"/>, <c>MessageIntake</c>, <c>IMailboxClient</c> and a
    /// <see cref="TimeProvider"/>.
    /// </summary>
    public static IServiceCollection AddMailClusterDelivery(this IServiceCollection services)
    {
        services.TryAddSingleton<DeliveryMetrics>();
        services.TryAddSingleton<IQuotaDoor, QuotaDoor>();
        services.TryAddSingleton<IDeliveryService, DeliveryService>();
        return services;
    }
}
