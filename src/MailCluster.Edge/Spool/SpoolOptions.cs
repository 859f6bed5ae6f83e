namespace MailCluster.Edge;

/// <summary>Where messages are while they are received.</summary>
public sealed record SpoolOptions
{
    /// <summary>
    /// Bytes of one message that are kept in memory; past it the message goes to a file. 1 MiB holds 98 of 100 messages; a larger one is
    /// cheaper in the page cache than in the large object heap. 4 KiB to 64 MiB.
    /// </summary>
    public int MemoryMax { get; init; } = 1024 * 1024;

    /// <summary>
    /// Bytes of all messages being received at one time that are kept in memory. Past it messages go to files early, whatever their
    /// size: many clients that begin large messages and never end them must not fill the memory.
    /// </summary>
    public long TotalMemoryMax { get; init; } = 256L * 1024 * 1024;

    /// <summary>The directory of the files. It is made when the first one is needed; files are unlinked as soon as they are open.</summary>
    public string Directory { get; init; } = Path.Combine("data", "tmp");

    /// <summary>Messages that may be in files at a time: each takes one of the files that the process may open. A message past it is refused for now. At least 1.</summary>
    public int FilesMax { get; init; } = int.MaxValue;
}
