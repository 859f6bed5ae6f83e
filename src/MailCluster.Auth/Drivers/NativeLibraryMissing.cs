using System.Runtime.InteropServices;

namespace MailCluster.Auth.Drivers;

/// <summary>Finds the native libraries that drivers need, at the start and not at the first log-in.</summary>
internal static class NativeLibraryMissing
{
    /// <summary>Checks that a library can be loaded.</summary>
    /// <exception cref="ArgumentException">It cannot; the message names the driver and the Debian package.</exception>
    public static void ThrowIf(string driver, string library, string debianPackage)
    {
        if (!NativeLibrary.TryLoad(library, out _))
            throw new ArgumentException($"the driver {driver} needs {library}, which is not installed; install the Debian package {debianPackage}");
    }
}
