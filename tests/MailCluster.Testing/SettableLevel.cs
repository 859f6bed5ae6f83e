using MailCluster.Cluster;

namespace MailCluster.Testing;

/// <summary>A feature level that a test raises.</summary>
public sealed class SettableLevel(int level) : IFeatureLevel
{
    public int Current { get; set; } = level;
}
