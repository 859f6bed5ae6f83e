namespace MailCluster.Mailboxes.Tests.Rules;

public sealed class FolderRulesTests
{
    private static readonly MailboxOptions Provisioning = new()
    {
        ProvisionedFolders =
        [
            new ProvisionedFolder(FolderName.Create("Sent"), SpecialUse.Sent, true),
            new ProvisionedFolder(FolderName.Create("Trash"), SpecialUse.Trash, false),
        ],
    };

    [Fact]
    public void A_new_account_has_INBOX_and_the_configured_folders()
    {
        var mailbox = new MailboxDriver(Provisioning);

        Assert.Equal(["INBOX", "Sent", "Trash"], mailbox.State.Names.Keys.Select(name => name.Value));
        Assert.Equal(["INBOX", "Sent"], mailbox.State.Subscriptions.Select(name => name.Value));
        Assert.Equal(SpecialUse.Sent, mailbox.Folder("Sent").Use);
    }

    [Fact]
    public void A_configured_folder_that_the_user_deleted_does_not_come_back()
    {
        var mailbox = new MailboxDriver(Provisioning);
        mailbox.Run(new DeleteFolder(MailboxDriver.Name("Trash")));

        mailbox.Provision();

        Assert.Null(mailbox.State.Find(MailboxDriver.Name("Trash")));
    }

    [Fact]
    public void A_configured_folder_that_the_user_makes_again_has_its_use_unless_another_took_it()
    {
        var mailbox = new MailboxDriver(Provisioning);
        mailbox.Run(new DeleteFolder(MailboxDriver.Name("Trash")));
        mailbox.Run(new DeleteFolder(MailboxDriver.Name("Sent")));
        mailbox.Run(new CreateFolder(MailboxDriver.Name("Gesendet"), SpecialUse.Sent));

        mailbox.Run(new CreateFolder(MailboxDriver.Name("Trash")));
        mailbox.Run(new CreateFolder(MailboxDriver.Name("Sent")));

        Assert.Equal(SpecialUse.Trash, mailbox.Folder("Trash").Use);
        Assert.Equal(SpecialUse.None, mailbox.Folder("Sent").Use);
    }

    [Fact]
    public void Creating_a_folder_creates_those_above_it()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new CreateFolder(MailboxDriver.Name("a/b/c")));

        Assert.Equal(["INBOX", "a", "a/b", "a/b/c"], mailbox.State.Names.Keys.Select(name => name.Value));
    }

    [Fact]
    public void A_name_used_again_gets_a_greater_uidvalidity_and_another_id()
    {
        var mailbox = new MailboxDriver();
        var first = mailbox.Run(new CreateFolder(MailboxDriver.Name("a")));
        var validity = mailbox.Index("a").UidValidity;
        mailbox.Run(new DeleteFolder(MailboxDriver.Name("a")));

        var second = mailbox.Run(new CreateFolder(MailboxDriver.Name("a")));

        Assert.NotEqual(first, second);
        Assert.True(mailbox.Index("a").UidValidity > validity);
    }

    [Fact]
    public void Every_folder_made_in_one_second_has_its_own_uidvalidity()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new CreateFolder(MailboxDriver.Name("a/b/c/d/e")));

        var validities = mailbox.State.Folders.Values.Select(folder => folder.Index.UidValidity).ToList();
        Assert.Equal(validities.Count, validities.Distinct().Count());
    }

    [Fact]
    public void Deleting_a_folder_leaves_those_under_it()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new CreateFolder(MailboxDriver.Name("a/b")));
        mailbox.Run(new DeleteFolder(MailboxDriver.Name("a")));

        Assert.NotNull(mailbox.State.Find(MailboxDriver.Name("a/b")));
        Assert.Equal(RefusalReason.HasChildren, mailbox.Refusal(new DeleteFolder(MailboxDriver.Name("a"))));
    }

    [Fact]
    public void Refusals()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new CreateFolder(MailboxDriver.Name("a")));
        mailbox.Run(new CreateFolder(MailboxDriver.Name("b/x")));
        mailbox.Run(new CreateFolder(MailboxDriver.Name("a/x")));

        Assert.Equal(RefusalReason.Cannot, mailbox.Refusal(new DeleteFolder(FolderName.Inbox)));
        Assert.Equal(RefusalReason.NonExistent, mailbox.Refusal(new DeleteFolder(MailboxDriver.Name("z"))));
        Assert.Equal(RefusalReason.AlreadyExists, mailbox.Refusal(new CreateFolder(MailboxDriver.Name("a"))));
        Assert.Equal(RefusalReason.AlreadyExists, mailbox.Refusal(new CreateFolder(MailboxDriver.Name("inbox"))));
        Assert.Equal(RefusalReason.AlreadyExists, mailbox.Refusal(new RenameFolder(MailboxDriver.Name("a"), MailboxDriver.Name("b"))));
        Assert.Equal(RefusalReason.NonExistent, mailbox.Refusal(new RenameFolder(MailboxDriver.Name("z"), MailboxDriver.Name("y"))));
        Assert.Equal(RefusalReason.Cannot, mailbox.Refusal(new RenameFolder(MailboxDriver.Name("a"), MailboxDriver.Name("a/y"))));
    }

    [Fact]
    public void Renaming_takes_the_tree_and_its_subscriptions_along_and_keeps_ids_and_uids()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new CreateFolder(MailboxDriver.Name("a/b")));
        mailbox.Append("a/b", 3);
        mailbox.Run(new SetSubscription(MailboxDriver.Name("a/b"), true));
        var before = mailbox.Folder("a/b");

        mailbox.Run(new RenameFolder(MailboxDriver.Name("a"), MailboxDriver.Name("new/c")));

        Assert.Equal(["INBOX", "new", "new/c", "new/c/b"], mailbox.State.Names.Keys.Select(name => name.Value));
        Assert.Equal(before.Index, mailbox.Folder("new/c/b").Index);
        Assert.Contains(MailboxDriver.Name("new/c/b"), mailbox.State.Subscriptions);
        Assert.DoesNotContain(MailboxDriver.Name("a/b"), mailbox.State.Subscriptions);
    }

    [Fact]
    public void Renaming_INBOX_moves_its_messages_and_leaves_its_children()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new CreateFolder(MailboxDriver.Name("INBOX/sub")));
        mailbox.Append("INBOX", 3);
        var inbox = mailbox.Folder("INBOX").Id;

        mailbox.Run(new RenameFolder(FolderName.Inbox, MailboxDriver.Name("old")));

        Assert.Equal(inbox, mailbox.Folder("INBOX").Id);
        Assert.Equal(0, mailbox.Index("INBOX").Exists);
        Assert.Equal(4u, mailbox.Index("INBOX").UidNext);
        Assert.Equal(3, mailbox.Index("old").Exists);
        Assert.NotNull(mailbox.State.Find(MailboxDriver.Name("INBOX/sub")));
        Assert.Empty(mailbox.State.Released);
    }

    [Fact]
    public void Limits_are_refused_with_their_number()
    {
        var mailbox = new MailboxDriver(new MailboxOptions { FoldersMax = 3 });
        mailbox.Run(new CreateFolder(MailboxDriver.Name("a")));

        Assert.Equal(RefusalReason.Limit, mailbox.Refusal(new CreateFolder(MailboxDriver.Name("b/c"))));
        mailbox.Run(new CreateFolder(MailboxDriver.Name("b")));
    }

    [Fact]
    public void A_purged_account_begins_anew_without_repeating_a_uidvalidity()
    {
        var mailbox = new MailboxDriver(Provisioning);
        mailbox.Append("INBOX", 2);
        var validity = mailbox.State.LastUidValidity;
        var modSeq = mailbox.State.ModSeq;

        mailbox.Run(new PurgeAccount());
        Assert.False(mailbox.State.Exists);
        Assert.Equal(2, mailbox.State.Released.Count);
        mailbox.Provision();

        Assert.Equal(0, mailbox.Index("INBOX").Exists);
        Assert.True(mailbox.Index("INBOX").UidValidity > validity);
        Assert.True(mailbox.State.ModSeq > modSeq);
    }
}
