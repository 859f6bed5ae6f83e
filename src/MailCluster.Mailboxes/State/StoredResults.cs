using Google.Protobuf;
using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes;

/// <summary>
/// Recorded answers as a snapshot's root holds them. A busy account has thousands, a snapshot each few hundred commands, and answers do not change: those of a full chunk
/// are encoded once.
/// </summary>
internal sealed class StoredResults
{
    private readonly byte[] _bytes;

    /// <summary>Where each entry begins; one more for the end.</summary>
    private readonly int[] _offsets;

    private StoredResults(RecentChunk chunk, Range kept)
    {
        var (from, count) = kept.GetOffsetAndLength(RecentChunk.CountMax);
        _offsets = new int[count + 1];
        using var bytes = new MemoryStream();
        for (var i = 0; i < count; i++)
        {
            ref readonly var entry = ref chunk[from + i];
            var root = new SnapshotRoot();
            root.Results.Add(new RecentResult
            {
                CommandId = entry.Id.Value.ToStored(),
                TimeMs = entry.Time.ToUnixTimeMilliseconds(),
                Result = ResultCodec.ToStored(entry.Result),
            });
            root.WriteTo(bytes);
            _offsets[i + 1] = (int)bytes.Length;
        }

        _bytes = bytes.ToArray();
    }

    /// <summary>The root with the answers behind it: of a message in two pieces protobuf reads the sum, lists one behind the other.</summary>
    public static byte[] Append(SnapshotRoot root, RecentResults results)
    {
        var pieces = results.Chunks.Select(static piece => Of(piece.Chunk, piece.Kept)).ToList();
        var length = root.CalculateSize();
        var bytes = new byte[length + pieces.Sum(static piece => piece.Length)];
        root.WriteTo(bytes.AsSpan(0, length));
        foreach (var piece in pieces)
        {
            piece.CopyTo(bytes.AsMemory(length));
            length += piece.Length;
        }

        return bytes;
    }

    private static ReadOnlyMemory<byte> Of(RecentChunk chunk, Range kept)
    {
        if (!chunk.IsFull)
            return new StoredResults(chunk, kept)._bytes;
        var stored = chunk.Stored ??= new StoredResults(chunk, ..);
        var (from, count) = kept.GetOffsetAndLength(RecentChunk.CountMax);
        return stored._bytes.AsMemory(stored._offsets[from]..stored._offsets[from + count]);
    }
}
