using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailCluster.Edge.Transport;

/// <summary>
/// A descriptor of the system: a socket, an epoll instance, an event. Closed when the last call that uses it has returned, so that no call ever reaches another
/// connection that was given the same number.
/// </summary>
internal sealed partial class SocketDescriptor : SafeHandleMinusOneIsInvalid
{
    public SocketDescriptor(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    // EINTR and EIO leave the descriptor closed on Linux, and nothing can be done about either.
    protected override bool ReleaseHandle() => close((int)handle) == 0;

    [LibraryImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int close(int descriptor);
}
