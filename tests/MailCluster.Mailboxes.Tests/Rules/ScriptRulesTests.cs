using System.Collections.Immutable;
using System.Text;

namespace MailCluster.Mailboxes.Tests.Rules;

/// <summary>What RFC 5804 says of scripts.</summary>
public sealed class ScriptRulesTests
{
    private static readonly ScriptName s_work = ScriptName.Create("work");
    private static readonly ScriptName s_home = ScriptName.Create("home");

    [Fact]
    public void A_script_that_is_put_again_is_replaced_and_stays_active()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new PutScript(s_work, Text("keep;")));
        mailbox.Run(new SetActiveScript(s_work));

        mailbox.Run(new PutScript(s_work, Text("discard;")));

        var info = Assert.Single(ScriptAnswers.List(mailbox.State).Scripts);
        Assert.Equal((s_work, 8, true), (info.Name, info.Size, info.IsActive));
        Assert.Equal("discard;", Content(ScriptAnswers.GetActive(mailbox.State, default).Script!));
        Assert.Equal((1, 8), (mailbox.State.Scripts.Count, mailbox.State.Scripts.Size));
    }

    [Fact]
    public void Putting_and_activating_can_be_one_step()
    {
        var mailbox = new MailboxDriver();
        var before = mailbox.Changes.Count;
        mailbox.Run(new PutScript(s_work, Text("keep;"), Activate: true));

        Assert.Equal((s_work, before + 1), (mailbox.State.Scripts.Active, mailbox.Changes.Count));
    }

    [Fact]
    public void What_changes_nothing_is_no_event()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new PutScript(s_work, Text("keep;"), Activate: true));
        var before = mailbox.State;

        mailbox.Run(new PutScript(s_work, Text("keep;")));
        mailbox.Run(new PutScript(s_work, Text("keep;"), Activate: true));
        mailbox.Run(new SetActiveScript(s_work));

        Assert.Same(before, mailbox.State);
    }

    [Fact]
    public void The_active_script_cannot_be_deleted_and_any_other_can()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new PutScript(s_work, Text("keep;"), Activate: true));
        mailbox.Run(new PutScript(s_home, Text("keep;")));

        Assert.Equal(RefusalReason.InUse, mailbox.Refusal(new DeleteScript(s_work)));
        mailbox.Run(new DeleteScript(s_home));
        Assert.Equal(RefusalReason.NonExistent, mailbox.Refusal(new DeleteScript(s_home)));

        mailbox.Run(new SetActiveScript(null));
        mailbox.Run(new DeleteScript(s_work));
        Assert.Equal((0, 0), (mailbox.State.Scripts.Count, mailbox.State.Scripts.Size));
    }

    [Fact]
    public void Deactivating_where_nothing_is_active_is_no_error()
    {
        var mailbox = new MailboxDriver();

        Assert.Same(Done.Value, mailbox.Run(new SetActiveScript(null)));
        Assert.Null(ScriptAnswers.GetActive(mailbox.State, default).Script);
        Assert.Equal(RefusalReason.NonExistent, mailbox.Refusal(new SetActiveScript(s_work)));
    }

    [Fact]
    public void A_renamed_script_stays_active_and_never_takes_anothers_name()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new PutScript(s_work, Text("keep;"), Activate: true));
        mailbox.Run(new PutScript(s_home, Text("stop;")));

        Assert.Equal(RefusalReason.AlreadyExists, mailbox.Refusal(new RenameScript(s_work, s_home)));
        Assert.Equal(RefusalReason.AlreadyExists, mailbox.Refusal(new RenameScript(s_work, s_work)));
        Assert.Equal(RefusalReason.NonExistent, mailbox.Refusal(new RenameScript(ScriptName.Create("x"), s_home)));
        mailbox.Run(new RenameScript(s_work, ScriptName.Create("arbeit")));

        Assert.Equal("arbeit", mailbox.State.Scripts.Active?.Value);
        Assert.Equal("keep;", Content(ScriptAnswers.Get(mailbox.State, ScriptName.Create("arbeit"), default)));
    }

    [Fact]
    public void Limits_are_told_apart()
    {
        var mailbox = new MailboxDriver(new MailboxOptions { ScriptsMax = 3, ScriptSizeMax = 10, ScriptBytesMax = 22 });
        mailbox.Run(new PutScript(s_work, Text("0123456789")));
        mailbox.Run(new PutScript(s_home, Text("0123456789")));

        Assert.Equal(RefusalReason.TooLarge, mailbox.Refusal(new PutScript(s_work, Text("01234567890"))));
        Assert.Equal(RefusalReason.OverQuota, mailbox.Refusal(new PutScript(ScriptName.Create("c"), Text("012"))));
        mailbox.Run(new PutScript(ScriptName.Create("c"), Text("01")));
        Assert.Equal(RefusalReason.TooMany, mailbox.Refusal(new PutScript(ScriptName.Create("d"), Text("0"))));
        mailbox.Run(new PutScript(s_work, Text("987654321")));

        Assert.Equal((3, 21), (mailbox.State.Scripts.Count, mailbox.State.Scripts.Size));
        Assert.Equal(RefusalReason.Cannot, mailbox.Refusal(new PutScript(s_work, [])));
    }

    [Fact]
    public void An_account_past_a_lowered_limit_may_become_smaller()
    {
        var state = MailboxState.Empty with
        {
            Scripts = ScriptSet.Empty.Put(s_work, StoredScript.Of(Text("0123456789"), 1)).Put(s_home, StoredScript.Of(Text("0123456789"), 1)),
        };
        var options = new MailboxOptions { ScriptBytesMax = 15 };

        Assert.Same(Done.Value, MailboxRules.RequireScriptSpace(state, s_work, 9, options));
        var refusal = Assert.Throws<MailboxRefusedException>(() => MailboxRules.RequireScriptSpace(state, s_work, 11, options));
        Assert.Equal(RefusalReason.OverQuota, refusal.Reason);
    }

    [Fact]
    public void Whoever_has_the_content_is_not_sent_it()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new PutScript(s_work, Text("keep;"), Activate: true));
        var hash = ScriptHash.Of("keep;"u8);

        var known = ScriptAnswers.GetActive(mailbox.State, hash).Script!;
        Assert.Equal((hash, 0), (known.Hash, known.Content.Length));
        Assert.Equal("keep;", Content(ScriptAnswers.GetActive(mailbox.State, ScriptHash.Of("stop;"u8)).Script!));
    }

    [Fact]
    public void A_purged_account_has_no_scripts()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new PutScript(s_work, Text("keep;"), Activate: true));
        mailbox.Run(new PurgeAccount());

        Assert.Equal((0, 0, null), (mailbox.State.Scripts.Count, mailbox.State.Scripts.Size, mailbox.State.Scripts.Active));
    }

    [Fact]
    public void Scripts_count_in_the_memory_of_their_account()
    {
        var mailbox = new MailboxDriver();
        var before = mailbox.State.MemoryBytes;
        mailbox.Run(new PutScript(s_work, Text(new string('k', 100_000))));

        Assert.InRange(mailbox.State.MemoryBytes - before, 100_000, 102_000);
    }

    private static ImmutableArray<byte> Text(string text) => [.. Encoding.UTF8.GetBytes(text)];

    private static string Content(ScriptText script) => Encoding.UTF8.GetString(script.Content.AsSpan());
}
