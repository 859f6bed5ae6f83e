namespace MailCluster.Storage.Tests;

/// <summary>A directory of one test, gone after it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mailcluster-storage-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>
    /// What a kill -9 at this moment would leave: the files as the operating system has them, without what the process that uses them would
    /// still do.
    /// </summary>
    public TemporaryDirectory CopyAsAfterKill()
    {
        var copy = new TemporaryDirectory();
        foreach (var directory in Directory.EnumerateDirectories(Path, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(System.IO.Path.Combine(copy.Path, System.IO.Path.GetRelativePath(Path, directory)));

        // An index never gets ahead of its records: where others write meanwhile the copy has to hold to that, so indexes are first.
        foreach (var file in Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).OrderByDescending(file => file.EndsWith(".idx", StringComparison.Ordinal)))
        {
            // The shared memory of SQLite is rebuilt from the log; a lock ends with its process.
            if (!file.EndsWith("-shm", StringComparison.Ordinal) && System.IO.Path.GetFileName(file) != "lock")
                System.IO.File.Copy(file, System.IO.Path.Combine(copy.Path, System.IO.Path.GetRelativePath(Path, file)));
        }

        return copy;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
