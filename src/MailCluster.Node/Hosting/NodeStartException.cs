namespace MailCluster.Node.Hosting;

/// <summary>The node cannot start for a reason outside the program: a port, a file, another process. The message is for the operator.</summary>
internal sealed class NodeStartException(string message, Exception? inner = null) : Exception(message, inner);
