using MailCluster.Cluster;
using MailCluster.Mailboxes.Stored;
using MailCluster.Testing;

namespace MailCluster.Mailboxes.Tests.Levels;

/// <summary>Which level each event and command needs. What a release has shipped stays as it was.</summary>
public sealed class FeatureLevelsTests
{
    private static readonly string[] s_mailEvents =
    [
        "AccountCreated", "AccountPurged", "FlagsChanged", "FolderCreated", "FolderDeleted", "FolderRenamed", "MessagesAppended", "MessagesCopied", "MessagesExpunged",
        "MessagesMoved", "SubscriptionChanged",
    ];

    private static readonly string[] s_mailCommands =
    [
        "AppendMessages", "CopyMessages", "CreateFolder", "DeleteFolder", "DescribeFolder", "ExpungeMessages", "InspectAccount", "ListFolders", "LocateFolder",
        "MoveMessages", "OpenFolder", "PurgeAccount", "RenameFolder", "SetSubscription", "StoreFlags",
    ];

    [Fact]
    public void The_events_of_the_first_level_are_those_that_were_released_with_it()
    {
        Assert.Equal(s_mailEvents, NamesOf<MailboxEvent>(e => FeatureLevels.Of(e) == FeatureLevel.Mail));
        Assert.Equal(s_mailEvents, Event.Descriptor.Oneofs[0].Fields.Where(field => field.FieldNumber <= 11).Select(field => field.MessageType.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_commands_of_the_first_level_are_those_that_were_released_with_it() =>
        Assert.Equal(s_mailCommands, NamesOf<IMailboxCommand>(command => FeatureLevels.Of(command) == FeatureLevel.Mail));

    [Fact]
    public void All_others_need_a_later_level_until_somebody_says_which()
    {
        Assert.NotEmpty(NamesOf<MailboxEvent>(e => FeatureLevels.Of(e) == FeatureLevel.Newest));
        Assert.Empty(NamesOf<MailboxEvent>(e => FeatureLevels.Of(e) is < FeatureLevel.Oldest or > FeatureLevel.Newest));
        Assert.Empty(NamesOf<IMailboxCommand>(command => FeatureLevels.Of(command) is < FeatureLevel.Oldest or > FeatureLevel.Newest));
    }

    [Fact]
    public async Task A_command_that_some_node_may_not_know_is_not_sent_and_says_why()
    {
        var level = new SettableLevel(FeatureLevel.Mail);
        await using var mailboxes = await InMemoryMailboxes.StartAsync(level: level);
        var alice = AccountId.Create("alice@example.com");
        var refused = await Assert.ThrowsAsync<MailboxRefusedException>(
            async () => await mailboxes.Client.SendAsync(alice, new ListScripts(), CommandContext.None, default));
        var begun = mailboxes.Client.Begin(alice, new SetQuota(1, null), CommandContext.None, default);
        await Assert.ThrowsAsync<MailboxRefusedException>(async () => await begun.AnswerAsync());

        Assert.Equal(RefusalReason.Unavailable, refused.Reason);
        Assert.Contains("before all nodes run a release that knows of it (feature level 2; the cluster is at 1)", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, mailboxes.Region.EntitiesActive);
        Assert.Equal(FeatureLevel.Mail, mailboxes.Client.Level);

        level.Current = FeatureLevel.Filtering;
        Assert.Empty((await mailboxes.Client.SendAsync(alice, new ListScripts(), CommandContext.None, default)).Scripts);
    }

    private static IEnumerable<string> NamesOf<T>(Func<T, bool> condition) => typeof(FeatureLevels).Assembly.GetTypes()
        .Where(type => !type.IsAbstract && typeof(T).IsAssignableFrom(type))
        .Where(type => condition((T)System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(type)))
        .Select(type => type.Name)
        .Order(StringComparer.Ordinal);
}
