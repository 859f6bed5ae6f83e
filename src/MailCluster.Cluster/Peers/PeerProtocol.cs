namespace MailCluster.Cluster.Peers;

/// <summary>What is fixed between nodes.</summary>
internal static class PeerProtocol
{
    /// <summary>
    /// The longest payload of a frame, in bytes. A message is cut into such pieces, and others go between them: at 1 GB/s a piece delays the next by 65 µs.
    /// Four TLS records.
    /// </summary>
    internal const int FrameBytesMax = 64 * 1024;

    /// <summary>
    /// The versions that this release speaks. A release that changes the protocol raises the upper end and keeps speaking what the release before it
    /// spoke; the one after that may raise the lower end. So two adjacent releases always share a version.
    /// </summary>
    internal static readonly VersionRange Versions = new(1, 1);
}

/// <summary>Versions of the protocol, both ends included.</summary>
internal readonly record struct VersionRange(uint Min, uint Max)
{
    /// <summary>The newest version that both speak, or null.</summary>
    internal uint? Agree(VersionRange other)
    {
        var version = Math.Min(Max, other.Max);
        return version >= Math.Max(Min, other.Min) ? version : null;
    }

    public override string ToString() => Min == Max ? $"{Min}" : $"{Min} to {Max}";
}
