using MailCluster.Bodies;

namespace MailCluster.Mailboxes.Tests.Rules;

public sealed class DeliveryRulesTests
{
    private static readonly MarkKey Seen = MarkKey.Of("seen", "<1@example.org>");
    private readonly MailboxDriver _mailbox = new();

    [Fact]
    public void One_delivery_is_one_change_and_bodies_count_their_uses()
    {
        var message = _mailbox.Message();
        var changes = _mailbox.Changes.Count;
        var result = _mailbox.Run(new DeliverMessage(
            [new Filing(FolderName.Inbox, message), new Filing(MailboxDriver.Name("Lists/Dev"), message, MissingFolder.Create, Subscribe: true)],
            [Seen],
            [new DeliveryMark(Seen, _mailbox.Context.Now.AddDays(1))],
            [Mail(message, "bob@example.org"), Mail(message, "carol@example.org")]));

        Assert.Equal(changes + 1, _mailbox.Changes.Count);
        Assert.Equal(["INBOX", "Lists/Dev"], result.Filed.Select(filed => filed.Folder.Value));
        Assert.Equal(1, _mailbox.Index("Lists/Dev").Exists);
        Assert.Contains(MailboxDriver.Name("Lists/Dev"), _mailbox.State.Subscriptions);
        Assert.Equal(4, _mailbox.State.SharedBodies[message.Body]);
        Assert.Equal(2, _mailbox.State.Outbox.Count);
        Assert.True(_mailbox.State.Marks.Contains(Seen, _mailbox.Context.Now));
    }

    [Fact]
    public void A_body_is_released_when_its_last_use_ends()
    {
        var message = _mailbox.Message();
        _mailbox.Run(new DeliverMessage([new Filing(FolderName.Inbox, message)], [], [], [Mail(message, "bob@example.org")]));
        _mailbox.Run(new ExpungeMessages(_mailbox.Folder("INBOX").Id, OnlyDeleted: false));
        Assert.Empty(_mailbox.State.Released);

        var entry = Assert.Single(_mailbox.State.Outbox.Values);
        Assert.True(_mailbox.Run(new SettleOutboxEntry(entry.Id, OutboxVerdict.Sent, default, "250 2.0.0 ok", [])).IsChanged);
        Assert.Equal([message.Body], _mailbox.State.Released);
        Assert.False(_mailbox.Run(new SettleOutboxEntry(entry.Id, OutboxVerdict.Sent, default, "again", [])).IsChanged);
    }

    [Fact]
    public void A_mark_taken_for_absent_that_is_there_changes_nothing()
    {
        _mailbox.Run(new DeliverMessage([], [Seen], [new DeliveryMark(Seen, _mailbox.Context.Now.AddMinutes(1))], []));
        var before = _mailbox.State;

        var second = _mailbox.Run(new DeliverMessage(
            [new Filing(FolderName.Inbox, _mailbox.Message())], [Seen], [new DeliveryMark(Seen, _mailbox.Context.Now.AddDays(9))], []));

        Assert.True(second.IsOvertaken);
        Assert.Same(before, _mailbox.State);
    }

    [Fact]
    public void Marks_end_when_they_said_they_would()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_000);
        var marks = DeliveryMarks.Empty.With([new DeliveryMark(Seen, now.AddSeconds(10))], now);

        Assert.True(marks.Contains(Seen, now.AddSeconds(9)));
        Assert.False(marks.Contains(Seen, now.AddSeconds(10)));
        Assert.Equal(1, marks.With([new DeliveryMark(Seen, now.AddSeconds(90))], now).Count);
        Assert.Equal([MarkKey.Of("b")], marks.With([new DeliveryMark(MarkKey.Of("b"), now.AddSeconds(90))], now.AddSeconds(11)).InOrder().Select(m => m.Key));
    }

    [Fact]
    public void Of_too_many_marks_those_go_that_would_end_first()
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_000);
        var all = Enumerable.Range(1, DeliveryMarks.CountMax + 5).Select(i => new DeliveryMark(MarkKey.Of("n", $"{i}"), now.AddSeconds(i))).ToArray();
        var marks = DeliveryMarks.Empty.With(all.Reverse(), now);

        Assert.Equal(DeliveryMarks.CountMax, marks.Count);
        Assert.False(marks.Contains(MarkKey.Of("n", "5"), now));
        Assert.True(marks.Contains(MarkKey.Of("n", "6"), now));
    }

    [Fact]
    public void Keys_of_different_parts_differ()
    {
        Assert.NotEqual(MarkKey.Of("a", "bc"), MarkKey.Of("ab", "c"));
        Assert.NotEqual(MarkKey.Of("a", "b", ""), MarkKey.Of("a", "b"));
        Assert.Equal(MarkKey.Of("a", "b"), MarkKey.Of("a", "b"));
    }

    [Theory]
    [InlineData(MissingFolder.UseInbox, "INBOX")]
    [InlineData(MissingFolder.Create, "Gone/Away")]
    public void A_folder_that_is_missing_never_loses_a_message(MissingFolder missing, string folder)
    {
        var result = _mailbox.Run(DeliverMessage.Into(new Filing(MailboxDriver.Name("Gone/Away"), _mailbox.Message(), missing)));

        Assert.Equal(folder, Assert.Single(result.Filed).Folder.Value);
    }

    [Fact]
    public void A_folder_that_must_be_there_is_asked_for()
    {
        var deliver = DeliverMessage.Into(new Filing(MailboxDriver.Name("Gone"), _mailbox.Message(), MissingFolder.Refuse));

        Assert.Equal(RefusalReason.TryCreate, _mailbox.Refusal(deliver));
    }

    [Fact]
    public void An_account_with_all_the_folders_it_may_have_keeps_the_message_in_INBOX()
    {
        var mailbox = new MailboxDriver(new MailboxOptions { FoldersMax = 2 });
        var result = mailbox.Run(DeliverMessage.Into(new Filing(MailboxDriver.Name("a/b"), mailbox.Message(), MissingFolder.Create)));

        Assert.True(Assert.Single(result.Filed).Folder.IsInbox);
        Assert.Single(mailbox.State.Folders);
    }

    [Fact]
    public void Two_filings_that_end_in_one_folder_are_one_message_with_the_flags_of_both()
    {
        var message = _mailbox.Message(SystemFlags.Seen, "work");
        var other = message with { Flags = SystemFlags.Flagged, Keywords = ["Work", "todo"] };
        _mailbox.Run(new DeliverMessage(
            [new Filing(FolderName.Inbox, message), new Filing(MailboxDriver.Name("Gone"), other)], [], [], []));

        var index = _mailbox.Index("INBOX");
        Assert.Equal(1, index.Exists);
        Assert.Equal(SystemFlags.Seen | SystemFlags.Flagged, index.RowAt(0).Flags);
        Assert.Equal(["todo", "work"], index.Keywords[index.RowAt(0).KeywordSet].Order());
        Assert.Empty(_mailbox.State.SharedBodies);
    }

    [Fact]
    public void Two_folders_under_one_new_folder_are_made_once()
    {
        var message = _mailbox.Message();
        var result = _mailbox.Run(new DeliverMessage(
            [
                new Filing(MailboxDriver.Name("p/a"), message, MissingFolder.Create, SpecialUse.Archive),
                new Filing(MailboxDriver.Name("p/b"), message, MissingFolder.Create, SpecialUse.Archive),
            ],
            [], [], []));

        Assert.Equal(["p/a", "p/b"], result.Filed.Select(filed => filed.Folder.Value));
        Assert.Equal((SpecialUse.Archive, SpecialUse.None), (_mailbox.Folder("p/a").Use, _mailbox.Folder("p/b").Use));
        Assert.Equal(4, _mailbox.State.Folders.Count);
    }

    [Fact]
    public void Keywords_that_a_folder_has_no_room_for_are_left_off()
    {
        var mailbox = new MailboxDriver(new MailboxOptions { KeywordsMax = 2 });
        mailbox.Run(new AppendMessages(FolderName.Inbox, [mailbox.Message(SystemFlags.None, "one")]));
        mailbox.Run(DeliverMessage.Into(new Filing(FolderName.Inbox, mailbox.Message(SystemFlags.None, "two", "ONE", "three"))));

        var index = mailbox.Index("INBOX");
        Assert.Equal(["one", "two"], index.Keywords[index.RowAt(1).KeywordSet].Order(StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public void A_full_outbox_puts_deliveries_off_that_would_send_and_no_others()
    {
        var mailbox = new MailboxDriver(new MailboxOptions { OutboxMax = 1 });
        var message = mailbox.Message();
        mailbox.Run(new DeliverMessage([], [], [], [Mail(message, "bob@example.org")]));

        Assert.Equal(RefusalReason.Busy, mailbox.Refusal(new DeliverMessage([], [], [], [Mail(mailbox.Message(), "bob@example.org")])));
        mailbox.Run(DeliverMessage.Into(new Filing(FolderName.Inbox, mailbox.Message())));
    }

    [Fact]
    public void An_attempt_is_one_askers_until_its_time_is_over()
    {
        var message = _mailbox.Message();
        _mailbox.Run(new DeliverMessage([], [], [], [Mail(message, "bob@example.org")]));
        var id = _mailbox.State.Outbox.Keys.Single();
        var until = _mailbox.Context.Now.AddSeconds(4);

        Assert.True(_mailbox.Run(new ClaimOutboxEntry(id, until)).IsGranted);
        Assert.False(_mailbox.Run(new ClaimOutboxEntry(id, until.AddMinutes(1))).IsGranted);
        Assert.Equal((1, until), (_mailbox.State.Outbox[id].Attempts, _mailbox.State.Outbox[id].NextAttempt));
        _mailbox.Append("INBOX");
        _mailbox.Append("INBOX");
        Assert.True(_mailbox.Run(new ClaimOutboxEntry(id, until.AddMinutes(1))).IsGranted);
        Assert.Equal(2, _mailbox.State.Outbox[id].Attempts);

        // An administrator's "now" would be a second attempt beside the first.
        Assert.False(_mailbox.Run(new SettleOutboxEntry(id, OutboxVerdict.Rescheduled, until, "", [])).IsChanged);

        var later = until.AddHours(1);
        _mailbox.Run(new SettleOutboxEntry(id, OutboxVerdict.Deferred, later, new string('x', 2_000), []));
        Assert.Equal((2, later, OutboxEntry.ResponseMax), (_mailbox.State.Outbox[id].Attempts, _mailbox.State.Outbox[id].NextAttempt, _mailbox.State.Outbox[id].Response.Length));
        Assert.True(_mailbox.Run(new SettleOutboxEntry(id, OutboxVerdict.Rescheduled, until, "", [])).IsChanged);
        Assert.Equal(until, _mailbox.State.Outbox[id].NextAttempt);
    }

    [Fact]
    public void What_tells_of_a_failure_is_filed_with_the_end_of_the_entry_and_once()
    {
        var message = _mailbox.Message();
        _mailbox.Run(new DeliverMessage([], [], [], [Mail(message, "bob@example.org")]));
        var id = _mailbox.State.Outbox.Keys.Single();
        var bounce = new SettleOutboxEntry(id, OutboxVerdict.Failed, default, "550 5.1.1 no", [new Filing(FolderName.Inbox, _mailbox.Message())]);

        Assert.True(_mailbox.Run(bounce).IsChanged);
        Assert.False(_mailbox.Run(bounce).IsChanged);
        Assert.Equal(1, _mailbox.Index("INBOX").Exists);
        Assert.Empty(_mailbox.State.Outbox);
    }

    [Fact]
    public void A_purge_gives_up_what_waited_to_be_sent()
    {
        var message = _mailbox.Message();
        _mailbox.Run(new DeliverMessage([new Filing(FolderName.Inbox, message)], [], [new DeliveryMark(Seen, _mailbox.Context.Now.AddDays(1))], [Mail(message, "bob@example.org")]));
        _mailbox.Run(new PurgeAccount());

        Assert.Equal([message.Body], _mailbox.State.Released);
        Assert.Empty(_mailbox.State.Outbox);
        Assert.Equal(0, _mailbox.State.Marks.Count);
    }

    private static OutgoingMail Mail(NewMessage message, string recipient) =>
        new(OutgoingKind.Redirect, "alice@example.com", recipient, "", message.EmailId, message.Body, message.Size, OutgoingTerms.None);
}
