using MailCluster.Testing.Clusters;

namespace MailCluster.Mailboxes.Tests.Replicas;

/// <summary>Annotations are set and read from a node that does not have the account, as from the one that does.</summary>
public sealed class AnnotationsElsewhereTests
{
    private static readonly AccountId Alice = AccountId.Create("alice@example.com");
    private static readonly AnnotationName s_comment = AnnotationName.SharedComment;

    [Fact]
    public async Task What_one_node_sets_another_reads()
    {
        var options = new MailboxOptions { Annotations = new AnnotationOptions { ValueSizeMax = 1024, ServerAdmin = "mailto:post@example.com" } };
        await using var cluster = await MailboxCluster.StartAsync(2, options: options);
        var (owner, other) = (cluster.Nodes[0], cluster.Nodes[1]);
        await SendAsync(other, Set(FolderName.Inbox, [0, 1, 255]));
        await SendAsync(owner, Set(null, []));

        foreach (var node in cluster.Nodes)
        {
            var inbox = await SendAsync(node, new GetAnnotations(FolderName.Inbox, [AnnotationPath.Of(s_comment)]));
            Assert.Equal([0, 1, 255], Assert.Single(inbox.Annotations).Value.AsEnumerable());
            var server = await SendAsync(node, new GetAnnotations(null, [AnnotationPath.Top], AnnotationDepth.All, SizeMax: 3));
            Assert.Equal((s_comment, 0), (Assert.Single(server.Annotations).Entry, server.Annotations[0].Value.Length));
            Assert.Equal((23, AnnotationName.ServerAdmin.Value), (server.LargestLeftOut, Assert.Single(server.LeftOut)));
            var all = await SendAsync(node, new ListAnnotations([AnnotationPath.Of(s_comment)]));
            Assert.Equal(FolderName.Inbox, Assert.Single(all.Folders).Name);
        }
    }

    [Fact]
    public async Task Refusals_come_across_as_they_are()
    {
        var options = new MailboxOptions { Annotations = new AnnotationOptions { ValueSizeMax = 1024 } };
        await using var cluster = await MailboxCluster.StartAsync(2, options: options);

        Assert.Equal(RefusalReason.TooLarge, await RefusalAsync(Set(FolderName.Inbox, new byte[1025])));
        Assert.Equal(RefusalReason.NonExistent, await RefusalAsync(Set(FolderName.Create("none"), [1])));

        async Task<RefusalReason> RefusalAsync(SetAnnotations command) =>
            (await Assert.ThrowsAsync<MailboxRefusedException>(async () => await SendAsync(cluster.Nodes[1], command))).Reason;
    }

    private static SetAnnotations Set(FolderName? folder, byte[] value) => new(folder, [new AnnotationChange(s_comment, [.. value])]);

    private static ValueTask<TResult> SendAsync<TResult>(MailboxNode node, MailboxCommand<TResult> command) =>
        node.Client.SendAsync(Alice, command, CommandContext.None, default);
}
