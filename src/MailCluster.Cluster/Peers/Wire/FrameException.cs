namespace MailCluster.Cluster.Peers.Wire;

/// <summary>The peer sent what it may not send; the connection is of no use any more.</summary>
internal sealed class FrameException(string message) : Exception(message);
