using MailCluster.Actors;
using Microsoft.Extensions.Logging;

namespace MailCluster.Persistence;

/// <summary>What the persistent actors of one run of a node share: the stores, the generation they write with, permits, the fence.</summary>
public sealed class PersistenceContext : IDisposable
{
    private readonly Action<WriterFencedException> _onFenced;
    private WriterFencedException? _fenced;

    /// <param name="onFenced">
    /// Called once, from any thread, when the journal refuses this node's generation: another took over. The node must stop serving.
    /// </param>
    public PersistenceContext(
        ActorSystem system,
        IJournal journal,
        ISnapshotStore snapshots,
        WriterGeneration writer,
        PersistenceOptions options,
        TimeProvider time,
        ILoggerFactory loggers,
        Action<WriterFencedException> onFenced)
    {
        System = system;
        Journal = journal;
        Snapshots = snapshots;
        Writer = writer;
        Options = options;
        Time = time;
        Log = loggers.CreateLogger("MailCluster.Persistence");
        Recoveries = new SemaphoreSlim(options.RecoveriesMax);
        StoppingSnapshots = new SemaphoreSlim(options.StoppingSnapshotsMax);
        _onFenced = onFenced;
    }

    public ActorSystem System { get; }

    public IJournal Journal { get; }

    public ISnapshotStore Snapshots { get; }

    public WriterGeneration Writer { get; }

    public PersistenceOptions Options { get; }

    public TimeProvider Time { get; }

    internal ILogger Log { get; }

    internal PersistenceMetrics Metrics { get; } = new();

    internal SemaphoreSlim Recoveries { get; }

    internal SemaphoreSlim StoppingSnapshots { get; }

    public void Dispose()
    {
        Recoveries.Dispose();
        StoppingSnapshots.Dispose();
        Metrics.Dispose();
    }

    internal void Fence(WriterFencedException fenced)
    {
        if (Interlocked.CompareExchange(ref _fenced, fenced, null) is null)
        {
            PersistenceLog.Fenced(Log, Writer, fenced);
            _onFenced(fenced);
        }
    }

    internal void ThrowIfFenced()
    {
        if (Volatile.Read(ref _fenced) is not null)
        {
            throw new WriterFencedException(Writer);
        }
    }
}
