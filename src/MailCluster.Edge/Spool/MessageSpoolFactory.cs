namespace MailCluster.Edge;

/// <summary>Makes spools, and keeps the account of the memory that all of them use.</summary>
public sealed class MessageSpoolFactory(SpoolOptions options)
{
    private long _memoryInUse;
    private int _filesInUse;

    /// <summary>Bytes of memory that open spools hold now.</summary>
    public long MemoryInUse => Volatile.Read(ref _memoryInUse);

    internal SpoolOptions Options { get; } = options;

    /// <summary>Begins a message.</summary>
    /// <param name="sizeMax">The most bytes the message may have; writing past it fails. 1 to 2 147 000 000.</param>
    /// <param name="headRoom">Bytes to keep free in front, for <see cref="MessageSpool.WithPrefix"/>. 0 to 64 KiB.</param>
    /// <param name="sizeHint">How long the message will be, if that was announced; 0 if not. A wrong hint costs memory or a copy, nothing else.</param>
    public MessageSpool Create(long sizeMax, int headRoom = 0, long sizeHint = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sizeMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sizeMax, MessageSpool.SizeMaxLimit);
        ArgumentOutOfRangeException.ThrowIfNegative(headRoom);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(headRoom, MessageSpool.HeadRoomMax);
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        return new MessageSpool(this, sizeMax, headRoom, sizeHint);
    }

    /// <summary>Takes memory for a spool if there is enough left.</summary>
    internal bool TryReserve(long bytes)
    {
        if (Interlocked.Add(ref _memoryInUse, bytes) <= Options.TotalMemoryMax)
            return true;
        Interlocked.Add(ref _memoryInUse, -bytes);
        return false;
    }

    /// <summary>Takes memory whether there is enough left or not: the little that a spool needs to write to a file.</summary>
    internal void Reserve(long bytes) => Interlocked.Add(ref _memoryInUse, bytes);

    /// <exception cref="IOException">There are as many files as there may be, or the file cannot be made.</exception>
    internal SpoolFile CreateFile(int headRoom)
    {
        if (Interlocked.Increment(ref _filesInUse) > Options.FilesMax)
        {
            Interlocked.Decrement(ref _filesInUse);
            throw new IOException("Too many big messages are being received.");
        }

        try
        {
            return SpoolFile.Create(Options.Directory, headRoom);
        }
        catch
        {
            Interlocked.Decrement(ref _filesInUse);
            throw;
        }
    }

    internal void ReleaseFile(SpoolFile file)
    {
        file.Dispose();
        Interlocked.Decrement(ref _filesInUse);
    }

    internal void Release(long bytes) => Interlocked.Add(ref _memoryInUse, -bytes);
}

/// <summary>A message is longer than it may be. The spool takes no more; what it held is of no use.</summary>
public sealed class MessageTooLargeException(long sizeMax) : Exception($"The message is longer than {sizeMax} bytes.")
{
    public long SizeMax { get; } = sizeMax;
}
