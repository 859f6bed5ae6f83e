namespace MailCluster.Mailboxes.Tests.Rules;

/// <summary>Messages of <see cref="MailboxDriver"/> have 100 bytes.</summary>
public sealed class QuotaRulesTests
{
    private static readonly FolderName Inbox = FolderName.Inbox;

    [Fact]
    public void What_does_not_fit_is_refused_as_a_whole()
    {
        var mailbox = With(storage: 250);
        mailbox.Append("INBOX", 2);

        Assert.Equal(RefusalReason.OverQuota, mailbox.Refusal(Add(mailbox, 1)));
        mailbox.Run(new SetQuota(null, 3));
        mailbox.Run(new SetQuota(0, null));
        Assert.Equal(RefusalReason.OverQuota, mailbox.Refusal(Add(mailbox, 2)));
        mailbox.Run(Add(mailbox, 1));
        Assert.Equal(3, mailbox.State.Messages);
    }

    [Fact]
    public void A_copy_takes_room_and_a_move_does_not()
    {
        var mailbox = With(storage: 400);
        mailbox.Run(new CreateFolder(MailboxDriver.Name("a")));
        mailbox.Append("INBOX", 3);
        var inbox = mailbox.Folder("INBOX").Id;

        Assert.Equal(RefusalReason.OverQuota, mailbox.Refusal(new CopyMessages(inbox, UidSet.OfRange(1, 2), MailboxDriver.Name("a"))));
        mailbox.Run(new CopyMessages(inbox, UidSet.Of(1), MailboxDriver.Name("a")));
        mailbox.Run(new MoveMessages(inbox, UidSet.OfRange(1, 3), MailboxDriver.Name("a")));

        Assert.Equal(4, mailbox.Index("a").Exists);
    }

    [Fact]
    public void Who_is_over_the_limit_may_do_all_that_takes_no_room()
    {
        var mailbox = With(storage: 1000);
        mailbox.Append("INBOX", 5, SystemFlags.Deleted);
        mailbox.Run(new SetQuota(100, 1));
        var inbox = mailbox.Folder("INBOX").Id;

        Assert.Equal(RefusalReason.OverQuota, mailbox.Refusal(Add(mailbox, 1)));
        mailbox.Run(new StoreFlags(inbox, UidSet.Of(1), FlagOperation.Add, SystemFlags.Seen, []));
        mailbox.Run(new CreateFolder(MailboxDriver.Name("a")));
        mailbox.Run(new MoveMessages(inbox, UidSet.Of(1), MailboxDriver.Name("a")));
        mailbox.Run(new RenameFolder(Inbox, MailboxDriver.Name("b")));
        mailbox.Run(new ExpungeMessages(mailbox.Folder("b").Id));

        Assert.Equal(1, mailbox.State.Messages);
    }

    [Fact]
    public void The_last_delivery_may_pass_the_limit_by_the_grace_and_no_further()
    {
        var mailbox = With(storage: 950, messages: 100); // 10 % more are 1045
        mailbox.Append("INBOX", 9);

        Assert.Equal(RefusalReason.OverQuota, mailbox.Refusal(Add(mailbox, 1)));
        Assert.Equal(RefusalReason.OverQuota, mailbox.Refusal(Add(mailbox, 2, QuotaCheck.WithGrace)));
        mailbox.Run(Add(mailbox, 1, QuotaCheck.WithGrace));
        Assert.Equal(-1, MailboxRules.DeliverableBytes(mailbox.State, mailbox.Context));
        Assert.Equal(RefusalReason.OverQuota, mailbox.Refusal(Add(mailbox, 1, QuotaCheck.WithGrace)));
        mailbox.Run(Add(mailbox, 1, QuotaCheck.Off));
    }

    [Fact]
    public void What_one_delivery_files_must_fit_together()
    {
        var mailbox = With(storage: 250);
        foreach (var name in new[] { "a", "Spam" })
            mailbox.Run(new CreateFolder(MailboxDriver.Name(name)));
        mailbox.Hear(QuotaRules.None with { Folders = [new FolderQuotaRule("Spam", true, null, null)] });
        mailbox.Append("INBOX");
        var message = mailbox.Message();

        Assert.Equal(RefusalReason.OverQuota, mailbox.Refusal(Deliver("INBOX", "a")));
        mailbox.Run(Deliver("INBOX", "a") with { Quota = QuotaCheck.Off });
        Assert.Equal(RefusalReason.OverQuota, mailbox.Refusal(Deliver("INBOX")));
        mailbox.Run(Deliver("Spam"));
        Assert.Equal((3, 1), (mailbox.State.Messages - 1, mailbox.Index("Spam").Exists));

        DeliverMessage Deliver(params string[] folders) =>
            new([.. folders.Select(folder => new Filing(MailboxDriver.Name(folder), message))], [], [], []);
    }

    [Fact]
    public void What_a_delivery_may_bring_is_told_beforehand()
    {
        var mailbox = With(storage: 1000);
        mailbox.Append("INBOX", 2);

        var room = MailboxRules.DeliverableBytes(mailbox.State, mailbox.Context);

        Assert.Equal(900, room);
        mailbox.Run(new SetQuota(0, 2));
        Assert.Equal(-1, MailboxRules.DeliverableBytes(mailbox.State, mailbox.Context));
        mailbox.Run(new SetQuota(0, 0));
        Assert.Equal(QuotaLimits.None, MailboxRules.DeliverableBytes(mailbox.State, mailbox.Context));
    }

    [Fact]
    public void A_folder_may_have_more_room_or_not_count_at_all()
    {
        var mailbox = With(storage: 200);
        foreach (var name in new[] { "Trash", "Spam" })
            mailbox.Run(new CreateFolder(MailboxDriver.Name(name)));
        mailbox.Hear(QuotaRules.None with
        {
            Folders =
            [
                new FolderQuotaRule("Trash", false, new QuotaAmount(50, QuotaAmountKind.AddedPercent), null),
                new FolderQuotaRule("Spam*", true, null, null),
            ],
        });
        mailbox.Append("Spam", 7);
        mailbox.Append("INBOX", 2);

        Assert.Equal(RefusalReason.OverQuota, mailbox.Refusal(Add(mailbox, 1)));
        mailbox.Append("Trash", 1);
        Assert.Equal(RefusalReason.OverQuota, mailbox.Refusal(new CopyMessages(mailbox.Folder("Spam").Id, UidSet.Of(1), MailboxDriver.Name("Trash"))));
        mailbox.Run(new CopyMessages(mailbox.Folder("INBOX").Id, UidSet.OfRange(1, 2), MailboxDriver.Name("Spam")));
        Assert.Equal(new QuotaUsage(300, 3), QuotaUsage.Of(mailbox.State, mailbox.Context.Limits!));
    }

    [Fact]
    public void What_is_set_can_be_taken_back()
    {
        var mailbox = With(storage: 100);
        mailbox.Append("INBOX");
        mailbox.Run(new SetQuota(1000, 7));
        mailbox.Append("INBOX");
        mailbox.Run(new SetQuota(SetQuota.Inherit, null));

        Assert.Equal(RefusalReason.OverQuota, mailbox.Refusal(Add(mailbox, 1)));
        Assert.Equal(QuotaRules.None with { Messages = 7 }, mailbox.State.Quota.Set);
        Assert.Equal(RefusalReason.Cannot, mailbox.Refusal(new SetQuota(-5, null)));
        var changes = mailbox.Changes.Count;
        mailbox.Run(new SetQuota(null, 7));
        Assert.Equal(changes, mailbox.Changes.Count);
    }

    [Fact]
    public void An_account_that_begins_anew_has_no_quota_of_its_own()
    {
        var mailbox = With();
        mailbox.Run(new SetQuota(1, 1));
        mailbox.Run(new PurgeAccount());

        Assert.Equal(AccountQuota.Empty, mailbox.State.Quota);
    }

    [Fact]
    public void A_level_is_marked_once()
    {
        var mailbox = With();
        mailbox.Run(new MarkQuotaLevel(0, 80));
        var changes = mailbox.Changes.Count;
        mailbox.Run(new MarkQuotaLevel(0, 95));

        Assert.Equal((80, changes), (mailbox.State.Quota.MarkedLevel, mailbox.Changes.Count));
    }

    private static MailboxDriver With(long? storage = null, long? messages = null) => new(new MailboxOptions
    {
        Quota = new QuotaOptions { Rules = QuotaRules.None with { Storage = storage, Messages = messages } },
    });

    private static AppendMessages Add(MailboxDriver mailbox, int count, QuotaCheck check = QuotaCheck.Strict) =>
        new(Inbox, [.. Enumerable.Range(0, count).Select(_ => mailbox.Message())], check);
}
