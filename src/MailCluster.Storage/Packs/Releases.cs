using MailCluster.Storage.Packs.Format;

namespace MailCluster.Storage.Packs;

/// <summary>
/// The records of one pack that their owners gave up, each with the time from which it is garbage. Loaded when first asked for. Written by the
/// writer's thread only, read by any.
/// </summary>
internal sealed class Releases(string directory, uint pack)
{
    private readonly Lock _lock = new();
    private readonly OrdinalLog _log = new(PackFiles.Path(directory, pack, PackFileKind.Released), PackFileKind.Released, pack);
    private Dictionary<uint, ulong>? _freeAfter;

    /// <summary>Nothing was ever released; known without reading anything.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
                return _freeAfter is null ? !_log.Exists : _freeAfter.Count == 0;
        }
    }

    public bool Contains(uint ordinal)
    {
        lock (_lock)
            return Loaded().ContainsKey(ordinal);
    }

    /// <summary>A copy, for work that takes longer than a lock should be held.</summary>
    public List<KeyValuePair<uint, ulong>> ToList()
    {
        lock (_lock)
            return [.. Loaded()];
    }

    /// <summary>How many are garbage at <paramref name="now"/>.</summary>
    public int CountFree(DateTimeOffset now)
    {
        lock (_lock)
        {
            var count = 0;
            foreach (var freeAfter in Loaded().Values)
                count += (long)freeAfter <= now.UtcTicks ? 1 : 0;
            return count;
        }
    }

    /// <summary>Whether the record is garbage at <paramref name="now"/>.</summary>
    public bool IsFree(uint ordinal, DateTimeOffset now)
    {
        lock (_lock)
            return Loaded().TryGetValue(ordinal, out var freeAfter) && (long)freeAfter <= now.UtcTicks;
    }

    /// <summary>Adds entries, durable on return.</summary>
    public void Append(IReadOnlyCollection<KeyValuePair<uint, ulong>> entries)
    {
        _log.Append(entries);
        lock (_lock)
        {
            foreach (var (ordinal, freeAfter) in entries)
                Loaded()[ordinal] = freeAfter;
        }
    }

    // The first entry of an ordinal stands: a release said again does not put the end off.
    private Dictionary<uint, ulong> Loaded()
    {
        if (_freeAfter is { } known)
            return known;
        var loaded = new Dictionary<uint, ulong>();
        _log.Load((ordinal, freeAfter) => loaded.TryAdd(ordinal, freeAfter));
        return _freeAfter = loaded;
    }
}
