using MailCluster.Actors;
using MailCluster.Bodies;
using MailCluster.Cluster;
using MailCluster.Persistence;
using MailCluster.Persistence.InMemory;
using MailCluster.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailCluster.Mailboxes.Tests.Actor;

/// <summary>One account's actor over stores that survive it, so that it can be thrown away and started again.</summary>
internal sealed class ActorHost : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);
    private readonly ActorSystem _system;
    private readonly PersistenceContext _context;
    private readonly MailboxServices _services;

    private ActorHost(
        WriterGeneration generation,
        PersistenceOptions options,
        InMemoryJournal journal,
        InMemorySnapshotStore snapshots,
        QuotaOptions quota,
        IQuotaDirectory? directory,
        IQuotaWatcher? watcher,
        IFeatureLevel level)
    {
        Journal = journal;
        Generation = generation;
        _system = new ActorSystem(Time, NullLoggerFactory.Instance);
        _context = new PersistenceContext(
            _system, journal, snapshots, generation, options, Time, NullLoggerFactory.Instance, _ => { });
        _services = new MailboxServices(_context, Bodies, Feeds, new MailboxOptions { Quota = quota }, Time)
        {
            QuotaDirectory = directory,
            QuotaWatcher = watcher,
            Level = level,
        };
        Actor = NewActor();
    }

    public static AccountId Alice { get; } = AccountId.Create("alice@example.com");

    public ManualTimeProvider Time { get; } = new();

    public WriterGeneration Generation { get; }

    public InMemoryJournal Journal { get; }

    public InMemoryBodyStore Bodies { get; } = new();

    public FolderFeedTable Feeds { get; } = new();

    public MailboxActor Actor { get; private set; }

    public static async Task<ActorHost> StartAsync(
        PersistenceOptions? options = null, QuotaOptions? quota = null, IQuotaDirectory? directory = null, IQuotaWatcher? watcher = null, IFeatureLevel? level = null)
    {
        var writers = new InMemoryWriterRegistry();
        var generation = await writers.RegisterAsync("node", default);
        return new ActorHost(
            generation,
            options ?? new PersistenceOptions(),
            new InMemoryJournal(writers),
            new InMemorySnapshotStore(writers),
            quota ?? new QuotaOptions(),
            directory,
            watcher,
            level ?? FixedFeatureLevel.Newest);
    }

    /// <summary>Leaves the actor as a crash would, and starts one on what is stored.</summary>
    public void Crash() => Actor = NewActor();

    public async Task StopAsync()
    {
        await Actor.StopAsync();
        Actor = NewActor();
    }

    public ValueTask<TResult> SendAsync<TResult>(MailboxCommand<TResult> command, CommandContext? context = null) =>
        Actor.AskAsync<TResult>(new MailboxRequest(command, context ?? NewContext()), Timeout, default);

    public ValueTask<FolderLocation> OpenAsync(string name) => Actor.AskAsync<FolderLocation>(
        new MailboxRequest(new OpenFolder(FolderName.Create(name)), CommandContext.None), Timeout, default);

    public CommandContext NewContext() => new(new CommandId(Guid.NewGuid()), "s1", "test", "127.0.0.1");

    public async ValueTask<NewMessage> NewMessageAsync()
    {
        var id = Guid.NewGuid();
        var body = await Bodies.PutAsync(new NewBody(Alice.Value, id, default, default, "Subject: x\r\n\r\n"u8.ToArray()), default);
        return new NewMessage(new EmailId(id), body, 14, new InternalDate(Time.GetUtcNow()), SystemFlags.None, []);
    }

    public async ValueTask<AppendMessages> AppendOneAsync() => new(FolderName.Inbox, [await NewMessageAsync()]);

    public void Dispose()
    {
        _context.Dispose();
        _system.Dispose();
    }

    private MailboxActor NewActor() => new(_services, Alice);
}
