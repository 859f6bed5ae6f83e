using System.Runtime.InteropServices;
using MailCluster.Bodies;
using MailCluster.Storage.Packs.Format;
using Microsoft.Extensions.Logging;

namespace MailCluster.Storage.Packs.Writes;

/// <summary>
/// The one writer of packs: a thread that takes everything that waits; all puts of it share one write and one fsync, as do all releases (<see cref="GroupThread{TRequest}"/>).
/// </summary>
internal sealed partial class PackWriter : IAsyncDisposable
{
    private const int GroupPutsMax = 1_024;

    private readonly PackCatalog _catalog;
    private readonly PackOptions _options;
    private readonly ILogger _logger;
    private readonly GroupThread<GroupRequest> _thread;
    private readonly List<PutRequest> _puts = [];
    private readonly List<ReleaseRequest> _releases = [];
    private ActivePack? _active;
    private Task _sealing = Task.CompletedTask;

    public PackWriter(PackCatalog catalog, ActivePack? active, PackOptions options, ILogger logger)
    {
        _catalog = catalog;
        _active = active;
        _options = options;
        _logger = logger;
        _thread = new GroupThread<GroupRequest>(
            "pack-writer",
            new GroupLimits(options.QueuedPutsMax, GroupPutsMax, options.GroupBytesMax),
            Write,
            CloseActive,
            static () => new BodyStoreUnavailableException("The body store is closed."),
            TimeProvider.System);
    }

    /// <summary>The sealing of the packs that became full.</summary>
    public Task Sealing => Volatile.Read(ref _sealing);

    /// <summary>Queues the request; when the returned task completes it will be answered through its own task.</summary>
    public ValueTask AddAsync(GroupRequest request, CancellationToken cancellationToken) => _thread.AddAsync(request, cancellationToken);

    /// <inheritdoc cref="GroupThread{TRequest}.TryWriteHere"/>
    public bool TryWriteHere(PutRequest request) => _thread.TryWriteHere(request);

    /// <summary>Writes what waits and closes the active pack so that the next start has nothing to scan.</summary>
    public async ValueTask DisposeAsync()
    {
        await _thread.DisposeAsync();
        await _sealing;
    }

    // The active pack and the lists are touched by nobody else meanwhile.
    private void Write(List<GroupRequest> taken, bool isHere)
    {
        foreach (var request in taken)
        {
            switch (request)
            {
                case PutRequest put:
                    _puts.Add(put);
                    break;
                case ReleaseRequest release:
                    _releases.Add(release);
                    break;
            }
        }

        if (_puts.Count > 0)
            WriteGroup(CollectionsMarshal.AsSpan(_puts), _puts.Sum(static put => put.Weight));
        WriteReleases();
        foreach (var request in taken)
        {
            if (request is SwitchRequest emptied)
                Switch(emptied);
        }

        _puts.Clear();
        _releases.Clear();
    }

    private void WriteGroup(ReadOnlySpan<PutRequest> group, long bytes)
    {
        try
        {
            var active = ActiveFor(bytes);
            active.Append(group);
            StorageMetrics.RecordPackGroup(group.Length, bytes);
            foreach (var request in group)
                request.Decide(null);
        }
        catch (Exception e) when (group.Length > 1 && _active is { IsBroken: false })
        {
            // Perhaps one of them is just too big for what is left of the disk: each is tried alone.
            LogGroupFailed(group.Length, e.Message);
            for (var i = 0; i < group.Length; i++)
                WriteGroup(group.Slice(i, 1), group[i].Weight);
        }
        catch (Exception e)
        {
            LogPutFailed(group.Length, e);
            var unavailable = new BodyStoreUnavailableException($"The message cannot be stored: {e.Message}", e);
            foreach (var request in group)
                request.Decide(unavailable);
        }
    }

    private ActivePack ActiveFor(long bytes)
    {
        // One message may be bigger than a pack; offsets are 32 bits, which leaves room for it.
        if (_active is { } active && !active.IsBroken
            && (active.Pack.Length + bytes <= _options.PackBytesMax || active.Pack.Count == 0))
        {
            return active;
        }

        var number = _catalog.Packs.IsEmpty ? 1 : _catalog.Packs.Keys.Max() + 1;
        var next = ActivePack.Create(_catalog.Directory, number, _options.AtStep);
        _catalog.Packs[number] = next.Pack;
        var full = _active;
        _active = next;
        if (full is not null)
            SealInBackground(full);
        return next;
    }

    // Flushing the summaries of a whole pack takes a while, so it is not done between two puts. A crash before it is over costs a walk over
    // that pack's index at the next start.
    private void SealInBackground(ActivePack full)
    {
        var before = _sealing;
        _sealing = Task.Run(async () =>
        {
            await before;
            try
            {
                using (full)
                    full.Close(isSealed: true);
                full.Pack.ForgetEntries();
                LogSealed(full.Pack.Number, full.Pack.Count, full.Pack.Length);
            }
            catch (Exception e)
            {
                LogSealFailed(full.Pack.Number, e);
            }
        });
    }

    private void CloseActive()
    {
        if (_active is null)
            return;
        try
        {
            using (_active)
                _active.Close(isSealed: false);
        }
        catch (Exception e)
        {
            LogSealFailed(_active.Pack.Number, e);
        }
    }

    private void WriteReleases()
    {
        if (_releases.Count == 0)
            return;
        Exception? failure = null;
        try
        {
            var byPack = new Dictionary<Pack, Dictionary<uint, ulong>>();
            foreach (var request in _releases)
            {
                foreach (var body in request.Bodies.Span)
                {
                    if (_catalog.TryLocate(body, out var pack, out var ordinal))
                        AddRelease(byPack, pack, ordinal, (ulong)request.FreeAfter.UtcTicks);
                }
            }

            AppendReleases(byPack);
        }
        catch (Exception e)
        {
            LogReleaseFailed(_releases.Count, e);
            failure = new BodyStoreUnavailableException($"The release cannot be recorded: {e.Message}", e);
        }

        foreach (var request in _releases)
            request.Decide(failure);
    }

    // A release that came after its record was copied is written in the old pack; it goes over to the new one before the old one goes.
    private void Switch(SwitchRequest request)
    {
        Exception? failure = null;
        try
        {
            var emptied = request.Emptied;
            var byPack = new Dictionary<Pack, Dictionary<uint, ulong>>();
            foreach (var (ordinal, freeAfter) in emptied.Releases.ToList())
            {
                if (_catalog.FindForward(ReferenceOf(emptied, ordinal)) is { } moved && moved.Pack != emptied.Number
                    && _catalog.Packs.TryGetValue(moved.Pack, out var holder))
                {
                    AddRelease(byPack, holder, moved.Ordinal, freeAfter);
                }
            }

            AppendReleases(byPack);
            _options.AtStep?.Invoke(PackStep.CompactionReleasesCarried);
            _catalog.Packs.TryRemove(emptied.Number, out _);
            _options.AtStep?.Invoke(PackStep.CompactionSwitched);
        }
        catch (Exception e)
        {
            failure = new BodyStoreUnavailableException($"A pack cannot be replaced: {e.Message}", e);
        }

        request.Decide(failure);
    }

    private static ulong ReferenceOf(Pack pack, uint ordinal)
    {
        var entry = new IndexEntry[1];
        return pack.TryReadEntries(ordinal, entry) && entry[0].IsMoved && pack.TryReadRecordHeader(ordinal, entry[0], out var header, out _)
            ? header.Reference
            : new Location(pack.Number, ordinal).Value;
    }

    private static void AddRelease(Dictionary<Pack, Dictionary<uint, ulong>> byPack, Pack pack, uint ordinal, ulong freeAfter)
    {
        if (pack.Releases.Contains(ordinal))
            return;
        if (!byPack.TryGetValue(pack, out var released))
            byPack.Add(pack, released = []);
        released.TryAdd(ordinal, freeAfter);
    }

    private void AppendReleases(Dictionary<Pack, Dictionary<uint, ulong>> byPack)
    {
        foreach (var (pack, released) in byPack)
        {
            pack.Releases.Append(released);
            StorageMetrics.CountPackFlush();
            _options.AtStep?.Invoke(PackStep.Released);
        }
    }

    [LoggerMessage(1440, LogLevel.Warning, "A group of {Count} messages could not be written and is tried one by one: {Reason}")]
    private partial void LogGroupFailed(int count, string reason);

    [LoggerMessage(1441, LogLevel.Error, "{Count} messages could not be stored")]
    private partial void LogPutFailed(int count, Exception exception);

    [LoggerMessage(1442, LogLevel.Information, "Pack {Pack:x8} is full and sealed: {Records} records, {Bytes} bytes")]
    private partial void LogSealed(uint pack, uint records, long bytes);

    [LoggerMessage(1443, LogLevel.Warning, "Pack {Pack:x8} could not be sealed; the next start walks over its index")]
    private partial void LogSealFailed(uint pack, Exception exception);

    [LoggerMessage(1444, LogLevel.Error, "{Count} releases could not be recorded; their owners say them again")]
    private partial void LogReleaseFailed(int count, Exception exception);
}
