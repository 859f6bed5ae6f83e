using MailCluster.Mailboxes.Search;
using MailCluster.Node.Admin.Checks;
using MailCluster.Node.Admin.Messages;
using MailCluster.Node.Admin.Scripts;
using MailCluster.Node.Admin.Verbs;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MailCluster.Node.Admin;

/// <summary>Putting administration into the node.</summary>
internal static class AdminExtensions
{
    /// <summary>
    /// Registers every verb. Needs in the container: IMailboxClient, MessageIntake, IBodyStore, IBodyStoreCheck, IJournal,
    /// ISessionRegistry, IUserDirectory,
    /// IUserStore, IAuthenticator, AuthCaches, CertificateStore, ShardRegion, IOwnership, NodeOptions, MimeLimits, MetricCollector, SieveCompiler,
    /// SieveRunLimits, SieveRunOptions, TimeProvider, logging.
    /// </summary>
    public static IServiceCollection AddAdminApi(this IServiceCollection services, AdminOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<AccountSelection>();
        services.TryAddSingleton<SearchEngine>();
        services.AddSingleton<MessageSelection>();
        services.AddSingleton<OrphanLedger>();
        services.AddSingleton<ScriptRunner>();
        services.AddSingleton<FilteredMail>();
        services.AddSingleton<AdminApi>();
        services.AddSingleton<IAdminVerb, UserAddVerb>();
        services.AddSingleton<IAdminVerb, UserListVerb>();
        services.AddSingleton<IAdminVerb, UserPasswdVerb>();
        services.AddSingleton<IAdminVerb, UserDeleteVerb>();
        services.AddSingleton<IAdminVerb, AuthTestVerb>();
        services.AddSingleton<IAdminVerb, AuthTraceVerb>();
        services.AddSingleton<IAdminVerb, AuthCacheStatusVerb>();
        services.AddSingleton<IAdminVerb, AuthCacheFlushVerb>();
        services.AddSingleton<IAdminVerb, CertVerb>();
        services.AddSingleton<IAdminVerb, WhoVerb>();
        services.AddSingleton<IAdminVerb, KickVerb>();
        services.AddSingleton<IAdminVerb, OutboxListVerb>();
        services.AddSingleton<IAdminVerb, OutboxRetryVerb>();
        services.AddSingleton<IAdminVerb, OutboxDeleteVerb>();
        services.AddSingleton<IAdminVerb, BanListVerb>();
        services.AddSingleton<IAdminVerb, BanAddVerb>();
        services.AddSingleton<IAdminVerb, BanRemoveVerb>();
        services.AddSingleton<IAdminVerb, MailboxListVerb>();
        services.AddSingleton<IAdminVerb, MailboxStatusVerb>();
        services.AddSingleton<IAdminVerb, MailboxCreateVerb>();
        services.AddSingleton<IAdminVerb, MailboxDeleteVerb>();
        services.AddSingleton<IAdminVerb, MailboxRenameVerb>();
        services.AddSingleton<IAdminVerb, MailboxSubscribeVerb>();
        services.AddSingleton<IAdminVerb, MailboxMetadataListVerb>();
        services.AddSingleton<IAdminVerb, MailboxMetadataGetVerb>();
        services.AddSingleton<IAdminVerb, MailboxMetadataSetVerb>();
        services.AddSingleton<IAdminVerb, SaveVerb>();
        services.AddSingleton<IAdminVerb, DeliverVerb>();
        services.AddSingleton<IAdminVerb, QuotaGetVerb>();
        services.AddSingleton<IAdminVerb, QuotaSetVerb>();
        services.AddSingleton<IAdminVerb, QuotaRecalcVerb>();
        services.AddSingleton<IAdminVerb, SearchVerb>();
        services.AddSingleton<IAdminVerb, FetchVerb>();
        services.AddSingleton<IAdminVerb, ExpungeVerb>();
        services.AddSingleton<IAdminVerb, StatsVerb>();
        services.AddSingleton<IAdminVerb, FsckVerb>();
        services.AddSingleton<IAdminVerb, SieveListVerb>();
        services.AddSingleton<IAdminVerb, SieveGetVerb>();
        services.AddSingleton<IAdminVerb, SievePutVerb>();
        services.AddSingleton<IAdminVerb, SieveActivateVerb>();
        services.AddSingleton<IAdminVerb, SieveDeactivateVerb>();
        services.AddSingleton<IAdminVerb, SieveDeleteVerb>();
        services.AddSingleton<IAdminVerb, SieveRenameVerb>();
        services.AddSingleton<IAdminVerb, SieveCheckVerb>();
        services.AddSingleton<IAdminVerb, SieveTestVerb>();
        services.AddSingleton<IAdminVerb, SieveFilterVerb>();
        services.AddSingleton<IAdminVerb, ClusterStatusVerb>();
        services.AddSingleton<IAdminVerb, ClusterMembersVerb>();
        services.AddSingleton<IAdminVerb, ClusterShardsVerb>();
        services.AddSingleton<IAdminVerb, ClusterWhereVerb>();
        services.AddSingleton<IAdminVerb, ClusterDrainVerb>();
        services.AddSingleton<IAdminVerb, ClusterRebalanceVerb>();
        return services;
    }

    /// <summary>Serves connections of the Unix socket; those of TCP go on to what is mapped after it.</summary>
    public static IApplicationBuilder UseAdminApi(this IApplicationBuilder application)
    {
        var admin = application.ApplicationServices.GetRequiredService<AdminApi>();
        return application.Use((context, next) => AdminApi.IsAdmin(context) ? admin.HandleAsync(context) : next(context));
    }
}
