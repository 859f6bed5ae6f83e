using System.Buffers.Binary;

namespace MailCluster.Storage;

/// <summary>What makes a row of the journal whole.</summary>
internal static class JournalRow
{
    private const int PlaceSize = 3 * sizeof(long);

    /// <summary>CRC-32C over where the row belongs (actor, number), its time, and its payload.</summary>
    public static uint Checksum(long actorNo, long sequenceNr, long timeTicks, ReadOnlySpan<byte> payload)
    {
        Span<byte> place = stackalloc byte[PlaceSize];
        BinaryPrimitives.WriteInt64LittleEndian(place, actorNo);
        BinaryPrimitives.WriteInt64LittleEndian(place[8..], sequenceNr);
        BinaryPrimitives.WriteInt64LittleEndian(place[16..], timeTicks);
        return Crc32C.Append(Crc32C.Of(place), payload);
    }
}
