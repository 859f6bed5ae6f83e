using MailCluster.Cluster.Membership;
using MailCluster.Cluster.Peers.Tls;

namespace MailCluster.Cluster.Peers.Handshake;

/// <summary>Why two nodes do not speak to each other. Pure.</summary>
/// <param name="Failure">What the one who connects makes of it.</param>
/// <param name="Reason">What the one who was connected to says of it.</param>
/// <param name="Text">For the logs of both.</param>
internal sealed record HandshakeRefusal(PeerFailure Failure, Goodbye.Types.Reason Reason, string Text)
{
    internal static HandshakeRefusal Because(string text) => new(PeerFailure.Rejected, Goodbye.Types.Reason.Refused, text);

    /// <summary>What a peer's last words mean to the one who hears them.</summary>
    internal static PeerFailure Heard(Goodbye.Types.Reason reason) => reason switch
    {
        Goodbye.Types.Reason.Stopping or Goodbye.Types.Reason.Starting or Goodbye.Types.Reason.OtherRun => PeerFailure.ProcessGone,
        Goodbye.Types.Reason.Silent => PeerFailure.Silent,
        _ => PeerFailure.Rejected,
    };
}

/// <summary>
/// The handshake: one Hello in each direction. The one who connects says who it is, whom it means and what it speaks; the other compares,
/// and answers with the same or with a Goodbye that says why not; the first compares in turn.
/// </summary>
internal static class HandshakeRules
{
    internal static Hello Introduce(Member self, string peer, Generation peerGeneration, PeerOptions options) => new()
    {
        VersionMin = options.Versions.Min,
        VersionMax = options.Versions.Max,
        Release = self.Version,
        Cluster = options.ClusterName,
        Node = self.Node,
        Generation = self.Generation.Value,
        Address = self.Address,
        Roles = (uint)self.Roles,
        PeerNode = peer,
        PeerGeneration = peerGeneration.Value,
        MessageBytesMax = (uint)options.MessageBytesMax,
        Level = (uint)self.Level,
    };

    /// <summary>The member that a Hello speaks of. Its lease is not known here.</summary>
    internal static Member MemberOf(Hello hello) => new(
        hello.Node, new Generation(hello.Generation), hello.Address, (NodeRoles)hello.Roles, hello.Release, MemberStatus.Active, TimeSpan.Zero)
    {
        Level = (int)Math.Clamp(hello.Level, FeatureLevel.Mail, int.MaxValue),
    };

    /// <summary>Whether the one who connected may stay; null if so.</summary>
    internal static HandshakeRefusal? CheckCaller(Hello hello, Member self, PeerOptions options, PeerCertificateCheck? certificate)
    {
        var expected = new Generation(hello.PeerGeneration);
        if (CheckBoth(hello, options, certificate) is { } refusal)
        {
            return refusal;
        }

        if (hello.PeerNode != self.Node)
        {
            return HandshakeRefusal.Because($"node {hello.Node} looks for node {hello.PeerNode} and found node {self.Node}; is an address given twice?");
        }

        return expected == self.Generation ? null : OtherRun(self.Node, expected, self.Generation);
    }

    /// <summary>Whether the one who answered is the one that was meant; null if so.</summary>
    internal static HandshakeRefusal? CheckAnswerer(Hello hello, Member meant, PeerOptions options, PeerCertificateCheck? certificate)
    {
        if (CheckBoth(hello, options, certificate) is { } refusal)
        {
            return refusal;
        }

        if (hello.Node != meant.Node)
        {
            return HandshakeRefusal.Because($"node {hello.Node} answers at the address of node {meant.Node}");
        }

        var found = new Generation(hello.Generation);
        return found == meant.Generation ? null : OtherRun(meant.Node, meant.Generation, found);
    }

    /// <summary>The newest version that both speak. Asked after the checks.</summary>
    internal static uint VersionWith(Hello hello, PeerOptions options) => options.Versions.Agree(new VersionRange(hello.VersionMin, hello.VersionMax)) ?? 0;

    private static HandshakeRefusal? CheckBoth(Hello hello, PeerOptions options, PeerCertificateCheck? certificate)
    {
        if (hello.Node.Length == 0 || hello.Generation <= 0 || $"{hello.Node}{hello.Cluster}{hello.Address}{hello.Release}{hello.PeerNode}".Any(char.IsControl))
        {
            return HandshakeRefusal.Because("the peer does not say who it is");
        }

        var spoken = new VersionRange(hello.VersionMin, hello.VersionMax);
        if (options.Versions.Agree(spoken) is null)
        {
            return HandshakeRefusal.Because(
                $"node {hello.Node} (release {hello.Release}) speaks protocol {spoken}, the other side {options.Versions}: only adjacent releases work together");
        }

        if (hello.Cluster != options.ClusterName)
        {
            return HandshakeRefusal.Because($"node {hello.Node} belongs to the cluster {hello.Cluster}, the other side to {options.ClusterName}");
        }

        if (hello.MessageBytesMax < PeerProtocol.FrameBytesMax / 64)
        {
            return HandshakeRefusal.Because($"node {hello.Node} takes messages of {hello.MessageBytesMax} bytes only");
        }

        return certificate?.CheckName(hello.Node) is { } fault ? HandshakeRefusal.Because(fault) : null;
    }

    /// <summary>
    /// A later run is proof that the one that was meant is gone. An earlier one is not: it is a process that should have ended, at an address
    /// that the later one was to have, and says nothing of the later one.
    /// </summary>
    private static HandshakeRefusal OtherRun(string node, Generation meant, Generation found)
    {
        var text = $"generation {meant} of node {node} was looked for, generation {found} is there";
        return found > meant
            ? new HandshakeRefusal(PeerFailure.ProcessGone, Goodbye.Types.Reason.OtherRun, text)
            : HandshakeRefusal.Because(text);
    }
}
