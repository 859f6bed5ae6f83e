using MailCluster.Mailboxes.Tests.Rules;
using MailCluster.Mailboxes.Wire;

namespace MailCluster.Mailboxes.Tests.Replicas;

/// <summary>A copy of a folder that is sent differences is the folder, whichever versions it missed.</summary>
public sealed class FolderDeltaTests
{
    public static TheoryData<int> Seeds => new(Enumerable.Range(1, 12));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Copies_that_see_every_few_versions_equal_the_folder(int seed)
    {
        var random = new Random(seed);
        var mailbox = new MailboxDriver();
        var eager = new Dictionary<FolderId, FolderIndex>();
        var lazy = new Dictionary<FolderId, FolderIndex>();
        for (var step = 0; step < 150; step++)
        {
            RandomHistoryTests.Step(mailbox, random);
            foreach (var folder in mailbox.State.Folders.Values)
            {
                Bring(eager, folder.Index);
                if (random.Next(12) == 0)
                    Bring(lazy, folder.Index);
            }
        }
    }

    [Fact]
    public void Only_chunks_that_changed_are_other_objects()
    {
        var mailbox = new MailboxDriver();
        mailbox.Append("INBOX", 3000);
        var before = mailbox.Index("INBOX");
        var copy = Image(before);
        mailbox.Run(new StoreFlags(before.Id, UidSet.Of(700), FlagOperation.Add, SystemFlags.Seen, []));
        mailbox.Append("INBOX");

        var after = copy.Advance(Crossed(FolderDelta.Since(mailbox.Index("INBOX"), copy.HighestModSeq, copy.UidNext)!));

        Assert.Equal(StateText.Of(mailbox.Index("INBOX")), StateText.Of(after));
        Assert.Equal([true, false, true, true, true, false], SharedChunks(copy, after));
    }

    [Fact]
    public void An_image_makes_only_chunks_that_changed_other_objects()
    {
        var mailbox = new MailboxDriver();
        mailbox.Append("INBOX", 3000);
        var copy = Image(mailbox.Index("INBOX"));
        mailbox.Run(new StoreFlags(copy.Id, UidSet.Of(700), FlagOperation.Add, SystemFlags.None, ["todo"]));
        mailbox.Run(new ExpungeMessages(copy.Id, UidSet.Of(2999), OnlyDeleted: false));
        var image = Image(mailbox.Index("INBOX"));

        var after = copy.Advance(FolderDelta.Between(copy, image));

        Assert.Equal(StateText.Of(image), StateText.Of(after));
        Assert.Equal([true, false, true, true, true, false], SharedChunks(copy, after));
    }

    [Fact]
    public void Versions_older_than_the_history_of_expunges_need_an_image()
    {
        var mailbox = new MailboxDriver();
        mailbox.Append("INBOX", 2 * VanishedHistory.RangesMax + 4);
        var old = mailbox.Index("INBOX");
        for (var half = 0; half < 2; half++)
        {
            var every = Enumerable.Range(0, VanishedHistory.RangesMax / 2 + 1).Select(i => (uint)(half * VanishedHistory.RangesMax + 2 * i + 1));
            mailbox.Run(new ExpungeMessages(old.Id, UidSet.FromUids(every.ToArray()), OnlyDeleted: false));
        }

        var index = mailbox.Index("INBOX");

        Assert.True(index.Vanished.FloorModSeq > old.HighestModSeq);
        Assert.Null(FolderDelta.Since(index, old.HighestModSeq, old.UidNext));
        Assert.Equal(StateText.Of(index), StateText.Of(old.Advance(FolderDelta.Between(old, Image(index)))));
    }

    [Fact]
    public void A_difference_of_another_version_is_refused()
    {
        var mailbox = new MailboxDriver();
        mailbox.Append("INBOX", 3);
        var first = mailbox.Index("INBOX");
        mailbox.Append("INBOX");
        var second = mailbox.Index("INBOX");
        mailbox.Run(new StoreFlags(first.Id, UidSet.Of(4), FlagOperation.Add, SystemFlags.Seen, []));
        var delta = FolderDelta.Since(mailbox.Index("INBOX"), second.HighestModSeq, second.UidNext)!;

        Assert.Throws<InvalidDataException>(() => first.Advance(delta));
        Assert.Throws<InvalidDataException>(() => first.Advance(delta with { From = first.HighestModSeq }));
        Assert.Throws<InvalidDataException>(() => second.Advance(delta with { Changed = [delta.Changed[0] with { KeywordSet = 3 }] }));
    }

    private static void Bring(Dictionary<FolderId, FolderIndex> copies, FolderIndex owners)
    {
        var copy = copies.GetValueOrDefault(owners.Id);
        if (copy is null)
            copies[owners.Id] = Image(owners);
        else if (FolderDelta.Since(owners, copy.HighestModSeq, copy.UidNext) is { } delta)
            copies[owners.Id] = copy.Advance(Crossed(delta));
        else
            copies[owners.Id] = copy.Advance(FolderDelta.Between(copy, Image(owners)));
        Assert.Equal(StateText.Of(owners), StateText.Of(copies[owners.Id]));
        if (copy is not null)
        {
            // Sessions here are told what sessions there are.
            var told = FolderDiff.Between(copy, copies[owners.Id]);
            Assert.True(told.IsEmpty == (copy.HighestModSeq == owners.HighestModSeq) || owners.HighestModSeq > copy.HighestModSeq);
        }
    }

    private static FolderIndex Image(FolderIndex index) => WireIndexes.IndexOf(WireIndexes.PartsOf(index));

    private static FolderDelta Crossed(FolderDelta delta) => WireIndexes.FromWire(WireIndexes.ToWire(delta));

    private static IEnumerable<bool> SharedChunks(FolderIndex before, FolderIndex after) =>
        Enumerable.Range(0, after.ChunkCount).Select(i => before.ChunkNumber(i).SharesRowsWith(after.ChunkNumber(i)));
}
