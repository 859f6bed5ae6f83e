using System.Collections.Immutable;
using System.Globalization;
using Google.Protobuf;
using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes;

/// <summary>Ids, UID sets and names between their form in memory and their stored form.</summary>
internal static class StoredPrimitives
{
    public static ByteString ToStored(this Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return ByteString.CopyFrom(bytes);
    }

    /// <exception cref="InvalidDataException">Not 16 bytes.</exception>
    public static Guid ToGuid(this ByteString bytes) =>
        bytes.Length == 16 ? new Guid(bytes.Span, bigEndian: true) : throw new InvalidDataException("A stored id has 16 bytes.");

    public static Uids ToStored(this UidSet set)
    {
        var stored = new Uids();
        stored.Deltas.Capacity = set.Count * 2;
        uint end = 0;
        foreach (var range in set.Ranges)
        {
            stored.Deltas.Add(range.First - end);
            stored.Deltas.Add(range.Last - range.First);
            end = range.Last;
        }

        return stored;
    }

    /// <exception cref="InvalidDataException">Not ascending ranges of UIDs.</exception>
    public static UidSet ToUidSet(this Uids? stored)
    {
        if (stored is null || stored.Deltas.Count == 0)
            return UidSet.Empty;
        if (stored.Deltas.Count % 2 != 0)
            throw new InvalidDataException("A stored UID set has a range without end.");
        var builder = new UidSet.Builder();
        ulong end = 0;
        for (var i = 0; i < stored.Deltas.Count; i += 2)
        {
            var first = end + stored.Deltas[i];
            end = first + stored.Deltas[i + 1];
            if (first == 0 || end > uint.MaxValue)
                throw new InvalidDataException("A stored UID set has a UID out of range.");
            builder.Add(new UidRange((uint)first, (uint)end));
        }

        return builder.Build();
    }

    /// <exception cref="InvalidDataException">Not a folder name.</exception>
    public static FolderName ToFolderName(this string stored) =>
        FolderName.TryCreate(stored, out var name, out var problem)
            ? name
            : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"A stored folder name is invalid: {problem}"));

    public static FolderId ToFolderId(this ByteString stored) => new(stored.ToGuid());

    public static ImmutableArray<string> ToKeywords(this IEnumerable<string> stored) => [.. stored];
}
