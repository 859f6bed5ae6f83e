using System.Buffers;
using System.Runtime.InteropServices;
using MailCluster.Storage.Packs.Format;
using Microsoft.Win32.SafeHandles;

namespace MailCluster.Storage.Packs;

/// <summary>
/// One pack as readers see it: its files, opened when needed, and its index. The active pack has its index in memory and grows; a sealed
/// one reads entries from the file.
/// </summary>
internal sealed class Pack(string directory, uint number, uint nonce, uint count, long length, IndexEntry[]? entries) : IDisposable
{
    private const int KindsOpened = 4;

    private readonly Lock _lock = new();
    private readonly SafeFileHandle?[] _handles = new SafeFileHandle?[KindsOpened];
    private IndexEntry[]? _entries = entries;
    private uint _count = count;
    private long _lastUsed;
    private bool _indexRebuilt;

    public uint Number => number;

    public uint Nonce => nonce;

    /// <summary>Records in it, damaged ones included.</summary>
    public uint Count => Volatile.Read(ref _count);

    /// <summary>Bytes of its records file.</summary>
    public long Length { get; set; } = length;

    public Releases Releases { get; } = new(directory, number);

    /// <summary>Garbage as last counted: how many releases were due then, and the bytes of their records.</summary>
    public (int Count, long Bytes) Garbage { get; set; }

    /// <summary>When it was last read, in loads of the open-file cache.</summary>
    public long LastUsed => Volatile.Read(ref _lastUsed);

    public bool HasOpenFiles { get; private set; }

    public string FilePath(PackFileKind kind) => PackFiles.Path(directory, number, kind);

    public void Touch(long clock)
    {
        if (_lastUsed != clock)
            Volatile.Write(ref _lastUsed, clock);
    }

    /// <summary>Adds a record to the active pack; readers see it from then on. Called by the writer's thread only.</summary>
    public void Add(in IndexEntry entry)
    {
        var entries = _entries!;
        if (_count == entries.Length)
        {
            Array.Resize(ref entries, entries.Length * 2);
            Volatile.Write(ref _entries, entries);
        }

        entries[_count] = entry;
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>Its files are complete and nothing is added any more.</summary>
    public bool IsSealed => Volatile.Read(ref _entries) is null;

    /// <summary>The entries of the active pack.</summary>
    public ReadOnlySpan<IndexEntry> Entries => _entries.AsSpan(0, (int)_count);

    /// <summary>The index file is complete: readers use it from now on.</summary>
    public void ForgetEntries() => Volatile.Write(ref _entries, null);

    /// <summary>
    /// Reads entries that are in the pack. False when the files are gone, because compaction moved everything elsewhere.
    /// </summary>
    public bool TryReadEntries(uint first, Span<IndexEntry> destination)
    {
        if (Volatile.Read(ref _entries) is { } loaded)
        {
            loaded.AsSpan((int)first, destination.Length).CopyTo(destination);
            return true;
        }

        var bytes = MemoryMarshal.AsBytes(destination);
        if (TryRead(PackFileKind.Index, bytes, IndexEntry.Position(first), out var read))
        {
            if (read == bytes.Length && AreSound(first, destination))
                return true;
        }
        else if (!File.Exists(FilePath(PackFileKind.Records)))
        {
            return false;
        }

        lock (_lock)
        {
            if (!_indexRebuilt)
            {
                PackRecovery.RebuildIndex(this);
                _indexRebuilt = true;
                Close(PackFileKind.Index);
            }
        }

        if (!TryRead(PackFileKind.Index, bytes, IndexEntry.Position(first), out read))
            return false;
        for (var i = 0; i < destination.Length; i++)
        {
            if (read < (i + 1) * IndexEntry.Size || !destination[i].IsSound(nonce, first + (uint)i))
                destination[i] = new IndexEntry { Flags = IndexEntry.Damaged };
        }

        return true;
    }

    /// <summary>Reads until <paramref name="destination"/> is full or the file ends. False when the file is gone.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public bool TryRead(PackFileKind kind, Span<byte> destination, long offset, out int read)
    {
        while (true)
        {
            read = 0;
            if (Open(kind) is not { } file)
                return false;
            try
            {
                while (read < destination.Length)
                {
                    var count = RandomAccess.Read(file, destination[read..], offset + read);
                    if (count == 0)
                        return true;
                    read += count;
                }

                return true;
            }
            catch (ObjectDisposedException)
            {
                // The cache of open files closed it between our look and our read; open it again.
                read = 0;
            }
        }
    }

    /// <summary>Reads header and owner of one record.</summary>
    public bool TryReadRecordHeader(uint ordinal, in IndexEntry entry, out RecordHeader header, out string owner)
    {
        var size = RecordHeader.FixedSize + entry.OwnerLength;
        var bytes = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            owner = string.Empty;
            header = default;
            if (entry.IsDamaged || !TryRead(PackFileKind.Records, bytes.AsSpan(0, size), entry.RecordOffset, out var read) || read < size
                || !RecordHeader.TryRead(bytes.AsSpan(0, size), number, nonce, out header) || header.Ordinal != ordinal)
            {
                return false;
            }

            owner = System.Text.Encoding.UTF8.GetString(bytes, RecordHeader.FixedSize, entry.OwnerLength);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Closes the files that are open; a reader at work opens its file again.</summary>
    public void CloseFiles()
    {
        lock (_lock)
        {
            for (var i = 0; i < KindsOpened; i++)
            {
                _handles[i]?.Dispose();
                _handles[i] = null;
            }

            HasOpenFiles = false;
        }
    }

    public void Dispose() => CloseFiles();

    private bool AreSound(uint first, ReadOnlySpan<IndexEntry> read)
    {
        for (var i = 0; i < read.Length; i++)
        {
            if (!read[i].IsSound(nonce, first + (uint)i))
                return false;
        }

        return true;
    }

    private SafeFileHandle? Open(PackFileKind kind)
    {
        var slot = (int)kind - 1;
        if (Volatile.Read(ref _handles[slot]) is { } open)
            return open;
        lock (_lock)
        {
            if (_handles[slot] is { } meanwhile)
                return meanwhile;
            try
            {
                HasOpenFiles = true;
                return _handles[slot] = File.OpenHandle(FilePath(kind), options: FileOptions.RandomAccess, share: FileShare.ReadWrite | FileShare.Delete);
            }
            catch (FileNotFoundException)
            {
                return null;
            }
        }
    }

    private void Close(PackFileKind kind)
    {
        var slot = (int)kind - 1;
        _handles[slot]?.Dispose();
        _handles[slot] = null;
    }
}
