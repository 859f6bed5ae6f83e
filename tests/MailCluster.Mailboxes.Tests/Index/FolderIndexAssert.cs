namespace MailCluster.Mailboxes.Tests.Index;

internal static class FolderIndexAssert
{
    /// <summary>Every way of reading the index gives what the model says.</summary>
    public static void Same(FolderModel model, FolderIndex index)
    {
        Assert.Equal(model.Messages.Count, index.Exists);
        Assert.Equal(model.UidNext, index.UidNext);
        Assert.Equal(model.Messages.Count(m => (m.Row.Flags & SystemFlags.Seen) == 0), index.Unseen);
        Assert.Equal(model.Messages.Count(m => (m.Row.Flags & SystemFlags.Deleted) != 0), index.Deleted);
        Assert.Equal(model.Messages.Sum(m => (long)m.Row.Size), index.Size);
        Assert.Equal(model.Messages.FindIndex(m => (m.Row.Flags & SystemFlags.Seen) == 0), index.FirstUnseenPosition());
        Assert.Equal(UidSet.FromUids(model.Messages.Select(m => m.Row.Uid).ToArray()), index.AllUids());

        var position = 0;
        foreach (var chunk in index.Chunks)
        {
            Assert.Equal(position, chunk.FirstPosition);
            for (var row = 0; row < chunk.Count; row++, position++)
            {
                var expected = model.Messages[position];
                var actual = chunk[row];
                Assert.Equal(expected.Row with { KeywordSet = actual.KeywordSet }, actual);
                Assert.Equal(expected.Keywords, FolderModel.Normal(index.Keywords[actual.KeywordSet]));
                Assert.Equal(actual.Uid, chunk.Uids[row]);
                Assert.Equal(actual.Flags, chunk.Flags[row]);
                Assert.Equal(actual.ModSeq, chunk.ModSeqs[row]);
                Assert.Equal(actual.KeywordSet, chunk.KeywordSets[row]);
                Assert.Equal(actual, index.RowAt(position));
                Assert.Equal(position, index.PositionOf(actual.Uid));
                Assert.Equal(position, index.LowerBound(actual.Uid));
            }
        }

        Assert.Equal(model.Messages.Count, position);
    }

    /// <summary>The diff of two models, worked out row by row.</summary>
    public static void DiffIsRight(FolderModel before, FolderModel after, FolderDiff diff)
    {
        var kept = after.Messages.ToDictionary(m => m.Row.Uid);
        var known = before.Messages.ToDictionary(m => m.Row.Uid);
        var gone = Enumerable.Range(0, before.Messages.Count).Where(i => !kept.ContainsKey(before.Messages[i].Row.Uid)).ToList();
        Assert.Equal(gone, Positions(diff.Expunged));
        Assert.Equal(UidSet.FromUids(gone.Select(i => before.Messages[i].Row.Uid).ToArray()), diff.ExpungedUids);
        Assert.Equal(after.Messages.Count(m => !known.ContainsKey(m.Row.Uid)), diff.Appended);
        var changed = Enumerable.Range(0, after.Messages.Count).Where(i =>
            known.TryGetValue(after.Messages[i].Row.Uid, out var old)
            && (old.Row != after.Messages[i].Row || !old.Keywords.SequenceEqual(after.Messages[i].Keywords)));
        Assert.Equal(changed, Positions(diff.Changed));
    }

    private static IEnumerable<int> Positions(IEnumerable<PositionRun> runs) => runs.SelectMany(run => Enumerable.Range(run.Start, run.Count));
}
