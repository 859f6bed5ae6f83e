using MailCluster.Actors;
using MailCluster.Cluster;
using MailCluster.Cluster.Peers;

namespace MailCluster.Mailboxes.Tests;

/// <summary>What a session is told when its mailbox cannot be reached: never that the server has a bug.</summary>
public sealed class AskFailuresTests
{
    public static TheoryData<Exception> Ways =>
    [
        new AskTimeoutException("a command", TimeSpan.FromSeconds(30)),
        new RegionStoppedException(),
        new PeerLostException("n1", PeerFailure.ProcessGone, "connection reset"),

        // This node stops with a command under way to one that is lost (simulation, seed 243).
        new OutcomeUnknownException(new EntityId("alice@example.com"), "n1"),
    ];

    [Theory]
    [MemberData(nameof(Ways), DisableDiscoveryEnumeration = true)]
    public void A_lost_way_to_the_mailbox_is_told_as_unavailable(Exception failure) =>
        Assert.Equal(RefusalReason.Unavailable, AskFailures.Refusal(failure)?.Reason);
}
