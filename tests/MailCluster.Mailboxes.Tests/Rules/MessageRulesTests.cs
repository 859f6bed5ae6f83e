namespace MailCluster.Mailboxes.Tests.Rules;

public sealed class MessageRulesTests
{
    private readonly MailboxDriver _mailbox = new();

    private FolderId Inbox => _mailbox.Folder("INBOX").Id;

    [Fact]
    public void Appended_messages_get_ascending_uids_that_are_never_used_again()
    {
        var first = _mailbox.Append("INBOX", 3);
        _mailbox.Run(new ExpungeMessages(Inbox, OnlyDeleted: false));
        var second = _mailbox.Append("INBOX", 2);

        Assert.Equal("1:3", first.Uids.ToString());
        Assert.Equal("4:5", second.Uids.ToString());
        Assert.True(second.ModSeq > first.ModSeq);
    }

    [Fact]
    public void Store_changes_only_what_differs_and_reports_what_changed_since()
    {
        _mailbox.Append("INBOX", 4);
        var seen = _mailbox.Run(new StoreFlags(Inbox, UidSet.OfRange(2, 3), FlagOperation.Add, SystemFlags.Seen, []));
        var again = _mailbox.Run(new StoreFlags(Inbox, UidSet.OfRange(1, 3), FlagOperation.Add, SystemFlags.Seen, []));
        var conflict = _mailbox.Run(
            new StoreFlags(Inbox, UidSet.OfRange(1, 9), FlagOperation.Add, SystemFlags.Flagged, [], seen.ModSeq));

        Assert.Equal("2:3", seen.Changed.ToString());
        Assert.Equal("1", again.Changed.ToString());
        Assert.Equal("2:4", conflict.Changed.ToString());
        Assert.Equal("1", conflict.Modified.ToString());
    }

    [Fact]
    public void A_store_that_changes_nothing_makes_no_event()
    {
        _mailbox.Append("INBOX");
        var changes = _mailbox.Changes.Count;

        var result = _mailbox.Run(new StoreFlags(Inbox, UidSet.Of(1), FlagOperation.Remove, SystemFlags.Seen, ["$Junk"]));

        Assert.True(result.Changed.IsEmpty);
        Assert.Equal(changes, _mailbox.Changes.Count);
    }

    [Fact]
    public void A_body_is_released_when_its_last_copy_goes()
    {
        _mailbox.Append("INBOX", 2);
        _mailbox.Run(new CreateFolder(MailboxDriver.Name("a")));
        _mailbox.Run(new CopyMessages(Inbox, UidSet.Of(1), MailboxDriver.Name("a")));
        _mailbox.Run(new CopyMessages(Inbox, UidSet.Of(1), MailboxDriver.Name("a")));
        var body = _mailbox.Index("INBOX").RowAt(0).Body;

        _mailbox.Run(new ExpungeMessages(Inbox, UidSet.Of(1), OnlyDeleted: false));
        Assert.Empty(_mailbox.State.Released);
        _mailbox.Run(new ExpungeMessages(_mailbox.Folder("a").Id, UidSet.Of(2), OnlyDeleted: false));
        Assert.Empty(_mailbox.State.Released);
        _mailbox.Run(new DeleteFolder(MailboxDriver.Name("a")));

        Assert.Equal([body], _mailbox.State.Released);
        Assert.Empty(_mailbox.State.SharedBodies);
    }

    [Fact]
    public void A_move_keeps_everything_but_uid_modseq_and_save_date()
    {
        var message = _mailbox.Message(SystemFlags.Flagged, "$Label1", "Work");
        _mailbox.Run(new AppendMessages(FolderName.Inbox, [_mailbox.Message(), message]));
        _mailbox.Run(new CreateFolder(MailboxDriver.Name("a")));
        _mailbox.Append("a");
        var before = _mailbox.Index("INBOX").RowAt(1);

        var result = _mailbox.Run(new MoveMessages(Inbox, UidSet.OfRange(2, 7), MailboxDriver.Name("a")));

        var after = _mailbox.Index("a").RowAt(1);
        Assert.Equal(("2", "2"), (result.SourceUids.ToString(), result.TargetUids.ToString()));
        Assert.Equal(before with { Uid = 2, KeywordSet = after.KeywordSet, ModSeq = result.ModSeq, SaveDate = after.SaveDate }, after);
        Assert.True(after.SaveDate > before.SaveDate);
        Assert.Equal<string>(["$Label1", "Work"], _mailbox.Index("a").Keywords[after.KeywordSet]);
        Assert.Equal("2", _mailbox.Index("INBOX").VanishedSince(new ModSeq(before.ModSeq.Value)).ToString());
        Assert.Empty(_mailbox.State.Released);
    }

    [Fact]
    public void A_move_within_one_folder_gives_new_uids()
    {
        _mailbox.Append("INBOX", 3);

        var result = _mailbox.Run(new MoveMessages(Inbox, UidSet.OfRange(1, 2), FolderName.Inbox));

        Assert.Equal("4:5", result.TargetUids.ToString());
        Assert.Equal([3u, 4u, 5u], _mailbox.Index("INBOX").AllUids().Uids());
    }

    [Fact]
    public void A_move_within_one_folder_survives_that_its_keyword_sets_are_numbered_anew()
    {
        _mailbox.Append("INBOX", 10);

        // As many sets as are kept at most for ten messages: with one message less they are numbered anew.
        for (var i = 1; _mailbox.Index("INBOX").Keywords.Count < 84; i++)
        {
            string[] keywords = [.. Enumerable.Range(0, 7).Where(bit => (i >> bit & 1) == 1).Select(bit => $"k{bit}")];
            _mailbox.Run(new StoreFlags(Inbox, UidSet.Of(1 + (uint)(i % 10)), FlagOperation.Replace, SystemFlags.None, [.. keywords]));
        }

        string[] before = [.. _mailbox.Index("INBOX").Keywords[_mailbox.Index("INBOX").RowAt(5).KeywordSet]];
        _mailbox.Run(new MoveMessages(Inbox, UidSet.Of(6), FolderName.Inbox));

        var index = _mailbox.Index("INBOX");
        Assert.True(index.Keywords.Count < 20);
        Assert.Equal(before, index.Keywords[index.RowAt(9).KeywordSet]);
    }

    [Fact]
    public void Expunge_takes_only_deleted_messages_of_the_set()
    {
        _mailbox.Append("INBOX", 2);
        _mailbox.Append("INBOX", 3, SystemFlags.Deleted);

        Assert.Equal("4:5", _mailbox.Run(new ExpungeMessages(Inbox, UidSet.OfRange(4, 9))).Uids.ToString());
        Assert.Equal("3", _mailbox.Run(new ExpungeMessages(Inbox)).Uids.ToString());
        Assert.True(_mailbox.Run(new ExpungeMessages(Inbox)).Uids.IsEmpty);
    }

    [Fact]
    public void Refusals()
    {
        var deleted = _mailbox.Run(new CreateFolder(MailboxDriver.Name("a")));
        _mailbox.Run(new DeleteFolder(MailboxDriver.Name("a")));
        _mailbox.Append("INBOX");

        Assert.Equal(RefusalReason.TryCreate, _mailbox.Refusal(new AppendMessages(MailboxDriver.Name("a"), [_mailbox.Message()])));
        Assert.Equal(RefusalReason.TryCreate, _mailbox.Refusal(new CopyMessages(Inbox, UidSet.Of(1), MailboxDriver.Name("a"))));
        Assert.Equal(
            RefusalReason.FolderGone, _mailbox.Refusal(new StoreFlags(deleted, UidSet.Of(1), FlagOperation.Add, SystemFlags.Seen, [])));
    }

    [Fact]
    public void Keywords_are_limited_per_folder_but_known_ones_always_go()
    {
        var mailbox = new MailboxDriver(new MailboxOptions { KeywordsMax = 2 });
        var inbox = mailbox.Folder("INBOX").Id;
        mailbox.Run(new AppendMessages(FolderName.Inbox, [mailbox.Message(SystemFlags.None, "a", "b")]));
        mailbox.Append("INBOX");

        mailbox.Run(new StoreFlags(inbox, UidSet.Of(2), FlagOperation.Add, SystemFlags.None, ["A", "B"]));
        Assert.Equal(
            RefusalReason.Limit, mailbox.Refusal(new StoreFlags(inbox, UidSet.Of(2), FlagOperation.Add, SystemFlags.None, ["c"])));
    }
}
