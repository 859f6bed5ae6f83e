namespace MailCluster.Mailboxes.Tests.Index;

/// <summary>Random changes, diffs and snapshots of an index and of a list; both must always say the same. A failing run prints its seed.</summary>
public sealed class FolderIndexModelTests
{
    private static readonly string[] Names = ["$Forwarded", "Work", "work", "$Junk", "urgent", "Später", "TODO"];

    public static TheoryData<int, int> Seeds()
    {
        var data = new TheoryData<int, int>();
        for (var seed = 1; seed <= 24; seed++)
            data.Add(seed, seed % 3 == 0 ? 700 : 40);
        return data;
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Index_does_what_a_list_does(int seed, int appendMax)
    {
        var run = new Run(seed, appendMax);
        for (var step = 0; step < 120; step++)
            run.Step();
    }

    [Theory]
    [InlineData(101)]
    [InlineData(102)]
    [InlineData(103)]
    public void Versions_that_grew_from_one_base_do_not_disturb_each_other(int seed)
    {
        var random = new Random(seed);
        var versions = new List<(FolderModel Model, FolderIndex Index)> { (new FolderModel(), FolderIndex.Create(new FolderId(Guid.Empty), 1)) };
        for (var step = 0; step < 200; step++)
        {
            var (model, index) = versions[random.Next(versions.Count)];
            model = model.Clone();
            var modSeq = index.HighestModSeq.Next;
            if (random.Next(4) > 0)
                index = Append(random, model, index, random.Next(1, 12), modSeq);
            else
                (model, index) = Flag(random, model, index, modSeq);
            versions.Add((model, index));
            if (versions.Count > 12)
                versions.RemoveAt(random.Next(versions.Count));
        }

        foreach (var (model, index) in versions)
            FolderIndexAssert.Same(model, index);
    }

    [Theory]
    [InlineData(201)]
    [InlineData(202)]
    [InlineData(203)]
    [InlineData(204)]
    public void Expunged_messages_put_back_keep_the_old_positions_and_everything_else_is_new(int seed)
    {
        var random = new Random(seed);
        var model = new FolderModel();
        var index = Append(random, model, FolderIndex.Create(new FolderId(Guid.Empty), 1), random.Next(1, 2500), new ModSeq(1));
        var view = index;
        for (var step = 0; step < 60; step++)
        {
            var modSeq = index.HighestModSeq.Next;
            switch (random.Next(4))
            {
                case 0:
                    index = Append(random, model, index, random.Next(1, 300), modSeq);
                    break;
                case 1:
                    (model, index) = Flag(random, model, index, modSeq);
                    break;
                default:
                    var gone = RandomUids(random, model);
                    model.Messages.RemoveAll(m => gone.Contains(m.Row.Uid));
                    index = index.Remove(gone, modSeq);
                    break;
            }

            if (random.Next(3) > 0)
                continue;
            var before = view;
            view = index.WithExpunged(before, FolderDiff.Between(before, index).ExpungedUids);
            var diff = FolderDiff.Between(before, view);
            Assert.True(diff.Expunged.IsEmpty);
            Assert.Equal(view.Exists, before.Exists + diff.Appended);
            Assert.Equal(before.AllUids().Union(index.AllUids()), view.AllUids());
            for (var position = 0; position < view.Exists; position++)
            {
                var row = view.RowAt(position);
                var (source, expected) = index.TryGetRow(row.Uid, out var now) ? (index, now) : (before, before.RowAt(position));
                Assert.Equal(expected with { KeywordSet = 0 }, row with { KeywordSet = 0 });
                Assert.Equal(source.Keywords[expected.KeywordSet].ToArray(), view.Keywords[row.KeywordSet].ToArray());
            }

            Assert.Equal(UidSet.Empty, view.UidsWith(SystemFlags.Seen).Intersect(view.UidsWith(SystemFlags.None, SystemFlags.Seen)));
            Assert.Equal(view.Unseen, view.UidsWith(SystemFlags.None, SystemFlags.Seen).UidCount);
        }
    }

    private static FolderIndex Append(Random random, FolderModel model, FolderIndex index, int count, ModSeq modSeq)
    {
        var rows = new MessageRow[count];
        var sets = index.Keywords;
        for (var i = 0; i < count; i++)
        {
            var uid = model.UidNext + (uint)(random.Next(10) == 0 ? random.Next(5000) : 0);
            model.UidNext = uid + 1;
            var keywords = random.Next(4) == 0 ? RandomKeywords(random) : [];
            sets = sets.Intern(keywords, out var set);
            rows[i] = FolderModel.Row(random, uid, modSeq) with { KeywordSet = set };
            model.Messages.Add(new ModelMessage(rows[i] with { KeywordSet = 0 }, FolderModel.Normal(keywords)));
        }

        return index.WithKeywords(sets).Append(rows, modSeq);
    }

    private static (FolderModel Model, FolderIndex Index) Flag(Random random, FolderModel model, FolderIndex index, ModSeq modSeq)
    {
        var uids = RandomUids(random, model);
        var operation = (FlagOperation)random.Next(3);
        var flags = (SystemFlags)random.Next(32);
        var keywords = random.Next(2) == 0 ? RandomKeywords(random) : [];
        var would = index.WouldChange(uids, operation, flags, keywords);
        var changed = model.SetFlags(uids, operation, flags, keywords, modSeq);
        Assert.Equal(changed, would);
        Assert.Equal(UidSet.Empty, index.SetFlags(would, operation, flags, keywords, modSeq).WouldChange(would, operation, flags, keywords));
        return (model, index.SetFlags(would, operation, flags, keywords, modSeq));
    }

    private static string[] RandomKeywords(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Names[random.Next(Names.Length)])];

    private static UidSet RandomUids(Random random, FolderModel model)
    {
        var ranges = new List<UidRange>();
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            var first = (uint)random.NextInt64(1, model.UidNext + 3L);
            var length = random.Next(3) switch { 0 => 0, 1 => random.Next(20), _ => random.Next(900) };
            ranges.Add(new UidRange(first, first + (uint)length));
        }

        if (random.Next(10) == 0)
            ranges.Add(new UidRange(1, uint.MaxValue));
        if (model.Messages.Count > 0 && random.Next(2) == 0)
            ranges.AddRange(Enumerable.Range(0, 30).Select(_ => model.Messages[random.Next(model.Messages.Count)].Row.Uid).Select(u => new UidRange(u, u)));
        return UidSet.FromRanges(ranges);
    }

    private sealed class Run(int seed, int appendMax)
    {
        private readonly Random _random = new(seed);
        private readonly Dictionary<string, ReadOnlyMemory<byte>> _parts = [];
        private FolderModel _model = new();
        private FolderIndex _index = FolderIndex.Create(new FolderId(Guid.NewGuid()), 77);
        private FolderIndex? _snapshotted;
        private (FolderModel Model, FolderIndex Index)? _view;
        private int _steps;

        public void Step()
        {
            var modSeq = new ModSeq(_index.HighestModSeq.Value + _random.Next(1, 4));
            var version = _index.Version;
            switch (_random.Next(12))
            {
                case < 4:
                    _index = Append(_random, _model, _index, _random.Next(1, appendMax), modSeq);
                    break;
                case < 8:
                    (_model, _index) = Flag(_random, _model, _index, modSeq);
                    break;
                case < 10:
                    Remove(modSeq);
                    break;
                case 10:
                    Snapshot();
                    break;
                default:
                    Look();
                    break;
            }

            Assert.True(_index.Version >= version);
            // All of a big folder each time would take minutes.
            if (_model.Messages.Count < 400 || ++_steps % 8 == 0)
                FolderIndexAssert.Same(_model, _index);
        }

        private void Remove(ModSeq modSeq)
        {
            var uids = RandomUids(_random, _model);
            var before = _index;
            var gone = _model.Messages.Where(m => uids.Contains(m.Row.Uid)).Select(m => m.Row.Uid).ToArray();
            Assert.Equal(UidSet.FromUids(gone), _index.Existing(uids));
            Assert.Equal(gone.Length, _index.CountExisting(uids));
            _index = _index.Remove(uids, modSeq);
            _model.Messages.RemoveAll(m => uids.Contains(m.Row.Uid));
            _model.Vanished.AddRange(gone.Select(uid => (modSeq, uid)));
            Assert.Equal(gone.Length == 0, ReferenceEquals(before, _index));
            var since = new ModSeq(_random.NextInt64(0, modSeq.Value + 1));
            var told = _index.VanishedSince(since);
            var due = UidSet.FromUids(_model.Vanished.Where(v => v.ModSeq > since).Select(v => v.Uid).ToArray());
            Assert.Equal(due, told.Intersect(due));
            Assert.Equal(0, _index.CountExisting(told));
            Assert.Equal(told, _index.Missing(told));
        }

        private void Snapshot()
        {
            var change = FolderIndexCodec.Write(_index, _snapshotted);
            foreach (var part in change.Changed)
                _parts[part.Suffix] = part.Bytes;
            foreach (var suffix in change.Removed)
                Assert.True(_parts.Remove(suffix));
            var read = FolderIndexCodec.Read(_parts);
            Assert.Equal(_index.Version, read.Version);
            Assert.Equal<VanishedEntry>(_index.Vanished.Entries.ToArray(), read.Vanished.Entries.ToArray());
            Assert.Equal(_index.Keywords.AllKeywords, read.Keywords.AllKeywords);
            Assert.True(FolderDiff.Between(_index, read).IsEmpty);
            _snapshotted = _index;

            // Going on with what was read must not differ from going on with what was written.
            if (_random.Next(2) == 0)
                _snapshotted = _index = read;
        }

        private void Look()
        {
            if (_view is { } view)
                FolderIndexAssert.DiffIsRight(view.Model, _model, FolderDiff.Between(view.Index, _index));
            Assert.True(FolderDiff.Between(_index, _index).IsEmpty);
            _view = (_model.Clone(), _index);
            var since = new ModSeq(_random.NextInt64(0, _index.HighestModSeq.Value + 1));
            Assert.Equal(UidSet.FromUids(_model.Messages.Where(m => m.Row.ModSeq > since).Select(m => m.Row.Uid).ToArray()), _index.ChangedSince(since));
            Assert.Equal(
                UidSet.FromUids(_model.Messages.Where(m => (m.Row.Flags & (SystemFlags.Deleted | SystemFlags.Seen)) == SystemFlags.Deleted).Select(m => m.Row.Uid).ToArray()),
                _index.UidsWith(SystemFlags.Deleted, SystemFlags.Seen));
            var all = UidSet.OfRange(1, uint.MaxValue);
            _index.WouldChange(all, FlagOperation.Add, (SystemFlags)31, ["new"], since, out var modified);
            Assert.Equal(_index.ChangedSince(since), modified);
        }
    }
}
