using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailCluster.Storage;

/// <summary>
/// Makes changes of the directory itself durable. A new, renamed or removed name survives a power loss only once the directory that holds it
/// is flushed, which .NET has no call for on Unix: it is opened and fsynced through the C library. Windows journals its names.
/// </summary>
public static partial class DurableFile
{
    private const int OpenReadOnly = 0;

    /// <summary>Creates the directory and its parents, readable by the owner alone, and flushes the parent.</summary>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (Path.GetDirectoryName(path) is { Length: > 0 } parent)
            FlushDirectory(parent);
    }

    /// <summary>Replaces a small file whole: after a crash it has the old bytes or the new.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = path + ".new";
        using (var handle = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, bytes, 0);
            RandomAccess.FlushToDisk(handle);
        }

        File.Move(temporary, path, overwrite: true);
        FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>
    /// Brings what was written to stable storage, with the length of the file but without its times: on Linux fdatasync, which for an append takes
    /// half as long as fsync. Elsewhere all of it; macOS needs more than either (F_FULLFSYNC), which .NET does.
    /// </summary>
    /// <exception cref="IOException">The disk failed. Nobody knows what of the file is on it.</exception>
    public static void FlushData(SafeFileHandle file)
    {
        if (!OperatingSystem.IsLinux())
            RandomAccess.FlushToDisk(file);
        else if (fdatasync(file) != 0)
            throw new IOException($"A file cannot be flushed (errno {Marshal.GetLastPInvokeError()}).");
    }

    /// <summary>Makes the names in a directory durable.</summary>
    /// <exception cref="IOException">The directory cannot be flushed.</exception>
    public static void FlushDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = open(path, OpenReadOnly);
        if (descriptor < 0)
            throw new IOException($"{path} cannot be opened to flush it (errno {Marshal.GetLastPInvokeError()}).");
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (fsync(handle) != 0)
            throw new IOException($"{path} cannot be flushed (errno {Marshal.GetLastPInvokeError()}).");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fdatasync(SafeFileHandle descriptor);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle descriptor);
}
