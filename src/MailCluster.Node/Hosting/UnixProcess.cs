using System.Runtime.InteropServices;

namespace MailCluster.Node.Hosting;

/// <summary>The two things about a Unix process that .NET does not offer.</summary>
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

    [LibraryImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint Umask(uint mask);
}
