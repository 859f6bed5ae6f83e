using System.Collections.Immutable;
using System.Text;

namespace MailCluster.Mailboxes.Tests.Rules;

/// <summary>What RFC 5464 says of annotations.</summary>
public sealed class AnnotationRulesTests
{
    private static readonly FolderName s_work = FolderName.Create("Work");
    private static readonly AnnotationName s_comment = AnnotationName.SharedComment;
    private static readonly AnnotationName s_own = AnnotationName.Create("/private/comment");

    [Theory]
    [InlineData("/shared/comment", "/shared/comment")]
    [InlineData("/PRIVATE/Comment", "/private/comment")]
    [InlineData("/shared/vendor/cmu/cyrus-imapd/color", "/shared/vendor/cmu/cyrus-imapd/color")]
    [InlineData("/private/filters/values/a b", "/private/filters/values/a b")]
    public void Names_are_kept_in_lower_case(string name, string kept) => Assert.Equal(kept, AnnotationName.Create(name).Value);

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/shared")]
    [InlineData("/private/")]
    [InlineData("/public/comment")]
    [InlineData("shared/comment")]
    [InlineData("/sharedcomment/x")]
    [InlineData("/shared//comment")]
    [InlineData("/shared/comment/")]
    [InlineData("/shared/com*ment")]
    [InlineData("/shared/%")]
    [InlineData("/shared/größe")]
    [InlineData("/shared/a\tb")]
    [InlineData("/shared/vendor")]
    [InlineData("/shared/vendor/x")]
    public void What_the_grammar_forbids_is_no_name(string name)
    {
        Assert.False(AnnotationName.TryCreate(name, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Names_have_a_longest()
    {
        Assert.True(AnnotationName.TryCreate("/shared/" + new string('x', AnnotationName.LengthMax - 8), out _, out _));
        Assert.False(AnnotationName.TryCreate("/shared/" + new string('x', AnnotationName.LengthMax - 7), out _, out _));
    }

    [Theory]
    [InlineData("", AnnotationDepth.All, true)]
    [InlineData("/shared", AnnotationDepth.All, true)]
    [InlineData("/shared", AnnotationDepth.Below, false)]
    [InlineData("/shared/a", AnnotationDepth.Below, true)]
    [InlineData("/shared/a", AnnotationDepth.Here, false)]
    [InlineData("/shared/a/b", AnnotationDepth.Here, true)]
    [InlineData("/shared/a/b", AnnotationDepth.All, true)]
    [InlineData("/shared/a/b/c", AnnotationDepth.All, false)]
    [InlineData("/shared/a/bc", AnnotationDepth.All, false)]
    [InlineData("/private/a", AnnotationDepth.All, false)]
    public void Depth_counts_components(string path, AnnotationDepth depth, bool has) =>
        Assert.Equal(has, AnnotationPath.Create(path).Has(AnnotationName.Create("/shared/a/b"), depth));

    [Fact]
    public void A_component_that_only_begins_alike_is_not_below() =>
        Assert.False(AnnotationPath.Create("/shared/a").Has(AnnotationName.Create("/shared/ab/c"), AnnotationDepth.All));

    [Fact]
    public void What_is_set_is_found_and_NIL_takes_it_away()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new CreateFolder(s_work));
        Set(mailbox, s_work, (s_comment, "ours"), (s_own, "mine"));
        Set(mailbox, null, (s_comment, "of the server"));

        Assert.Equal([(s_own, "mine"), (s_comment, "ours")], All(mailbox, s_work));
        Assert.Equal([(s_comment, "of the server")], All(mailbox, null));
        Assert.Empty(All(mailbox, FolderName.Inbox));

        Set(mailbox, s_work, (s_comment, null), (s_own, ""));
        Assert.Equal([(s_own, "")], All(mailbox, s_work));
        Set(mailbox, s_work, (s_own, null));
        Assert.Empty(mailbox.State.Annotations.Folders);
        Assert.Equal(15 + 13, mailbox.State.Annotations.Size);
    }

    [Fact]
    public void Of_two_of_a_name_the_later_counts_and_what_changes_nothing_is_no_event()
    {
        var mailbox = new MailboxDriver();
        Set(mailbox, FolderName.Inbox, (s_comment, "a"), (s_comment, "b"), (s_own, null));
        Assert.Single(((AnnotationsChanged)mailbox.Changes[^1].Events.Single()).Changes);
        var before = mailbox.State;

        Set(mailbox, FolderName.Inbox, (s_comment, "b"), (s_own, null));

        Assert.Same(before, mailbox.State);
        Assert.Equal([(s_comment, "b")], All(mailbox, FolderName.Inbox));
    }

    [Fact]
    public void A_folder_keeps_them_when_it_is_renamed_and_loses_them_when_it_is_deleted()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new CreateFolder(FolderName.Create("Work/a")));
        Set(mailbox, FolderName.Create("Work/a"), (s_comment, "a"));
        mailbox.Run(new RenameFolder(s_work, FolderName.Create("Job")));
        Assert.Equal([(s_comment, "a")], All(mailbox, FolderName.Create("Job/a")));

        mailbox.Run(new DeleteFolder(FolderName.Create("Job/a")));
        mailbox.Run(new CreateFolder(FolderName.Create("Job/a")));

        Assert.Empty(All(mailbox, FolderName.Create("Job/a")));
        Assert.Equal((0, 0), (mailbox.State.Annotations.Size, mailbox.State.Annotations.MemoryBytes));
        Assert.Equal(RefusalReason.NonExistent, mailbox.Refusal(new SetAnnotations(FolderName.Create("nowhere"), [])));
    }

    [Fact]
    public void A_renamed_INBOX_and_its_new_folder_both_have_them()
    {
        var mailbox = new MailboxDriver();
        Set(mailbox, FolderName.Inbox, (s_comment, "a"), (s_own, "b"));
        mailbox.Run(new RenameFolder(FolderName.Inbox, s_work));

        Assert.Equal(All(mailbox, FolderName.Inbox), All(mailbox, s_work));
        Assert.Equal([(s_own, "b"), (s_comment, "a")], All(mailbox, s_work));
    }

    [Fact]
    public void A_renamed_INBOX_whose_annotations_have_no_room_twice_is_refused()
    {
        var mailbox = new MailboxDriver(Options(new AnnotationOptions { BytesMax = 40 }));
        Set(mailbox, FolderName.Inbox, (s_comment, "0123456789"));

        Assert.Equal(RefusalReason.OverQuota, mailbox.Refusal(new RenameFolder(FolderName.Inbox, s_work)));
    }

    [Fact]
    public void Limits_are_told_apart_and_nothing_is_set_then()
    {
        var mailbox = new MailboxDriver(Options(new AnnotationOptions { ValueSizeMax = 10, EntriesMax = 2, BytesMax = 70 }));
        Set(mailbox, FolderName.Inbox, (s_comment, "0123456789"));

        Assert.Equal(RefusalReason.TooLarge, mailbox.Refusal(Command(FolderName.Inbox, (s_own, "a"), (s_comment, "0123456789a"))));
        Assert.Equal(RefusalReason.TooMany, mailbox.Refusal(Command(FolderName.Inbox, (s_own, "a"), (AnnotationName.Create("/shared/x"), "a"))));
        Set(mailbox, FolderName.Inbox, (s_own, "0123456789"));
        Assert.Equal(RefusalReason.OverQuota, mailbox.Refusal(Command(null, (s_own, "01234"))));
        Set(mailbox, FolderName.Inbox, (s_own, "012"));
        Set(mailbox, null, (s_own, "01234"));
    }

    [Fact]
    public void What_shrinks_past_a_lowered_limit_is_allowed()
    {
        var mailbox = new MailboxDriver();
        Set(mailbox, FolderName.Inbox, (s_comment, "0123456789"), (s_own, "a"), (AnnotationName.Create("/shared/x"), "a"));
        var context = mailbox.Context with { Options = Options(new AnnotationOptions { ValueSizeMax = 10, EntriesMax = 1, BytesMax = 4 }) };

        var shrunk = MailboxRules.Decide(mailbox.State, Command(FolderName.Inbox, (s_comment, "012345678")), context);
        var grown = Assert.Throws<MailboxRefusedException>(() => MailboxRules.Decide(mailbox.State, Command(FolderName.Inbox, (s_own, "ab")), context));

        Assert.Single(shrunk.Events);
        Assert.Equal(RefusalReason.OverQuota, grown.Reason);
    }

    [Fact]
    public void What_configuration_says_of_the_server_stands_first_and_is_read_only()
    {
        var options = new AnnotationOptions { ServerAdmin = "mailto:post@example.com", ServerComment = "hello" };
        var mailbox = new MailboxDriver();
        Set(mailbox, null, (s_comment, "own"), (s_own, "mine"));
        Assert.Equal(RefusalReason.Cannot, mailbox.Refusal(Command(null, (AnnotationName.ServerAdmin, "mailto:me@example.com"))));

        var all = AnnotationAnswers.Get(mailbox.State, new GetAnnotations(null, [AnnotationPath.Top], AnnotationDepth.All), options);
        Assert.Equal(
            [(s_own, "mine"), (AnnotationName.ServerAdmin, "mailto:post@example.com"), (s_comment, "hello")], all.Annotations.Select(Pair));
        Assert.Equal("hello", Text(ServerAnnotations.Find(mailbox.State, s_comment, options)));
        Assert.Equal("own", Text(ServerAnnotations.Find(mailbox.State, s_comment, new AnnotationOptions())));
        var refusal = Assert.Throws<MailboxRefusedException>(
            () => MailboxRules.Decide(mailbox.State, Command(null, (s_comment, "mine")), mailbox.Context with { Options = Options(options) }));
        Assert.Equal(RefusalReason.Cannot, refusal.Reason);
        Set(mailbox, FolderName.Inbox, (AnnotationName.ServerAdmin, "a folder's entry of that name is nothing special"));
    }

    [Fact]
    public void A_script_of_events_is_the_folders_or_else_the_servers()
    {
        var entry = AnnotationName.Create("/shared/imapsieve/script");
        var mailbox = new MailboxDriver();
        mailbox.Run(new CreateFolder(s_work));
        Set(mailbox, null, (entry, "global"));
        Set(mailbox, s_work, (entry, ""));
        var (work, inbox) = (mailbox.Folder("Work").Id, mailbox.Folder("INBOX").Id);

        Assert.Equal(("", "global"), (Find(work), Find(inbox)));
        Set(mailbox, null, (entry, null));
        Assert.Null(Find(inbox));

        string? Find(FolderId folder) => Text(ServerAnnotations.FindNearest(mailbox.State, folder, entry, new AnnotationOptions()));
    }

    [Fact]
    public void Larger_values_are_left_out_and_told_of()
    {
        var mailbox = new MailboxDriver();
        Set(mailbox, FolderName.Inbox, (s_comment, "01234"), (s_own, "0123456789"), (AnnotationName.Create("/private/x"), "012345"));
        var query = new GetAnnotations(FolderName.Inbox, [AnnotationPath.Create("/private"), AnnotationPath.Of(s_comment)], AnnotationDepth.Below, 5);

        var list = AnnotationAnswers.Get(mailbox.State, query, new AnnotationOptions());

        Assert.Equal([(s_comment, "01234")], list.Annotations.Select(Pair));
        Assert.Equal(10, list.LargestLeftOut);
    }

    [Fact]
    public void A_list_has_the_folders_that_have_some()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new CreateFolder(s_work));
        mailbox.Run(new CreateFolder(FolderName.Create("Other")));
        Set(mailbox, s_work, (s_comment, "w"));
        Set(mailbox, FolderName.Inbox, (s_comment, "i"), (s_own, "p"));
        Set(mailbox, FolderName.Create("Other"), (s_own, "p"));

        var list = AnnotationAnswers.List(mailbox.State, new ListAnnotations([AnnotationPath.Of(s_comment)]));

        Assert.Equal([(FolderName.Inbox, "i"), (s_work, "w")], list.Folders.Select(folder => (folder.Name, Pair(folder.List.Annotations.Single()).Text)));
    }

    [Fact]
    public void A_purged_account_has_none_and_they_count_in_memory()
    {
        var mailbox = new MailboxDriver();
        var before = mailbox.State.MemoryBytes;
        Set(mailbox, FolderName.Inbox, (s_comment, new string('k', 30_000)));
        Assert.InRange(mailbox.State.MemoryBytes - before, 30_000, 31_000);

        mailbox.Run(new PurgeAccount());

        Assert.Same(AccountAnnotations.Empty, mailbox.State.Annotations);
    }

    private static MailboxOptions Options(AnnotationOptions options) => new() { Annotations = options };

    private static SetAnnotations Command(FolderName? folder, params (AnnotationName Entry, string? Value)[] changes) => new(
        folder,
        [.. changes.Select(change => new AnnotationChange(
            change.Entry, change.Value is null ? (ImmutableArray<byte>?)null : [.. Encoding.UTF8.GetBytes(change.Value)]))]);

    private static void Set(MailboxDriver mailbox, FolderName? folder, params (AnnotationName Entry, string? Value)[] changes) =>
        mailbox.Run(Command(folder, changes));

    private static IEnumerable<(AnnotationName Entry, string Text)> All(MailboxDriver mailbox, FolderName? folder) => AnnotationAnswers
        .Get(mailbox.State, new GetAnnotations(folder, [AnnotationPath.Top], AnnotationDepth.All), new AnnotationOptions())
        .Annotations.Select(Pair);

    private static (AnnotationName Entry, string Text) Pair(Annotation annotation) => (annotation.Entry, Encoding.UTF8.GetString(annotation.Value.AsSpan()));

    private static string? Text(ImmutableArray<byte>? found) => found is { } value ? Encoding.UTF8.GetString(value.AsSpan()) : null;
}
