using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace MailCluster.Delivery.Programs;

/// <summary>
/// The calls of libc with which a program is started, watched and ended: a session of its own, no descriptor but three, one wait for pipes and process together.
/// System.Diagnostics.Process has none of these. The numbers are Linux's, the same for glibc and musl.
/// </summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class LibC
{
    public const short PollIn = 0x1;
    public const short PollOut = 0x4;
    public const int SigKill = 9;
    public const int ErrorAgain = 11;
    public const int ErrorInterrupted = 4;
    public const int CloseOnExec = 0x80000;
    public const int NonBlocking = 0x800;

    private const string Library = "libc";
    private const short SpawnSetSignalDefaults = 0x04;
    private const short SpawnSetSignalMask = 0x08;
    private const short SpawnSetSession = 0x80;
    private const int SetStatusFlags = 4;
    private const int SetDescriptorFlags = 2;
    private const int PidFdOpen = 434;
    private const uint CloseRangeCloseOnExec = 4;
    private const int SignalLast = 31;
    private const int SignalStop = 19;
    private const int NoHang = 1;

    /// <summary>More than the types of either libc: posix_spawnattr_t is 336 octets with glibc, sigset_t 128.</summary>
    private const int StructureOctets = 1024;

    /// <summary>An entry of <see cref="Poll"/>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Found;
    }

    /// <summary>
    /// Starts a file in a session and process group of its own, whose number is the process's, with all signals as by default. Of this process's descriptors it gets
    /// three, for input, output and errors. Returns 0 or an errno.
    /// </summary>
    public static int Spawn(string path, string[] arguments, string[] environment, int input, int output, int errors, out int process)
    {
        process = 0;
        Span<byte> actionSpace = stackalloc byte[StructureOctets];
        Span<byte> attributeSpace = stackalloc byte[StructureOctets];
        Span<byte> signalSpace = stackalloc byte[StructureOctets];
        using var argv = new TextVector(arguments);
        using var envp = new TextVector(environment);
        fixed (byte* actions = actionSpace, attributes = attributeSpace, signals = signalSpace)
        {
            int fault;
            if ((fault = posix_spawn_file_actions_init(actions)) != 0)
                return fault;
            try
            {
                if ((fault = posix_spawnattr_init(attributes)) != 0)
                    return fault;
                try
                {
                    // .NET ignores SIGPIPE, and what is ignored would stay so.
                    _ = sigemptyset(signals);
                    fault = posix_spawnattr_setsigmask(attributes, signals);
                    for (var signal = 1; signal <= SignalLast; signal++)
                    {
                        if (signal is not (SigKill or SignalStop))
                            _ = sigaddset(signals, signal);
                    }

                    if (fault != 0 || (fault = posix_spawnattr_setsigdefault(attributes, signals)) != 0
                        || (fault = posix_spawnattr_setflags(attributes, SpawnSetSession | SpawnSetSignalDefaults | SpawnSetSignalMask)) != 0
                        || (fault = posix_spawn_file_actions_adddup2(actions, input, 0)) != 0
                        || (fault = posix_spawn_file_actions_adddup2(actions, output, 1)) != 0
                        || (fault = posix_spawn_file_actions_adddup2(actions, errors, 2)) != 0)
                        return fault;
                    KeepDescriptors();
                    return posix_spawn(out process, path, actions, attributes, argv.Pointer, envp.Pointer);
                }
                finally
                {
                    _ = posix_spawnattr_destroy(attributes);
                }
            }
            finally
            {
                _ = posix_spawn_file_actions_destroy(actions);
            }
        }
    }

    /// <summary>A pipe whose ends no child inherits.</summary>
    /// <exception cref="IOException">There are no descriptors left.</exception>
    public static (int Read, int Write) Pipe()
    {
        var ends = stackalloc int[2];
        if (pipe2(ends, CloseOnExec) != 0)
            throw new IOException($"no pipe: {Marshal.GetLastPInvokeErrorMessage()}");
        return (ends[0], ends[1]);
    }

    /// <summary>From now on reads and writes return at once.</summary>
    public static void DoNotBlock(int descriptor) => _ = fcntl(descriptor, SetStatusFlags, NonBlocking);

    /// <summary>A descriptor that is readable once the process has ended; negative where the kernel (before 5.3) has none.</summary>
    public static int WatchProcess(int process) => (int)syscall(PidFdOpen, process, 0);

    /// <summary>-1 with errno in <see cref="Marshal.GetLastPInvokeError"/>.</summary>
    public static int Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            return (int)read(descriptor, pointer, (nuint)buffer.Length);
        }
    }

    /// <summary>-1 with errno in <see cref="Marshal.GetLastPInvokeError"/>.</summary>
    public static int Write(int descriptor, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* pointer = buffer)
        {
            return (int)write(descriptor, pointer, (nuint)buffer.Length);
        }
    }

    /// <param name="milliseconds">-1: until something happens.</param>
    public static void Poll(Span<PollEntry> entries, int milliseconds)
    {
        fixed (PollEntry* pointer = entries)
        {
            _ = poll(pointer, (nuint)entries.Length, milliseconds);
        }
    }

    public static void Close(int descriptor) => _ = close(descriptor);

    /// <summary>To every process of the group.</summary>
    public static void SignalGroup(int group, int signal) => _ = kill(-group, signal);

    /// <summary>Whether the process has ended; it is gone from the table then. The status as wait(2) tells it, -1 if somebody else has it.</summary>
    public static bool HasEnded(int process, out int status)
    {
        int found;
        do
        {
            found = waitpid(process, out status, NoHang);
        }
        while (found < 0 && Marshal.GetLastPInvokeError() == ErrorInterrupted);
        if (found < 0)
            status = -1;
        return found != 0;
    }

    /// <summary>
    /// Takes from the table what was killed of a group and has become this process's to take, because it is the first of its container. Elsewhere there is nothing of that
    /// kind, and it returns at once. What has taken another user's rights and cannot be killed is waited for a second.
    /// </summary>
    public static void TakeOrphans(int group)
    {
        for (var wait = 0; wait < 100;)
        {
            var found = waitpid(-group, out _, NoHang);
            if (found < 0 && Marshal.GetLastPInvokeError() != ErrorInterrupted)
                return;
            if (found == 0)
            {
                Poll([], 10);
                wait++;
            }
        }
    }

    /// <summary>No descriptor of this process but the three goes to a child, whatever library has opened it.</summary>
    private static void KeepDescriptors()
    {
        try
        {
            if (close_range(3, uint.MaxValue, CloseRangeCloseOnExec) == 0)
                return;
        }
        catch (EntryPointNotFoundException)
        {
            // glibc before 2.34, or musl: by hand.
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(entry.AsSpan()), out var descriptor) && descriptor > 2)
                _ = fcntl(descriptor, SetDescriptorFlags, 1);
        }
    }

    /// <summary>Texts as C has them: an array of pointers that ends with null.</summary>
    private sealed class TextVector : IDisposable
    {
        private readonly nint[] _texts;

        public TextVector(string[] texts)
        {
            _texts = [.. texts.Select(Marshal.StringToCoTaskMemUTF8)];
            Pointer = (nint*)NativeMemory.AllocZeroed((nuint)_texts.Length + 1, (nuint)sizeof(nint));
            _texts.CopyTo(new Span<nint>(Pointer, _texts.Length));
        }

        public nint* Pointer { get; }

        public void Dispose()
        {
            foreach (var text in _texts)
                Marshal.FreeCoTaskMem(text);
            NativeMemory.Free(Pointer);
        }
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawn(out int process, string path, byte* actions, byte* attributes, nint* arguments, nint* environment);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawn_file_actions_adddup2(byte* actions, int from, int to);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int sigemptyset(byte* signals);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int sigaddset(byte* signals, int signal);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int pipe2(int* ends, int flags);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int fcntl(int descriptor, int command, nint argument);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint syscall(nint number, nint first, nint second);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint read(int descriptor, byte* buffer, nuint count);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint write(int descriptor, byte* buffer, nuint count);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int close(int descriptor);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int close_range(uint first, uint last, uint flags);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int kill(int process, int signal);

    [LibraryImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int waitpid(int process, out int status, int options);
}
