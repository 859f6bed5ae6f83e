using System.Runtime.InteropServices;

namespace MailCluster.Node.Hosting;

/// <summary>What <see cref="IdleCollection"/> needs of the process's memory. All figures in bytes, of the runtime's heap.</summary>
internal interface IProcessMemory
{
    /// <summary>Allocated since the process began, whether still in use or not.</summary>
    long AllocatedBytes { get; }

    /// <summary>In use after the last collection.</summary>
    long LiveBytes { get; }

    /// <summary>Held of the system, as of the last collection.</summary>
    long CommittedBytes { get; }

    /// <summary>
    /// Collects everything. Moved together, what is alive gives whole pages back, and the program stands still for as long as it takes. What native code
    /// has freed is given back too.
    /// </summary>
    void Collect(bool move);
}

/// <summary>The memory of this process.</summary>
internal sealed partial class ProcessMemory : IProcessMemory
{
    private bool _hasTrim = OperatingSystem.IsLinux();

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
        TrimNative();
    }

    private void TrimNative()
    {
        if (!_hasTrim)
        {
            return;
        }
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Another C library than glibc, with an allocator of its own.
            _hasTrim = false;
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Trim(nuint keep);
}
