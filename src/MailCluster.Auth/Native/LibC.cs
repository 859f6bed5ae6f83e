using System.Runtime.InteropServices;

namespace MailCluster.Auth.Native;

/// <summary>The few calls of libc that .NET does not offer: a directory's fsync, a file's identity, a thread's nice value.</summary>
internal static unsafe partial class LibC
{
    private const string Library = "libc";
    private const int AtFdCwd = -100;
    private const uint StatxBasic = 0x7ff;
    private const int StatxOctets = 256;

    /// <summary>Makes a rename in the directory durable. Throws IOException; does nothing on systems other than Linux.</summary>
    public static void SyncDirectory(string path)
    {
        if (!OperatingSystem.IsLinux()) return;
        // O_RDONLY | O_DIRECTORY | O_CLOEXEC. O_DIRECTORY differs on ARM.
        var directory = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x4000 : 0x10000;
        var descriptor = open(path, directory | 0x80000, 0);
        if (descriptor < 0) throw new IOException($"cannot open the directory {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        try
        {
            if (fsync(descriptor) != 0) throw new IOException($"cannot sync the directory {path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    /// <summary>The inode and the change time (ns since 1970) of a path, following links; false when that cannot be had.</summary>
    public static bool TryGetIdentity(string path, out ulong inode, out long changedNs)
    {
        inode = 0;
        changedNs = 0;
        if (!OperatingSystem.IsLinux()) return false;
        Span<byte> buffer = stackalloc byte[StatxOctets];
        fixed (byte* pointer = buffer)
        {
            if (statx(AtFdCwd, path, 0, StatxBasic, pointer) != 0) return false;
        }
        // struct statx of linux/stat.h has one layout on every architecture: stx_ino at 32, stx_ctime at 96.
        inode = MemoryMarshal.Read<ulong>(buffer[32..]);
        changedNs = MemoryMarshal.Read<long>(buffer[96..]) * 1_000_000_000 + MemoryMarshal.Read<uint>(buffer[104..]);
        return true;
    }

    /// <summary>Lowers the calling thread's share of the processor. Only a preference: a refusal changes nothing that matters.</summary>
    public static void BeNice(int increment)
    {
        if (OperatingSystem.IsLinux()) _ = setpriority(0, 0, increment);
    }

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int open(string path, int flags, int mode);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fsync(int descriptor);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int close(int descriptor);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int statx(int directory, string path, int flags, uint mask, byte* buffer);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int setpriority(int which, uint who, int priority);
}
