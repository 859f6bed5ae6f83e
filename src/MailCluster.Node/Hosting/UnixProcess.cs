using System.Runtime.InteropServices;

namespace MailCluster.Node.Hosting;

/// <summary>What .NET does not offer about a Unix process.</summary>
internal static partial class UnixProcess
{
    /// <summary>
    /// From now on new files and sockets are for the owner alone (umask 077). Mail, logs with addresses, and above all the admin socket in
    /// the moment between its making and its chmod.
    /// </summary>
    public static void KeepFilesPrivate()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = Umask(0b000_111_111);
        }
    }

    /// <summary>
    /// How many files and sockets this process may have open at a time; .NET has raised the soft limit to the hard one at its start. Null
    /// where that cannot be told.
    /// </summary>
    public static long? OpenFilesMax()
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }
        var resource = OperatingSystem.IsLinux() ? 7 : 8; // RLIMIT_NOFILE
        return GetResourceLimit(resource, out var limit) == 0 ? (long)Math.Min(limit.Current, int.MaxValue) : null;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetResourceLimit(int resource, out ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint Umask(uint mask);

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public nuint Current;
        public nuint Maximum;
    }
}
