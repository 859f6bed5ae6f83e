using System.Text;

namespace MailCluster.Cluster;

/// <summary>
/// Which shard an entity is in. The number is stored on disk and agreed between nodes, so the function never changes: FNV-1a (64 bits) over
/// the UTF-8 of the id, then a finalizer, because the low bits of FNV alone follow the last characters too closely.
/// </summary>
public static class ShardHash
{
    private const ulong OffsetBasis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    /// <summary>The shard of <paramref name="entity"/> among <paramref name="shardCount"/>, at least 1.</summary>
    public static ShardId ShardOf(EntityId entity, int shardCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shardCount, 1);
        return new ShardId((int)(Hash(entity.Value) % (ulong)shardCount));
    }

    /// <summary>The stable hash. Unpaired surrogates count as U+FFFD.</summary>
    public static ulong Hash(string id)
    {
        var hash = OffsetBasis;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in id.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(utf8);
            for (var i = 0; i < length; i++)
            {
                hash = (hash ^ utf8[i]) * Prime;
            }
        }

        // The 64-bit finalizer of MurmurHash3 (public domain): every input bit reaches every output bit.
        hash ^= hash >> 33;
        hash *= 0xff51afd7ed558ccd;
        hash ^= hash >> 33;
        hash *= 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);
    }
}
