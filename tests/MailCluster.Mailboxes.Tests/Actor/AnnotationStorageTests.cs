using MailCluster.Mailboxes.Tests.Rules;
using MailCluster.Persistence;

namespace MailCluster.Mailboxes.Tests.Actor;

/// <summary>Annotations in the journal and in snapshots.</summary>
public sealed class AnnotationStorageTests
{
    private static readonly AnnotationName s_comment = AnnotationName.SharedComment;
    private static readonly FolderName s_work = FolderName.Create("Work");

    [Fact]
    public async Task They_survive_a_crash_and_a_stop()
    {
        using var host = await ActorHost.StartAsync();
        await host.SendAsync(Set(FolderName.Inbox, [1, 2]));
        host.Crash();
        await host.SendAsync(Set(null, [0, 255]));
        await host.StopAsync();

        Assert.Equal([1, 2], await GetAsync(host, FolderName.Inbox));
        Assert.Equal([0, 255], await GetAsync(host, null));
    }

    [Fact]
    public async Task A_command_that_is_sent_again_is_answered_and_not_carried_out()
    {
        using var host = await ActorHost.StartAsync();
        var context = host.NewContext();
        await host.SendAsync(Set(FolderName.Inbox, [1]), context);
        await host.SendAsync(Set(FolderName.Inbox, [2]));
        host.Crash();

        Assert.Same(Done.Value, await host.SendAsync(Set(FolderName.Inbox, [1]), context));
        Assert.Equal([2], await GetAsync(host, FolderName.Inbox));
    }

    [Fact]
    public void A_part_is_written_when_it_changed_and_removed_with_its_last_annotation()
    {
        var mailbox = new MailboxDriver();
        Assert.DoesNotContain(Written(mailbox.State, null).Changed, IsAnnotations);
        mailbox.Run(new CreateFolder(s_work));
        mailbox.Run(Set(FolderName.Inbox, [1]));
        mailbox.Run(Set(s_work, [2]));
        mailbox.Run(Set(null, [3]));
        var first = mailbox.State;
        Assert.Equal(3, Written(first, null).Changed.Count(IsAnnotations));

        mailbox.Run(Set(s_work, [4]));
        var second = mailbox.State;
        var work = Assert.Single(Written(second, first).Changed, IsAnnotations).Name;
        Assert.Equal($"a/{mailbox.Folder("Work").Id.Value:N}", work);

        mailbox.Run(new DeleteFolder(s_work));
        mailbox.Run(new SetAnnotations(null, [new AnnotationChange(s_comment, null)]));
        var changes = Written(mailbox.State, second);
        Assert.DoesNotContain(changes.Changed, IsAnnotations);
        Assert.Equal([work, "a/server"], changes.Removed.Where(name => name.StartsWith("a/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Missing_and_damaged_parts_are_found()
    {
        var mailbox = new MailboxDriver();
        mailbox.Run(Set(FolderName.Inbox, [1]));
        var parts = Written(mailbox.State, null).Changed;

        Assert.Throws<InvalidDataException>(() => Read(parts.Where(part => !IsAnnotations(part))));
        Assert.Throws<InvalidDataException>(
            () => Read(parts.Select(part => IsAnnotations(part) ? new SnapshotPart(part.Name, new byte[] { 0x0A, 0xFF }) : part)));
        Assert.Equal(mailbox.State.Annotations.Size, Read(parts).Annotations.Size);
    }

    [Fact]
    public void What_does_not_fit_is_a_damaged_journal()
    {
        var change = new MailboxChange(
            0, 1, DateTimeOffset.UnixEpoch, CommandContext.None, null, [new AnnotationsChanged(new FolderId(Guid.NewGuid()), [])]);

        Assert.Throws<InvalidOperationException>(() => MailboxState.Apply(new MailboxDriver().State, change));
    }

    private static SetAnnotations Set(FolderName? folder, byte[] value) => new(folder, [new AnnotationChange(s_comment, [.. value])]);

    private static async Task<byte[]> GetAsync(ActorHost host, FolderName? folder)
    {
        var list = await host.SendAsync(new GetAnnotations(folder, [AnnotationPath.Of(s_comment)]), CommandContext.None);
        return [.. Assert.Single(list.Annotations).Value];
    }

    private static SnapshotChanges Written(MailboxState state, MailboxState? last) => MailboxSnapshot.Write(state, last, _ => 1);

    private static MailboxState Read(IEnumerable<SnapshotPart> parts) =>
        MailboxSnapshot.Read(new Snapshot(new SequenceNr(1), [.. parts]), (_, _) => { });

    private static bool IsAnnotations(SnapshotPart part) => part.Name.StartsWith("a/", StringComparison.Ordinal);
}
