namespace MailCluster.EndToEnd.Tests.Support;

/// <summary>A folder of its own for one test, removed at its end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    // Short, since Unix socket paths inside it may have only 107 bytes.
    public string Path { get; } = Directory.CreateTempSubdirectory("mct").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
