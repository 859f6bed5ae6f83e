using System.Globalization;
using MailCluster.Storage;

namespace MailCluster.Node.Hosting;

/// <summary>The data directory, held by this process alone.</summary>
internal sealed class NodeDirectory : IDisposable
{
    private const string PidFile = "mailcluster.pid";

    private readonly DataDirectory _directory;

    private NodeDirectory(DataDirectory directory) => _directory = directory;

    public string Path => _directory.Path;

    /// <exception cref="NodeStartException">Another process has it, it is another program's, or it cannot be used.</exception>
    public static NodeDirectory Open(string path)
    {
        try
        {
            var directory = DataDirectory.Open(path);
            File.WriteAllText(PidPath(directory.Path), Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
            return new NodeDirectory(directory);
        }
        catch (DataDirectoryInUseException error)
        {
            throw new NodeStartException($"the data directory {path} is in use by {Holder(path)}; stop it first, or give this node a data-dir of its own", error);
        }
        catch (Exception error) when (error is StorageFormatException or IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException($"the data directory {path} cannot be used: {error.Message}", error);
        }
    }

    public void Dispose()
    {
        File.Delete(PidPath(_directory.Path));
        _directory.Dispose();
    }

    /// <summary>
    /// The process that holds the directory, by the file it left. The lock file itself cannot be read while it is locked: .NET takes a shared
    /// lock for every reader.
    /// </summary>
    private static string Holder(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(PidPath(path)).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                ? $"process {process}"
                : "another process";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }

    private static string PidPath(string path) => System.IO.Path.Combine(path, PidFile);
}
