using System.Collections.Immutable;
using MailCluster.Mailboxes.Tests.Rules;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes.Tests.Actor;

/// <summary>Scripts in the journal and in snapshots.</summary>
public sealed class ScriptStorageTests
{
    private static readonly ScriptName s_work = ScriptName.Create("work");
    private static readonly ScriptName s_home = ScriptName.Create("home");

    [Fact]
    public async Task A_script_survives_a_crash_and_a_stop()
    {
        using var host = await ActorHost.StartAsync();
        await host.SendAsync(new PutScript(s_work, [1, 2, 3], Activate: true));
        host.Crash();
        await host.SendAsync(new PutScript(s_home, [4]));
        await host.StopAsync();

        var active = await host.SendAsync(new GetActiveScript(), CommandContext.None);
        var list = await host.SendAsync(new ListScripts(), CommandContext.None);

        Assert.Equal([1, 2, 3], active.Script!.Content.AsEnumerable());
        Assert.Equal([s_home, s_work], list.Scripts.Select(script => script.Name));
    }

    [Fact]
    public async Task A_command_that_is_sent_again_is_answered_and_not_carried_out()
    {
        using var host = await ActorHost.StartAsync();
        var context = host.NewContext();
        await host.SendAsync(new PutScript(s_work, [1]));
        await host.SendAsync(new RenameScript(s_work, s_home), context);
        await host.SendAsync(new PutScript(s_work, [2]));
        host.Crash();

        Assert.Same(Done.Value, await host.SendAsync(new RenameScript(s_work, s_home), context));
        var home = await host.SendAsync(new GetScript(s_home), CommandContext.None);
        Assert.Equal([1], home.Content.AsEnumerable());
    }

    [Fact]
    public async Task Queries_refuse_as_commands_do()
    {
        using var host = await ActorHost.StartAsync();

        var missing = await Assert.ThrowsAsync<MailboxRefusedException>(async () => await host.SendAsync(new GetScript(s_work), CommandContext.None));
        var large = await Assert.ThrowsAsync<MailboxRefusedException>(
            async () => await host.SendAsync(new AskScriptSpace(s_work, 1L << 40), CommandContext.None));

        Assert.Equal((RefusalReason.NonExistent, RefusalReason.TooLarge), (missing.Reason, large.Reason));
        Assert.Same(Done.Value, await host.SendAsync(new AskScriptSpace(s_work, 1000), CommandContext.None));
    }

    [Fact]
    public void A_content_is_written_once_however_often_the_root_is()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new PutScript(s_work, [1, 2, 3]));
        mailbox.Run(new PutScript(s_home, [1, 2, 3]));
        var first = mailbox.State;
        var part = Assert.Single(Written(first, null).Changed, IsContent);
        Assert.Equal([1, 2, 3], part.Bytes.ToArray());

        mailbox.Run(new RenameScript(s_home, ScriptName.Create("other")));
        mailbox.Run(new SetActiveScript(s_work));
        mailbox.Run(new DeleteScript(ScriptName.Create("other")));
        var second = mailbox.State;
        Assert.DoesNotContain(Written(second, first).Changed, IsContent);
        Assert.Empty(Written(second, first).Removed);

        mailbox.Run(new PutScript(s_work, [9]));
        var changes = Written(mailbox.State, second);
        Assert.Equal([9], Assert.Single(changes.Changed, IsContent).Bytes.ToArray());
        Assert.Equal([part.Name], changes.Removed);
    }

    [Fact]
    public void Damaged_and_missing_contents_are_found()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(new PutScript(s_work, [1, 2, 3], Activate: true));
        var parts = Written(mailbox.State, null).Changed;

        Assert.Throws<InvalidDataException>(() => Read(parts.Where(part => !IsContent(part))));
        Assert.Throws<InvalidDataException>(() => Read(parts.Select(part => IsContent(part) ? new SnapshotPart(part.Name, new byte[] { 1, 2, 4 }) : part)));
        Assert.Equal(s_work, Read(parts).Scripts.Active);
    }

    [Fact]
    public void What_does_not_fit_is_a_damaged_journal()
    {
        var scripts = ScriptSet.Empty.Put(s_work, StoredScript.Of([1], 1));

        Assert.Throws<InvalidOperationException>(() => scripts.Delete(s_home));
        Assert.Throws<InvalidOperationException>(() => scripts.Rename(s_home, ScriptName.Create("x")));
        Assert.Throws<InvalidOperationException>(() => scripts.Rename(s_work, s_work));
        Assert.Throws<InvalidOperationException>(() => scripts.Activate(s_home));
    }

    private static SnapshotChanges Written(MailboxState state, MailboxState? last) => MailboxSnapshot.Write(state, last, _ => 1);

    private static MailboxState Read(IEnumerable<SnapshotPart> parts) =>
        MailboxSnapshot.Read(new Snapshot(new SequenceNr(1), [.. parts]), (_, _) => { });

    private static bool IsContent(SnapshotPart part) => part.Name.StartsWith("s/", StringComparison.Ordinal);
}
