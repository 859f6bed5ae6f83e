using System.Runtime.InteropServices;

namespace MailCluster.Edge.Transport;

/// <summary>What the kernel tells of a descriptor (<c>EPOLLIN</c> …).</summary>
[Flags]
internal enum PollEvents : uint
{
    None = 0,

    /// <summary>There is something to read.</summary>
    Readable = 0x1,

    /// <summary>There is room to write.</summary>
    Writable = 0x4,

    /// <summary>The connection failed; always watched for.</summary>
    Error = 0x8,

    /// <summary>Both directions are over; always watched for.</summary>
    HungUp = 0x10,

    /// <summary>The peer has nothing more to say.</summary>
    PeerFinished = 0x2000,

    /// <summary>Tell each change once, not the state again and again.</summary>
    EdgeTriggered = 1u << 31,
}

/// <summary>The calls of epoll.</summary>
internal static unsafe partial class EpollCalls
{
    private const string Library = "libc";
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int CommandAdd = 1;
    private const int CommandModify = 3;
    private const int Interrupted = 4;

    /// <summary><c>struct epoll_event</c> is packed on x86-64 and on no other machine.</summary>
    private static readonly int s_tokenAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    /// <summary>Whether this machine has what the poller needs.</summary>
    public static bool AreAvailable =>
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64;

    /// <exception cref="IOException">No descriptor is left.</exception>
    public static SocketDescriptor Create() => Checked(epoll_create1(CloseOnExec), "epoll_create1");

    /// <summary>A descriptor that is readable for good.</summary>
    /// <exception cref="IOException">No descriptor is left.</exception>
    public static SocketDescriptor CreateSignal() => Checked(eventfd(1, CloseOnExec | NonBlocking), "eventfd");

    /// <exception cref="IOException">The kernel watches as many descriptors as it may, or is out of memory.</exception>
    public static void Add(SafeHandle epoll, SafeHandle descriptor, PollEvents events, ulong token) =>
        Control(epoll, CommandAdd, descriptor, events, token);

    /// <summary>Changes what is watched for. What is true at this moment is told again.</summary>
    /// <exception cref="IOException">The kernel is out of memory.</exception>
    public static void Modify(SafeHandle epoll, SafeHandle descriptor, PollEvents events, ulong token) =>
        Control(epoll, CommandModify, descriptor, events, token);

    /// <summary>Waits for one event; false if there was none in time.</summary>
    /// <param name="epoll">Where to.</param>
    /// <param name="timeoutMs">-1: for ever.</param>
    /// <param name="events">What happened.</param>
    /// <param name="token">To whom.</param>
    public static bool Wait(SafeHandle epoll, int timeoutMs, out PollEvents events, out ulong token)
    {
        var record = stackalloc byte[16];
        while (true)
        {
            var count = epoll_wait(epoll, record, 1, timeoutMs);
            if (count < 0 && Marshal.GetLastPInvokeError() == Interrupted)
                continue;
            if (count < 0)
                throw new IOException($"epoll_wait: {Marshal.GetLastPInvokeErrorMessage()}");
            events = *(PollEvents*)record;
            token = count == 0 ? 0 : ReadToken(record);
            return count > 0;
        }
    }

    private static ulong ReadToken(byte* record) => BitConverter.ToUInt64(new ReadOnlySpan<byte>(record + s_tokenAt, sizeof(ulong)));

    private static void Control(SafeHandle epoll, int command, SafeHandle descriptor, PollEvents events, ulong token)
    {
        var record = stackalloc byte[16];
        *(PollEvents*)record = events;
        BitConverter.TryWriteBytes(new Span<byte>(record + s_tokenAt, sizeof(ulong)), token);
        if (epoll_ctl(epoll, command, descriptor, record) != 0)
            throw new IOException($"epoll_ctl: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    private static SocketDescriptor Checked(int descriptor, string call) =>
        descriptor >= 0 ? new SocketDescriptor(descriptor) : throw new IOException($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int epoll_create1(int flags);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int eventfd(uint value, int flags);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int epoll_ctl(SafeHandle epoll, int command, SafeHandle descriptor, void* record);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int epoll_wait(SafeHandle epoll, void* records, int count, int timeoutMs);
}
