namespace MailCluster.Node.Hosting;

/// <summary>What <see cref="IdleCollection"/> needs of the runtime's memory. All figures in bytes.</summary>
internal interface IManagedHeap
{
    /// <summary>Allocated since the process began, whether still in use or not.</summary>
    long AllocatedBytes { get; }

    /// <summary>In use after the last collection.</summary>
    long LiveBytes { get; }

    /// <summary>Held of the system, as of the last collection.</summary>
    long CommittedBytes { get; }

    /// <summary>Collects everything. Moved together, what is alive gives whole pages back, and the program stands still for as long as it takes.</summary>
    void Collect(bool move);
}

/// <summary>The heap of this process.</summary>
internal sealed class ManagedHeap : IManagedHeap
{
    public long AllocatedBytes => GC.GetTotalAllocatedBytes();

    public long LiveBytes => GC.GetGCMemoryInfo().HeapSizeBytes;

    public long CommittedBytes => GC.GetGCMemoryInfo().TotalCommittedBytes;

    public void Collect(bool move)
    {
        if (move)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
        else
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false, compacting: false);
        }
    }
}
