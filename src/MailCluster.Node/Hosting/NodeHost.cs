using System.Diagnostics;
using System.Net.Sockets;
using System.Reflection;
using MailCluster.Auth;
using MailCluster.Auth.Abuse;
using MailCluster.Auth.Drivers;
using MailCluster.Auth.Passwords;
using MailCluster.Auth.Sasl;
using MailCluster.Auth.Users;
using MailCluster.Delivery;
using MailCluster.Delivery.Events;
using MailCluster.Delivery.Filters;
using MailCluster.Delivery.Outbox;
using MailCluster.Edge;
using MailCluster.Imap;
using MailCluster.Mailboxes;
using MailCluster.Node.Admin;
using MailCluster.Node.Configuration;
using MailCluster.Node.Hosting.Ownership;
using MailCluster.Node.Hosting.Rehearsals;
using MailCluster.Node.Hosting.Storage;
using MailCluster.Node.Listeners;
using MailCluster.Node.Metrics;
using MailCluster.Node.Tls;
using MailCluster.Pop3;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting;

/// <summary>
/// One running node. The order of the start is that of dependence, and the stop is its reverse:
/// <list type="number">
/// <item>data directory, locked; storage. A crash here leaves nothing but files that the next start recovers;</item>
/// <item>ownership: in a cluster the door for peers, then the node joins; the generation; actors and their region, empty: accounts are recovered by the
/// first message to them, and shards are claimed in the background;</item>
/// <item>certificates;</item>
/// <item>listeners. From here clients come.</item>
/// </list>
/// Stopping: refuse new connections, let every session finish its command and say goodbye, hand over all shards and leave the cluster, stop the actors,
/// which write their snapshots, close the database, give up the lock. A kill at any of these steps loses nothing: every acknowledged change was durable before its answer.
/// </summary>
internal sealed partial class NodeHost : IAsyncDisposable
{
    private readonly NodeOptions _options;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly MetricCollector _metrics;
    private readonly TaskCompletionSource<string> _fault = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NodeDirectory? _directory;
    private INodeStorage? _storage;
    private NodeMailboxes? _mailboxes;
    private Upkeep? _upkeep;
    private OutboxSender? _sender;
    private EventScripts? _eventScripts;
    private IdleCollection? _idleCollection;
    private CertificateStore? _certificates;
    private ListenerBinder? _binder;
    private WebApplication? _application;

    /// <param name="options">A configuration without faults.</param>
    /// <param name="loggers">Stays the caller's.</param>
    /// <param name="time">The clock of everything in the node.</param>
    public NodeHost(NodeOptions options, ILoggerFactory loggers, TimeProvider time)
    {
        _options = options;
        _loggers = loggers;
        _time = time;
        _log = loggers.CreateLogger("MailCluster.Node");
        _metrics = new MetricCollector();
    }

    /// <summary>What <c>--version</c> prints.</summary>
    public static string Version { get; } =
        typeof(NodeHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public NodeState State { get; } = new();

    /// <summary>Every open door, with the ports that were picked. Empty before the start.</summary>
    public IReadOnlyList<BoundListener> Listeners => _binder?.Bound ?? [];

    /// <summary>The cluster, on storage that other nodes can reach; null before the start.</summary>
    public Cluster.ClusterNode? Cluster => _mailboxes?.Ownership.Cluster;

    /// <summary>Completes with a reason when the node must stop by itself.</summary>
    public Task<string> Fault => _fault.Task;

    /// <summary>Opens everything. Call once; dispose the node also after a failure.</summary>
    /// <exception cref="NodeStartException">Something outside the program is in the way.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        NodeLog.Starting(_log, Version, _options.Name, Environment.ProcessId, _options.DataDirectory);
        if (Environment.IsPrivilegedProcess)
        {
            NodeLog.RunningAsRoot(_log);
        }
        _directory = NodeDirectory.Open(_options.DataDirectory);
        var rehearsal = _options.Rehearsal ? Rehearsal.RunAsync(_options, _time, _log) : Task.CompletedTask;
        _storage = await StorageFactory.OpenAsync(_directory, _options, _loggers, _time, cancellationToken);
        _mailboxes = await NodeMailboxes.StartAsync(_options, _storage, _loggers, _time, OnOver, cancellationToken);
        _upkeep = new Upkeep(_storage, _time, _log);
        _certificates = new CertificateStore(
            _options.Tls.Default ?? SelfSignedCertificate.Ensure(_options.DataDirectory, _options.Name, _time, _log), _options.Tls.Sni, _time, _log, _options.Tls.WarnBefore);
        _binder = new ListenerBinder(_options, _certificates);
        try
        {
            _application = Build();
            _ = _application.Services.GetRequiredService<IAuthenticator>(); // Now, so that a wrong password-scheme shows now,
            _ = _application.Services.GetRequiredService<SaslMechanismSet>(); // and a keytab that is not there.
            await ReadBansAsync(cancellationToken);
            _mailboxes.QuotaWatcher.Connect(_application.Services.GetRequiredService<QuotaWarnings>());
            _mailboxes.Quotas.Connect(_application.Services.GetRequiredService<IUserDirectory>());
            await rehearsal;
            await _application.StartAsync(cancellationToken);
        }
        catch (Exception error) when (error is IOException or PasswordSchemeException)
        {
            // A port that is taken; a password-scheme that this machine does not have.
            throw new NodeStartException(error.Message, error);
        }
        catch (SocketException error)
        {
            throw new NodeStartException(BindFault.Describe(error, Listeners), error);
        }
        _binder.ProtectAdminSocket();
        State.Advance(NodePhase.Serving);
        foreach (var listener in Listeners)
        {
            NodeLog.Listening(_log, listener.Name, listener.Address, listener.Tls.ToString().ToLowerInvariant());
        }
        _sender = Outbound.Start(
            _options.Outbound, _mailboxes, _storage.Bodies, _application.Services.GetRequiredService<MessageIntake>(), _time, _loggers);
        _eventScripts = ImapEvents.Start(
            _options.SieveDelivery.ImapEvents, _application.Services.GetRequiredService<DeliveryFilter>(), _mailboxes, _storage.Bodies,
            _application.Services.GetRequiredService<MessageIntake>(), _time, _loggers);
        await FirstSteps.ShowAsync(_options, _application.Services.GetRequiredService<IUserDirectory>(), _log, cancellationToken);
        if (_options.ReturnMemoryAfter is { } quiet)
        {
            _idleCollection = new IdleCollection(quiet, _time, _storage.ReleaseCachesAsync, new ProcessMemory(), _log);
        }
        NodeLog.Ready(_log, (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
    }

    /// <summary>Looks at the certificate files now (SIGHUP).</summary>
    public void LookAtCertificates() => _certificates?.Look();

    private WebApplication Build()
    {
        // The empty builder: no configuration files, no environment, no logging of its own. All that is this program's affair.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "mailcluster", ContentRootPath = AppContext.BaseDirectory });
        AddServices(builder.Services);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseSockets(MailTransport.Configure);
        MailTransport.Add(builder.Services, _options.Listeners.Transport, _options.Listeners.BusyWait);
        if (_options.Listeners.Http.Tls == ListenerTls.Implicit)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }
        builder.WebHost.ConfigureKestrel((_, kestrel) => _binder!.Bind(kestrel, MailListeners.Handlers(_options, kestrel.ApplicationServices)));
        var application = BuildWithUserDatabases(builder);
        application.UseAdminApi();
        application.Run(application.Services.GetRequiredService<HttpEndpoints>().HandleAsync);
        return application;
    }

    private void AddServices(IServiceCollection services)
    {
        services.AddSingleton(_time);
        services.AddLogging();
        services.Replace(ServiceDescriptor.Singleton(_loggers));
        services.AddSingleton<IHostLifetime, CallersLifetime>();
        services.AddSingleton(_options);
        services.AddSingleton(State);
        services.AddSingleton(_metrics);
        services.AddSingleton<HttpEndpoints>();
        services.AddSingleton(_certificates!);
        services.AddSingleton<ITlsCertificateSource>(_certificates!);
        services.AddSingleton(_mailboxes!.Client);
        services.AddSingleton(_mailboxes.OutboxRegister);
        services.AddSingleton(_storage!.Outbox);
        services.AddSingleton(_mailboxes.Region);
        services.AddSingleton(_mailboxes.Ownership);
        services.AddSingleton(_mailboxes.Feeds);
        services.AddSingleton(_storage!.Bodies);
        services.AddSingleton(_storage.BodyCheck);
        services.AddSingleton(_storage.Journal);
        services.AddSingleton(_options.Mime);
        services.AddSingleton<MessageIntake>();
        services.AddSingleton(_options.ToEdge(ShareFiles()));
        services.AddSingleton(_storage.Bans);
        services.AddSingleton<INeighbours>(_mailboxes.Ownership.Cluster is { } cluster ? new ClusterNeighbours(cluster) : new NoNeighbours());
        services.AddMailClusterAuth(_options.ToAuth(_storage.LoginSecret), _storage.Accounts is { } accounts ? _ => accounts : null);
        services.AddMailClusterEdge();
        services.AddSingleton(_options.ToImap());
        services.AddMailClusterImap();
        services.AddSingleton(_options.ToPop3());
        services.AddMailClusterPop3();
        services.AddSingleton(_options.ToDelivery());
        services.AddSingleton<IRecipientDirectory, UserRecipients>();
        services.AddSingleton(_options.ToFilter());
        services.AddSingleton<DeliveryFilter>();
        services.AddMailClusterDelivery();
        services.AddSingleton(provider => new QuotaWarnings(
            provider.GetRequiredService<IDeliveryService>(),
            provider.GetRequiredService<IMailboxClient>(),
            [.. _options.Quota.Warnings],
            _options.Name,
            _time,
            _loggers.CreateLogger<QuotaWarnings>()));
        services.AddSingleton(_options.ToLmtp());
        services.AddSingleton(_options.ToQuotaStatus());
        services.AddSieve(_options);
        services.AddAdminApi(new AdminOptions { MessageOctetsMax = _options.Limits.MessageBytes });
    }

    /// <summary>Before the first client. A database that is away is not waited for: bans are read again soon.</summary>
    private async Task ReadBansAsync(CancellationToken cancellationToken)
    {
        try
        {
            var bans = await _application!.Services.GetRequiredService<BanList>().ListAsync(cancellationToken);
            if (bans.Count > 0)
            {
                NodeLog.Bans(_log, bans.Count);
            }
        }
        catch (BanStoreException error)
        {
            NodeLog.BansUnread(_log, error.Message);
        }
    }

    // A driver whose library is missing or whose options make no sense is told now, not to the first client.
    private static WebApplication BuildWithUserDatabases(WebApplicationBuilder builder)
    {
        try
        {
            var application = builder.Build();
            _ = application.Services.GetRequiredService<IAuthenticator>();
            _ = application.Services.GetRequiredService<IUserDirectory>();
            return application;
        }
        catch (DatabaseOptionsException error)
        {
            throw new NodeStartException($"the user databases cannot be used: {error.Message}", error);
        }
    }

    private FileBudget ShareFiles()
    {
        var openFilesMax = UnixProcess.OpenFilesMax();
        var budget = FileBudget.Of(openFilesMax, _options.Limits.Connections);
        if (budget.Connections < _options.Limits.Connections)
        {
            NodeLog.FewFiles(_log, openFilesMax!.Value, budget.Connections, _options.Limits.Connections);
        }
        return budget;
    }

    private void OnOver(string reason)
    {
        NodeLog.Over(_log, reason);
        _fault.TrySetResult($"superseded ({reason})");
    }

    /// <summary>Signals are the caller's, not the web host's.</summary>
    private sealed class CallersLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
