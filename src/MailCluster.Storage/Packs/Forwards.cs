using MailCluster.Storage.Packs.Format;

namespace MailCluster.Storage.Packs;

/// <summary>
/// Where the records that owners know by references into one pack have gone. A reference is looked up once, whatever the number of moves: each
/// record carries the reference its owner holds, and every move writes that one entry anew. Loaded when first asked for, as a
/// plain array by ordinal (8 bytes each). Written by compaction only, read by any thread without a lock.
/// </summary>
internal sealed class Forwards(string directory, uint pack)
{
    private readonly Lock _lock = new();
    private readonly OrdinalLog _log = new(PackFiles.Path(directory, pack, PackFileKind.Forwards), PackFileKind.Forwards, pack);
    private ulong[]? _targets;

    public uint Pack => pack;

    /// <summary>Where the record is now; null when it never moved.</summary>
    public Location? Find(uint ordinal, PackCatalog catalog)
    {
        var targets = Volatile.Read(ref _targets) ?? Load(catalog);
        return ordinal < (uint)targets.Length && Volatile.Read(ref targets[ordinal]) is var target and not 0 ? Location.Of(target) : null;
    }

    /// <summary>Records moves, durable on return.</summary>
    public void Append(IReadOnlyCollection<KeyValuePair<uint, ulong>> moves, PackCatalog catalog)
    {
        _ = Volatile.Read(ref _targets) ?? Load(catalog);
        _log.Append(moves);
        lock (_lock)
        {
            var highest = moves.Max(static move => move.Key);
            var targets = _targets!;
            if (highest >= (uint)targets.Length)
                Array.Resize(ref targets, (int)Math.Max(highest + 1, targets.Length * 2u));
            foreach (var (ordinal, target) in moves)
                Volatile.Write(ref targets[ordinal], target);
            Volatile.Write(ref _targets, targets);
        }
    }

    /// <summary>True while some target may still be there.</summary>
    public bool HasTarget(PackCatalog catalog)
    {
        foreach (var target in Volatile.Read(ref _targets) ?? Load(catalog))
        {
            if (target != 0 && catalog.Packs.ContainsKey(Location.Of(target).Pack))
                return true;
        }

        return false;
    }

    private ulong[] Load(PackCatalog catalog)
    {
        lock (_lock)
        {
            if (_targets is { } known)
                return known;
            var moves = new SortedDictionary<uint, ulong>();
            if (!_log.Load((ordinal, target) => moves[ordinal] = target))
            {
                // A power loss can tear the end of the log, and a disk its middle. The moved records themselves tell where they came from.
                foreach (var (ordinal, target) in catalog.FindMovedFrom(pack))
                    moves.TryAdd(ordinal, target);
                _log.Rewrite(moves);
            }

            var targets = new ulong[moves.Count == 0 ? 0 : (int)moves.Keys.Last() + 1];
            foreach (var (ordinal, target) in moves)
                targets[ordinal] = target;
            Volatile.Write(ref _targets, targets);
            return targets;
        }
    }
}
