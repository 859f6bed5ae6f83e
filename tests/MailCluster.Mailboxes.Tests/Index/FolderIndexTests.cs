namespace MailCluster.Mailboxes.Tests.Index;

public sealed class FolderIndexTests
{
    private static readonly FolderId Id = new(Guid.Parse("0190aaaa-0000-7000-8000-000000000001"));

    internal static FolderIndex Filled(int count)
    {
        var random = new Random(1);
        var rows = new MessageRow[count];
        for (var i = 0; i < count; i++)
            rows[i] = FolderModel.Row(random, (uint)i + 1, new ModSeq(1 + i / 10)) with { Flags = SystemFlags.None };
        return FolderIndex.Create(Id, 9, new ModSeq(1)).Append(rows, new ModSeq(1 + count / 10));
    }

    [Fact]
    public void A_new_folder_is_empty()
    {
        var index = FolderIndex.Create(Id, 9, new ModSeq(4));
        Assert.Equal((0, 1u, 4L, 1L), (index.Exists, index.UidNext, index.HighestModSeq.Value, index.Version));
        Assert.Equal(-1, index.PositionOf(1));
        Assert.Equal(0, index.LowerBound(1));
        Assert.Equal(-1, index.FirstUnseenPosition());
        Assert.True(index.AllUids().IsEmpty);
        Assert.True(index.VanishedSince(default).IsEmpty);
        Assert.Throws<ArgumentOutOfRangeException>(() => index.UidAt(0));
    }

    [Fact]
    public void Append_refuses_what_would_break_the_numbers()
    {
        var index = Filled(3);
        var row = FolderModel.Row(new Random(2), 3, new ModSeq(2));
        Assert.Throws<ArgumentException>(() => index.Append([row], new ModSeq(5)));
        Assert.Throws<ArgumentException>(() => index.Append([row with { Uid = 5 }, row with { Uid = 5 }], new ModSeq(5)));
        Assert.Throws<ArgumentException>(() => index.Append([row with { Uid = uint.MaxValue }], new ModSeq(5)));
        Assert.Throws<ArgumentException>(() => index.Append([row with { Uid = 9, KeywordSet = 1 }], new ModSeq(5)));
        Assert.Throws<ArgumentException>(() => index.Append([row with { Uid = 9, ModSeq = new ModSeq(6) }], new ModSeq(5)));
        Assert.Throws<ArgumentException>(() => index.Append([row with { Uid = 9, ModSeq = default }], default));
        Assert.Equal(10u, index.Append([row with { Uid = 9 }], new ModSeq(5)).UidNext);
    }

    [Fact]
    public void Removing_everything_leaves_uidnext_and_history()
    {
        var index = Filled(1500).Remove(UidSet.OfRange(1, 4000), new ModSeq(900));
        Assert.Equal((0, 1501u, 0L, 0), (index.Exists, index.UidNext, index.Size, index.Unseen));
        Assert.Equal(UidSet.OfRange(1, 1500), index.VanishedSince(new ModSeq(899)));
        Assert.True(index.VanishedSince(new ModSeq(900)).IsEmpty);
        Assert.Equal(1, index.Append([FolderModel.Row(new Random(3), 1501, new ModSeq(901))], new ModSeq(901)).Exists);
    }

    [Fact]
    public void Expunging_every_other_message_keeps_chunks_full_enough()
    {
        var index = Filled(20_000);
        var modSeq = index.HighestModSeq;
        for (var keep = 2; keep <= 64; keep *= 2)
        {
            var gone = new UidSet.Builder();
            for (uint uid = 1; uid <= 20_000; uid++)
            {
                if (uid % keep != 0)
                    gone.Add(uid);
            }

            modSeq = modSeq.Next;
            index = index.Remove(gone.Build(), modSeq);
            Assert.Equal(20_000 / keep, index.Exists);
        }

        Assert.InRange(index.ChunkCount, 1, 4);
    }

    [Fact]
    public void A_big_folder_takes_at_most_64_bytes_a_message()
    {
        var index = Filled(100_000);
        index = index.SetFlags(UidSet.OfRange(1, 100_000), FlagOperation.Add, SystemFlags.Seen, ["$Forwarded"], index.HighestModSeq.Next);
        Assert.InRange(index.MemoryBytes / 100_000.0, 1, 64);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var copy = FolderIndexCodec.Read(FolderIndexCodec.Write(index, null).Changed.ToDictionary(p => p.Suffix, p => p.Bytes));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() > before);
        Assert.InRange(copy.MemoryBytes / 100_000.0, 1, 64);
    }

    [Fact]
    public void A_small_folder_is_small() => Assert.InRange(Filled(3).MemoryBytes, 1, 1500);

    [Fact]
    public void Comparing_equal_versions_allocates_nothing()
    {
        var index = Filled(100_000);
        var other = index.WithHighestModSeq(index.HighestModSeq.Next);
        Assert.True(FolderDiff.Between(index, other).IsEmpty);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var empty = FolderDiff.Between(index, index).IsEmpty && FolderDiff.Between(index, other).IsEmpty;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(empty);
    }

    [Fact]
    public void A_flag_copies_one_chunk_only()
    {
        var index = Filled(100_000);
        var changed = index.SetFlags(UidSet.Of(50_000), FlagOperation.Add, SystemFlags.Seen, [], index.HighestModSeq.Next);
        var different = 0;
        for (var i = 0; i < index.ChunkCount; i++)
            different += ReferenceEquals(index.ColumnChunks[i], changed.ColumnChunks[i]) ? 0 : 1;
        Assert.Equal(1, different);
        Assert.Equal(new PositionRun(49_999, 1), Assert.Single(FolderDiff.Between(index, changed).Changed));
    }

    [Fact]
    public void Diff_refuses_two_folders_and_the_wrong_order()
    {
        var index = Filled(10);
        Assert.Throws<ArgumentException>(() => FolderDiff.Between(index, FolderIndex.Create(new FolderId(Guid.NewGuid()), 9)));
        Assert.Throws<ArgumentException>(() => FolderDiff.Between(index, index.WithUidValidity(10)));
        var fewer = index.Remove(UidSet.Of(4), new ModSeq(50));
        Assert.Throws<ArgumentException>(() => FolderDiff.Between(fewer, index));
    }

    [Fact]
    public void Store_unchangedsince_names_those_that_changed_meanwhile()
    {
        var index = Filled(100);
        index = index.SetFlags(UidSet.OfRange(10, 12), FlagOperation.Add, SystemFlags.Flagged, [], new ModSeq(500));
        var change = index.WouldChange(UidSet.OfRange(9, 13), FlagOperation.Add, SystemFlags.Flagged, [], new ModSeq(499), out var modified);
        Assert.Equal("9,13", change.ToString());
        Assert.Equal("10:12", modified.ToString());
    }
}
