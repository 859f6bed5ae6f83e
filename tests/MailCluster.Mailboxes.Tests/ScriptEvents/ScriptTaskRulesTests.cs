using MailCluster.Mailboxes.Tests.Rules;

namespace MailCluster.Mailboxes.Tests.ScriptEvents;

/// <summary>What the turn of a message may change, and what it must not.</summary>
public sealed class ScriptTaskRulesTests
{
    private static readonly MarkKey Sent = MarkKey.Of("redirect", "<1@example.org>", "bob@example.org");

    private readonly MailboxDriver _mailbox = new(new MailboxOptions
    {
        ScriptEvents = new ScriptEventOptions { Rules = [new ScriptEventRule(FolderPattern.Create("INBOX"), null, ScriptCauses.All, "a", null)] },
    })
    { Protocol = "imap" };

    [Fact]
    public void A_turn_is_one_change_and_the_message_shares_its_body()
    {
        _mailbox.Append("INBOX", 2);
        var task = Task;
        var row = Row(1);
        var changes = _mailbox.Changes.Count;
        var edited = _mailbox.Message();
        var result = _mailbox.Run(new SettleScriptTask(task.Id, 1, Change(row) with
        {
            Added = new MessageFlags(SystemFlags.Flagged, ["done"]),
            Delivery = new DeliverMessage(
                [new Filing(MailboxDriver.Name("Copies"), Copy(row), MissingFolder.Create), new Filing(MailboxDriver.Name("Sent"), edited, MissingFolder.Create)],
                [Sent],
                [new DeliveryMark(Sent, _mailbox.Context.Now.AddHours(1))],
                [new OutgoingMail(OutgoingKind.Redirect, "alice@example.com", "bob@example.org", "", row.EmailId, row.Body, row.Size, OutgoingTerms.None)]),
        }));

        Assert.False(result.IsOvertaken);
        Assert.Equal(changes + 1, _mailbox.Changes.Count);
        Assert.Equal(["Copies", "Sent"], result.Filed.Select(filed => filed.Folder.Value));
        Assert.Equal(3, _mailbox.State.SharedBodies[row.Body]);
        Assert.Single(_mailbox.State.SharedBodies);
        Assert.Single(_mailbox.State.Outbox);
        Assert.Equal(SystemFlags.Flagged, Row(1).Flags);
        Assert.Equal(["done"], _mailbox.Index("INBOX").Keywords[Row(1).KeywordSet].AsEnumerable());
        Assert.Equal("2", Task.Uids.ToString());
    }

    [Fact]
    public void What_scripts_do_is_no_event()
    {
        _mailbox.Append("INBOX", 2);
        _mailbox.Run(new SettleScriptTask(Task.Id, 1, Change(Row(1)) with
        {
            Added = new MessageFlags(SystemFlags.Seen, []),
            Delivery = DeliverMessage.Into(new Filing(FolderName.Inbox, Copy(Row(1)))),
        }));
        Assert.Equal(3, _mailbox.Index("INBOX").Exists);
        Assert.Equal("2", Assert.Single(_mailbox.State.ScriptTasks).Uids.ToString());
    }

    [Theory]
    [InlineData(MessageDisposal.Keep, 1, SystemFlags.None)]
    [InlineData(MessageDisposal.Delete, 1, SystemFlags.Deleted)]
    [InlineData(MessageDisposal.Expunge, 0, SystemFlags.None)]
    public void A_message_stays_is_deleted_or_expunged(MessageDisposal disposal, int exists, SystemFlags flags)
    {
        _mailbox.Append("INBOX");
        var row = Row(1);
        _mailbox.Run(new SettleScriptTask(Task.Id, 1, Change(row) with
        {
            Disposal = disposal,
            Delivery = DeliverMessage.Into(new Filing(MailboxDriver.Name("Copies"), Copy(row), MissingFolder.Create)),
        }));
        Assert.Equal(exists, _mailbox.Index("INBOX").Exists);
        if (exists > 0)
            Assert.Equal(flags, Row(1).Flags);
        Assert.Empty(_mailbox.State.Released);
        Assert.Equal(exists > 0 ? 2 : 0, _mailbox.State.SharedBodies.GetValueOrDefault(row.Body));
        Assert.Empty(_mailbox.State.ScriptTasks);
    }

    [Fact]
    public void A_turn_that_was_had_or_whose_message_is_gone_changes_nothing()
    {
        _mailbox.Append("INBOX", 3);
        var (task, first, second) = (Task.Id, Row(1), Row(2));
        _mailbox.Run(new SettleScriptTask(task, 1, Change(first)));
        AssertOvertaken(new SettleScriptTask(task, 1, Change(first)));

        _mailbox.Run(new ExpungeMessages(_mailbox.Folder("INBOX").Id, UidSet.Of(2), OnlyDeleted: false));
        AssertOvertaken(new SettleScriptTask(task, 2, Change(second)));

        // The next turn takes those that are gone along.
        _mailbox.Run(new SettleScriptTask(task, 3));
        Assert.Empty(_mailbox.State.ScriptTasks);
        AssertOvertaken(new SettleScriptTask(task, uint.MaxValue));
    }

    [Fact]
    public void A_mark_that_is_there_after_all_changes_nothing()
    {
        _mailbox.Append("INBOX");
        _mailbox.Run(new DeliverMessage([], [], [new DeliveryMark(Sent, _mailbox.Context.Now.AddHours(1))], []));
        AssertOvertaken(new SettleScriptTask(Task.Id, 1, Change(Row(1)) with { Delivery = new DeliverMessage([], [Sent], [], []) }));
        Assert.Single(_mailbox.State.ScriptTasks);
    }

    [Fact]
    public void A_purge_takes_the_tasks_along()
    {
        _mailbox.Append("INBOX");
        _mailbox.Run(new PurgeAccount());
        Assert.Empty(_mailbox.State.ScriptTasks);
    }

    private ScriptTask Task => _mailbox.State.ScriptTasks[0];

    private void AssertOvertaken(SettleScriptTask settle)
    {
        var before = _mailbox.State;
        Assert.True(_mailbox.Run(settle).IsOvertaken);
        Assert.Same(before, _mailbox.State);
    }

    private MessageRow Row(uint uid)
    {
        Assert.True(_mailbox.Index("INBOX").TryGetRow(uid, out var row));
        return row;
    }

    private static ScriptChange Change(MessageRow row) =>
        new(row.Body, MessageFlags.None, MessageFlags.None, MessageDisposal.Keep, new DeliverMessage([], [], [], []));

    private static NewMessage Copy(MessageRow row) => new(row.EmailId, row.Body, row.Size, row.InternalDate, SystemFlags.None, []);
}
