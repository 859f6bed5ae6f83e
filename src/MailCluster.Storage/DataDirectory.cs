using System.Globalization;

namespace MailCluster.Storage;

/// <summary>
/// The data directory of one node, held for as long as this object lives: a second process on it is refused. It carries a version stamp, so
/// that a program that is too old does not touch what a newer one wrote.
/// </summary>
/// <remarks>
/// Files: <c>lock</c>, held by an exclusive lock of the operating system, which ends with the process whatever way it ends, and holding the
/// process id for the reader of an error; <c>FORMAT</c>, one line <c>mailcluster N</c>, written by rename so that it is whole or not there.
/// The stamp is that of the layout of the directory as a whole; the database and the packs carry versions of their own.
/// </remarks>
public sealed class DataDirectory : IDisposable
{
    /// <summary>The layout this program writes.</summary>
    public const int FormatVersion = 1;

    private const string FormatFile = "FORMAT";
    private const string LockFile = "lock";
    private const string Product = "mailcluster";

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream lockStream)
    {
        Path = path;
        _lock = lockStream;
    }

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>Creates the directory (mode 0700) when it is missing, takes the lock and checks the stamp.</summary>
    /// <exception cref="DataDirectoryInUseException">Another process holds it.</exception>
    /// <exception cref="StorageFormatException">It was written by a newer version, or is not a data directory.</exception>
    /// <exception cref="IOException">It cannot be created or written.</exception>
    public static DataDirectory Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        if (!Directory.Exists(full))
            DurableFile.CreateDirectory(full);
        var held = TakeLock(full);
        try
        {
            CheckFormat(full);
            return new DataDirectory(full, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static FileStream TakeLock(string directory)
    {
        var path = System.IO.Path.Combine(directory, LockFile);
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsLocked(e))
        {
            throw new DataDirectoryInUseException(directory, e);
        }

        try
        {
            stream.SetLength(0);
            stream.Write(System.Text.Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
            stream.Flush();
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    // EWOULDBLOCK of flock, which .NET hands on as it is (Linux 11, BSD and macOS 35); ERROR_SHARING_VIOLATION. Another error, a file system
    // mounted read-only for one, says nothing of another process.
    private static bool IsLocked(IOException e) => (e.HResult & 0xFFFF) is 11 or 35 or 32;

    private static void CheckFormat(string directory)
    {
        var path = System.IO.Path.Combine(directory, FormatFile);
        if (!File.Exists(path))
        {
            DurableFile.Replace(path, System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Product} {FormatVersion}\n")));
            return;
        }

        var words = File.ReadAllText(path).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2 || words[0] != Product || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            throw new StorageFormatException($"{path} is not the stamp of a MailCluster data directory.");
        if (version > FormatVersion)
        {
            throw new StorageFormatException(string.Create(
                CultureInfo.InvariantCulture,
                $"{directory} has format {version}; this program knows up to {FormatVersion}. Run the newer version that wrote it."));
        }
    }

    public void Dispose() => _lock.Dispose();
}

/// <summary>Another process holds the data directory.</summary>
public sealed class DataDirectoryInUseException(string path, Exception inner)
    : Exception($"The data directory {path} is in use by another process.", inner);
