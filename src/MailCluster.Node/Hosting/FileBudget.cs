namespace MailCluster.Node.Hosting;

/// <summary>
/// How the open files that the system grants are shared out. A .NET process that runs out of them does not only refuse: the runtime itself needs
/// some (for threads, for code it loads), and without one it ends the process. So connections never get the last ones.
/// </summary>
/// <param name="Connections">Connections of all protocols that may be open.</param>
/// <param name="SpoolFiles">Big messages that may be on their way through a file at a time.</param>
internal readonly record struct FileBudget(int Connections, int SpoolFiles)
{
    /// <summary>The program's own code holds some 200; the rest is for packs, database, logs, the admin socket, connections that are just being refused.</summary>
    private const long ReservedMin = 512;

    /// <summary>Taken however little the system grants.</summary>
    private const long ConnectionsMin = 16;

    /// <param name="openFilesMax">What the system grants, null if it does not say.</param>
    /// <param name="wanted"><c>limits.connections</c>.</param>
    public static FileBudget Of(long? openFilesMax, int wanted)
    {
        if (openFilesMax is not { } files)
        {
            return new FileBudget(wanted, int.MaxValue);
        }
        var reserved = Math.Max(files / 4, ReservedMin);
        return new FileBudget((int)Math.Min(Math.Max(files - reserved, ConnectionsMin), wanted), (int)(reserved / 4));
    }
}
