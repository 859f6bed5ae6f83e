using System.Collections.Immutable;
using Google.Protobuf;
using MailCluster.Bodies;
using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes.Wire;

/// <summary>Folder indexes and their differences between memory and <c>wire.proto</c>.</summary>
internal static class WireIndexes
{
    /// <summary>The whole index, as snapshots have it: about 22 bytes a message.</summary>
    public static IEnumerable<IndexPart> PartsOf(FolderIndex index) =>
        FolderIndexCodec.Write(index, null).Changed
            .Select(part => new IndexPart { Suffix = part.Suffix, Content = UnsafeByteOperations.UnsafeWrap(part.Bytes) });

    /// <exception cref="InvalidDataException">The parts are damaged.</exception>
    public static FolderIndex IndexOf(IEnumerable<IndexPart> parts)
    {
        var bytes = new Dictionary<string, ReadOnlyMemory<byte>>();
        foreach (var part in parts)
            bytes[part.Suffix] = part.Content.Memory;
        return FolderIndexCodec.Read(bytes);
    }

    public static Delta ToWire(FolderDelta delta)
    {
        var wire = new Delta
        {
            From = delta.From.Value,
            To = delta.To.Value,
            Version = delta.Version,
            UidNext = delta.UidNext,
        };
        foreach (var set in delta.Keywords.AsSpan()[1..])
        {
            var keywords = new KeywordSet();
            keywords.Keywords.AddRange(set);
            wire.Keywords.Add(keywords);
        }

        foreach (var row in delta.Changed)
        {
            wire.Changed.Add(new ChangedRow
            {
                Uid = row.Uid,
                Flags = (uint)row.Flags,
                KeywordSet = row.KeywordSet,
                ModSeq = row.ModSeq.Value,
            });
        }

        foreach (var row in delta.Appended)
        {
            wire.Appended.Add(new AppendedRow
            {
                Uid = row.Uid,
                Flags = (uint)row.Flags,
                KeywordSet = row.KeywordSet,
                ModSeq = row.ModSeq.Value,
                InternalDate = row.InternalDate.Packed,
                SaveDate = row.SaveDate,
                Size = row.Size,
                EmailId = row.EmailId.Value.ToStored(),
                Body = row.Body.Value,
            });
        }

        foreach (var entry in delta.Vanished)
            wire.Vanished.Add(new Vanished { ModSeq = entry.ModSeq.Value, Uids = entry.Uids.ToStored() });
        return wire;
    }

    /// <exception cref="InvalidDataException">The difference is damaged.</exception>
    public static FolderDelta FromWire(Delta wire)
    {
        var keywords = ImmutableArray.CreateBuilder<ImmutableArray<string>>(wire.Keywords.Count + 1);
        keywords.Add([]);
        foreach (var set in wire.Keywords)
            keywords.Add(set.Keywords.ToKeywords());
        return new FolderDelta(
            new ModSeq(wire.From),
            new ModSeq(wire.To),
            wire.Version,
            wire.UidNext,
            keywords.MoveToImmutable(),
            [.. wire.Changed.Select(row => new FlagRow(row.Uid, (SystemFlags)row.Flags, row.KeywordSet, new ModSeq(row.ModSeq)))],
            [.. wire.Appended.Select(row => new MessageRow(
                row.Uid,
                (SystemFlags)row.Flags,
                row.KeywordSet,
                new ModSeq(row.ModSeq),
                InternalDate.FromPacked(row.InternalDate),
                row.SaveDate,
                row.Size,
                new EmailId(row.EmailId.ToGuid()),
                new BodyRef(row.Body)))],
            [.. wire.Vanished.Select(entry => new VanishedEntry(new ModSeq(entry.ModSeq), entry.Uids.ToUidSet()))]);
    }
}
