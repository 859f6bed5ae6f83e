namespace MailCluster.Mailboxes.Tests.Index;

public sealed class FolderIndexCodecTests
{
    private static Dictionary<string, ReadOnlyMemory<byte>> PartsOf(FolderIndex index) =>
        FolderIndexCodec.Write(index, null).Changed.ToDictionary(part => part.Suffix, part => part.Bytes);

    [Fact]
    public void A_small_folder_is_one_part()
    {
        var part = Assert.Single(FolderIndexCodec.Write(FolderIndexTests.Filled(100), null).Changed);
        Assert.Equal("", part.Suffix);
        Assert.Equal(1, part.Bytes.Span[0]);
    }

    [Fact]
    public void A_change_in_a_big_folder_rewrites_only_its_part()
    {
        var index = FolderIndexTests.Filled(50_000);
        Assert.Equal(1 + 13, FolderIndexCodec.Write(index, null).Changed.Count);
        Assert.Same(FolderSnapshotChange.None, FolderIndexCodec.Write(index, index));
        var flagged = index.SetFlags(UidSet.Of(30_000), FlagOperation.Add, SystemFlags.Flagged, [], index.HighestModSeq.Next);
        var change = FolderIndexCodec.Write(flagged, index);
        Assert.InRange(change.Changed.Count, 2, 3);
        Assert.Contains(change.Changed, part => part.Suffix == ".00000007");
        Assert.InRange(change.Changed[0].Bytes.Length, 1, 200);
        var shrunk = flagged.Remove(UidSet.OfRange(4096, 60_000), flagged.HighestModSeq.Next);
        change = FolderIndexCodec.Write(shrunk, flagged);
        Assert.Equal(12, change.Removed.Count);
        var small = shrunk.Remove(UidSet.OfRange(10, 60_000), shrunk.HighestModSeq.Next);
        Assert.Equal([".00000000"], FolderIndexCodec.Write(small, shrunk).Removed);
    }

    [Fact]
    public void A_message_takes_some_30_bytes_of_which_16_are_its_random_id()
    {
        // As delivered mail is: saved when it arrives, one zone.
        var random = new Random(6);
        var rows = Enumerable.Range(1, 50_000).Select(i => FolderModel.Row(random, (uint)i, new ModSeq(i)) with
        {
            InternalDate = new InternalDate(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000 + 97L * i)),
            SaveDate = 1_700_000_000 + 97 * (uint)i,
        });
        var index = FolderIndex.Create(new FolderId(Guid.NewGuid()), 1).Append(rows.ToArray(), new ModSeq(50_000));
        Assert.InRange(PartsOf(index).Values.Sum(part => (long)part.Length) / 50_000.0, 16, 29);
    }

    [Fact]
    public void The_last_uids_there_are_survive()
    {
        var random = new Random(4);
        var rows = Enumerable.Range(0, 2000).Select(i => FolderModel.Row(random, uint.MaxValue - 2000 + (uint)i, new ModSeq(1))).ToArray();
        var index = FolderIndex.Create(new FolderId(Guid.NewGuid()), 1).Append(rows, new ModSeq(1));
        Assert.Equal(uint.MaxValue, index.UidNext);
        Assert.True(FolderDiff.Between(index, FolderIndexCodec.Read(PartsOf(index))).IsEmpty);
    }

    [Fact]
    public void Damage_is_told_as_invalid_data_and_nothing_else()
    {
        const int Seed = 20261;
        var random = new Random(Seed);
        var index = FolderIndexTests.Filled(1500);
        index = index.SetFlags(UidSet.OfRange(5, 30), FlagOperation.Add, SystemFlags.Seen, ["a", "b"], index.HighestModSeq.Next)
            .Remove(UidSet.OfRange(40, 50), index.HighestModSeq.Next.Next);
        var small = FolderIndexTests.Filled(20);
        foreach (var parts in new[] { PartsOf(index), PartsOf(small) })
        {
            var suffixes = parts.Keys.ToArray();
            for (var i = 0; i < 3000; i++)
            {
                var damaged = new Dictionary<string, ReadOnlyMemory<byte>>(parts);
                var suffix = suffixes[random.Next(suffixes.Length)];
                var bytes = damaged[suffix].ToArray();
                for (var n = random.Next(1, 4); n > 0; n--)
                    bytes[random.Next(Math.Min(bytes.Length, 200))] = (byte)random.Next(256);
                damaged[suffix] = bytes.AsMemory(0, random.Next(3) == 0 ? random.Next(bytes.Length) : bytes.Length);
                Assert.True(Record.Exception(() => FolderIndexCodec.Read(damaged)) is null or InvalidDataException, $"seed {Seed}, round {i}");
            }
        }

        Assert.Throws<InvalidDataException>(() => FolderIndexCodec.Read(new Dictionary<string, ReadOnlyMemory<byte>>()));
        var missing = PartsOf(index);
        missing.Remove(".00000000");
        Assert.Throws<InvalidDataException>(() => FolderIndexCodec.Read(missing));
        var newer = PartsOf(small);
        newer[""] = (byte[])[2, .. newer[""].Span[1..]];
        Assert.Throws<InvalidDataException>(() => FolderIndexCodec.Read(newer));
    }
}
