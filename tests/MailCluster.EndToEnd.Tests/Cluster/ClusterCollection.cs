namespace MailCluster.EndToEnd.Tests.Cluster;

/// <summary>The tests with three nodes share them, and run when no other test does: theirs is the machine.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ClusterCollection : ICollectionFixture<ClusterFleet>
{
    public const string Name = "Cluster";
}
