using System.Text;
using MailCluster.Mailboxes.Tests.Rules;

namespace MailCluster.Mailboxes.Tests.ScriptEvents;

/// <summary>What a session does that runs scripts, and on which messages.</summary>
public sealed class ScriptQueueTests
{
    [Fact]
    public void Each_cause_has_its_task()
    {
        var mailbox = With(new ScriptEventRule(FolderPattern.Create("*"), null, ScriptCauses.All, "a", null));
        mailbox.Run(new CreateFolder(MailboxDriver.Name("Junk")));
        mailbox.Append("INBOX", 3);
        var inbox = mailbox.Folder("INBOX").Id;
        mailbox.Run(new CopyMessages(inbox, UidSet.OfRange(1, 2), MailboxDriver.Name("Junk")));
        mailbox.Run(new MoveMessages(inbox, UidSet.Of(3), MailboxDriver.Name("Junk")));
        mailbox.Run(new StoreFlags(inbox, UidSet.OfRange(1, 9), FlagOperation.Add, SystemFlags.Seen, ["Work"]));

        Assert.Equal(
            ["INBOX Append  1:3 ", "Junk Copy INBOX 1:3 ", @"INBOX Flag  1:2 \Seen Work"],
            mailbox.State.ScriptTasks.Select(task => $"{task.Name} {task.Cause} {task.From?.Value} {task.Uids} {string.Join(' ', task.ChangedFlags)}"));
        Assert.All(mailbox.State.ScriptTasks, task => Assert.Equal("s", task.Session));
    }

    [Fact]
    public void Only_what_IMAP_does_is_an_event()
    {
        var mailbox = With(new ScriptEventRule(FolderPattern.Create("*"), null, ScriptCauses.All, "a", null), protocol: "pop3");
        mailbox.Append("INBOX", 2);
        mailbox.Run(new StoreFlags(mailbox.Folder("INBOX").Id, UidSet.Of(1), FlagOperation.Add, SystemFlags.Seen, []));
        Assert.Empty(mailbox.State.ScriptTasks);

        mailbox = With(new ScriptEventRule(FolderPattern.Create("*"), null, ScriptCauses.All, "a", null));
        mailbox.Run(DeliverMessage.Into(new Filing(FolderName.Inbox, mailbox.Message())));
        mailbox.Run(new RenameFolder(FolderName.Inbox, MailboxDriver.Name("Old")));
        mailbox.Run(new ExpungeMessages(mailbox.Folder("Old").Id, OnlyDeleted: false));
        Assert.Empty(mailbox.State.ScriptTasks);
    }

    [Theory]
    [InlineData("Junk", null, ScriptCauses.Copy, true)]
    [InlineData("Junk", "INBOX", ScriptCauses.Copy, true)]
    [InlineData("Junk", "Sent", ScriptCauses.Copy, false)]
    [InlineData("*", "INBOX", ScriptCauses.All, true)]
    [InlineData("INBOX", null, ScriptCauses.Copy, false)]
    [InlineData("Junk", null, ScriptCauses.Flag | ScriptCauses.Append, false)]
    public void A_rule_says_where_whence_and_why(string folder, string? from, ScriptCauses causes, bool runs)
    {
        var mailbox = With(new ScriptEventRule(FolderPattern.Create(folder), from is null ? null : FolderPattern.Create(from), causes, "a", null));
        mailbox.Run(new CreateFolder(MailboxDriver.Name("Junk")));
        mailbox.Run(DeliverMessage.Into(new Filing(FolderName.Inbox, mailbox.Message())));
        mailbox.Run(new MoveMessages(mailbox.Folder("INBOX").Id, UidSet.Of(1), MailboxDriver.Name("Junk")));
        Assert.Equal(runs ? 1 : 0, mailbox.State.ScriptTasks.Count);
    }

    [Fact]
    public void Each_message_is_told_of_the_flags_that_changed_for_it()
    {
        var mailbox = With(new ScriptEventRule(FolderPattern.Create("*"), null, ScriptCauses.Flag, "a", null));
        mailbox.Run(new AppendMessages(FolderName.Inbox, [mailbox.Message(), mailbox.Message(SystemFlags.Seen, "work"), mailbox.Message(SystemFlags.Flagged)]));
        var inbox = mailbox.Folder("INBOX").Id;
        mailbox.Run(new StoreFlags(inbox, UidSet.OfRange(1, 3), FlagOperation.Add, SystemFlags.Seen | SystemFlags.Flagged, ["Work"]));
        Assert.Equal([@"1 \Seen \Flagged Work", @"2 \Flagged", @"3 \Seen Work"], Tasks(mailbox));

        mailbox.Run(new StoreFlags(inbox, UidSet.OfRange(1, 2), FlagOperation.Remove, SystemFlags.Seen | SystemFlags.Draft, ["WORK", "other"]));
        Assert.Contains(@"1:2 \Seen Work", Tasks(mailbox)[^1], StringComparison.OrdinalIgnoreCase);

        mailbox.Run(new StoreFlags(inbox, UidSet.Of(3), FlagOperation.Replace, SystemFlags.Flagged | SystemFlags.Answered, ["new"]));
        Assert.Equal(@"3 \Seen \Answered Work new", Tasks(mailbox)[^1], ignoreCase: true);

        mailbox.Run(new StoreFlags(inbox, UidSet.Of(3), FlagOperation.Add, SystemFlags.Flagged, []));
        Assert.Equal(5, mailbox.State.ScriptTasks.Count);
    }

    [Fact]
    public void Messages_one_after_the_other_are_one_task_and_there_is_a_most()
    {
        var mailbox = With(new ScriptEventRule(FolderPattern.Create("*"), null, ScriptCauses.All, "a", null), max: 2);
        for (var i = 0; i < 5; i++)
            mailbox.Append("INBOX");
        Assert.Equal(["1:5 "], Tasks(mailbox));

        var inbox = mailbox.Folder("INBOX").Id;
        mailbox.Run(new StoreFlags(inbox, UidSet.Of(2), FlagOperation.Add, SystemFlags.Seen, []));
        mailbox.Run(new StoreFlags(inbox, UidSet.Of(3), FlagOperation.Add, SystemFlags.Seen, []));
        Assert.Equal(["1:5 ", @"2:3 \Seen"], Tasks(mailbox));
        Assert.Equal(0, mailbox.ScriptsLeft);

        // Backwards, it is a task more; for which there is no room. The change itself is made.
        mailbox.Run(new StoreFlags(inbox, UidSet.Of(1), FlagOperation.Add, SystemFlags.Seen, []));
        Assert.Equal(2, mailbox.State.ScriptTasks.Count);
        Assert.Equal(1, mailbox.ScriptsLeft);
        Assert.Equal(2, mailbox.Index("INBOX").Unseen);
    }

    [Fact]
    public void The_users_script_is_the_folders_or_else_the_servers()
    {
        var mailbox = new MailboxDriver(new MailboxOptions { ScriptEvents = new ScriptEventOptions { HasUserScripts = true } }) { Protocol = "imap" };
        mailbox.Run(new CreateFolder(MailboxDriver.Name("Junk")));
        mailbox.Append("Junk");
        Assert.Empty(mailbox.State.ScriptTasks);

        Annotate(null, "all");
        mailbox.Append("Junk");
        Annotate("Junk", "spam");
        mailbox.Append("Junk");
        mailbox.Append("INBOX");
        Assert.Equal(["Junk 2 all", "Junk 3 spam", "INBOX 1 all"], mailbox.State.ScriptTasks.Select(task => $"{task.Name} {task.Uids} {task.Script}"));

        // RFC 6785 §2.3.1: an empty entry of the folder is no reason to look at the server's.
        Annotate("Junk", "");
        mailbox.Append("Junk");
        Assert.Equal(3, mailbox.State.ScriptTasks.Count);
        Annotate("Junk", null);
        mailbox.Append("Junk");
        Assert.Equal("all", mailbox.State.ScriptTasks[^1].Script);

        void Annotate(string? folder, string? script) => mailbox.Run(new SetAnnotations(
            folder is null ? null : MailboxDriver.Name(folder),
            [new AnnotationChange(AnnotationName.Create("/shared/imapsieve/script"), script is null ? null : [.. Encoding.UTF8.GetBytes(script)])]));
    }

    [Fact]
    public void Without_a_server_for_scripts_annotations_run_none()
    {
        var mailbox = With(new ScriptEventRule(FolderPattern.Create("Junk"), null, ScriptCauses.All, "a", null));
        mailbox.Run(new SetAnnotations(null, [new AnnotationChange(AnnotationName.Create("/shared/imapsieve/script"), [.. "all"u8])]));
        mailbox.Append("INBOX");
        Assert.Empty(mailbox.State.ScriptTasks);
    }

    private static string[] Tasks(MailboxDriver mailbox) => [.. mailbox.State.ScriptTasks.Select(task => $"{task.Uids} {string.Join(' ', task.ChangedFlags)}")];

    private static MailboxDriver With(ScriptEventRule rule, int max = 100, string protocol = "imap") =>
        new(new MailboxOptions { ScriptEvents = new ScriptEventOptions { Rules = [rule], QueueMax = max } }) { Protocol = protocol };
}
