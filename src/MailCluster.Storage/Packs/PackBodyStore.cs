using MailCluster.Bodies;
using MailCluster.Storage.Packs.Format;
using MailCluster.Storage.Packs.Writes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Storage.Packs;

// Message bodies in packs.
//
// The problem: millions of small immutable messages that must each be on stable storage before a 250 is sent. A file a message costs an fsync of
// the file and one of its directory each, and an inode each for ever. So all accounts of the node append to one active pack, and all messages that
// arrive while an fsync is under way share the next one.
//
// Files of pack N, in <data-dir>/packs:
//   N.pack     the truth: checksummed records (RecordHeader, owner, body), appended, fsynced before anyone is answered. While it is written it ends in
//              zeros, so that an fsync need not write its length (docs/adr/0040)
//   N.summary  the summaries, N.text the searchable texts: checksummed entries, appended, flushed only when the pack is sealed, since they
//              can be made again from the bodies. Two files, so that listing a folder does not read past its texts, which are ten times bigger
//   N.idx      40 bytes a record: where its body, summary and text are. Derived; made again from the others when it is missing or damaged
//   N.dead     ordinals given up, and from when on they are garbage; fsynced on release
//   N.fwd      where records went that owners know by references into N; outlives N.pack
//
// A reference is (pack, ordinal). It never changes: a record that compaction moves carries it along, and N.fwd says where it is now. One look-up
// whatever the number of moves, no chains.
//
// A put: append records; fsync N.pack; append summaries and texts; append index entries; answer. A crash
//   - before the fsync: the record may be there, torn or whole. The start cuts a torn tail off; a whole record without an event is an
//     orphan, which fsck finds and releases;
//   - after it: the record is there. The index entry, if it is missing, is made by scanning behind the last one; a missing summary
//     is answered empty.
// A pack that reaches PackBytesMax is sealed in the background while the next one is written: summaries and texts are flushed, then the footer of
// the index is written, which says that nothing needs to be scanned. A clean close writes the same footer on the active pack.
//
// Ordinals are used again only when their records were cut off, which nobody was ever told of. Numbers of packs are never used again: the
// pack with the highest number is never removed.
//
// Release and compaction: see PackCompaction.
/// <summary>The body store of the embedded default: append-only pack files, shared by all accounts of the node.</summary>
public sealed partial class PackBodyStore : IBodyStore, IBodyStoreCheck, IAsyncDisposable
{
    /// <summary>The directory in the data directory.</summary>
    public const string DirectoryName = "packs";

    private readonly PackCatalog _catalog;
    private readonly PackWriter _writer;
    private readonly PackOptions _options;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _compacting = new(1, 1);
    private bool _disposed;

    private PackBodyStore(PackCatalog catalog, PackWriter writer, PackOptions options, ILogger logger)
    {
        _catalog = catalog;
        _writer = writer;
        _options = options;
        _logger = logger;
    }

    /// <summary>Opens the packs of a data directory, creating the directory and recovering what a crash left. The caller holds the <see cref="DataDirectory"/>.</summary>
    /// <exception cref="StorageFormatException">A newer version wrote here.</exception>
    /// <exception cref="BodyStoreUnavailableException">The files cannot be opened.</exception>
    public static PackBodyStore Open(string dataDirectory, PackOptions options, ILogger<PackBodyStore> logger)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.PackBytesMax, 2L << 30);
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Packs are little-endian, and so must be the processor.");
        var directory = Path.Combine(Path.GetFullPath(dataDirectory), DirectoryName);
        try
        {
            if (!Directory.Exists(directory))
                DurableFile.CreateDirectory(directory);
            var catalog = new PackCatalog(directory, options.OpenPacksMax);
            var active = PackRecovery.OpenAll(catalog, logger) is { } recovered ? ActivePack.Resume(recovered, options.AtStep) : null;
            return new PackBodyStore(catalog, new PackWriter(catalog, active, options, logger), options, logger);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BodyStoreUnavailableException($"The packs in {directory} cannot be opened: {e.Message}", e);
        }
    }

    public ValueTask<BodyRef> PutAsync(NewBody message, CancellationToken cancellationToken)
    {
        var request = new PutRequest(message);
        if (request.Owner.Length > RecordHeader.OwnerLengthMax)
            throw new ArgumentException($"An owner has at most {RecordHeader.OwnerLengthMax} bytes.", nameof(message));
        return PutAsync(request, cancellationToken);
    }

    public async ValueTask ReleaseAsync(ReadOnlyMemory<BodyRef> bodies, DateTimeOffset freeAfter, CancellationToken cancellationToken)
    {
        if (bodies.IsEmpty)
            return;
        var request = new ReleaseRequest(bodies, freeAfter);
        await _writer.AddAsync(request, cancellationToken);
        await request.PlainTask;
    }

    // Once queued a put runs to its end whatever the caller's token says: the caller's buffers are in use until then.
    private async ValueTask<BodyRef> PutAsync(PutRequest request, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested || !_writer.TryWriteHere(request))
            await _writer.AddAsync(request, cancellationToken);
        return new BodyRef((ulong)await request.Task);
    }

    /// <summary>Completes when the packs that were full when it was called are sealed.</summary>
    internal Task WhenSealedAsync() => _writer.Sealing;

    /// <summary>Finishes what waits and closes the files. Later calls fail.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
            return;
        _disposed = true;
        await _compacting.WaitAsync();
        await _writer.DisposeAsync();
        _catalog.Dispose();
        _compacting.Dispose();
    }
}
