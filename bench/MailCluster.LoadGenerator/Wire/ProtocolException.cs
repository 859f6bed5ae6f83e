namespace MailCluster.LoadGenerator.Wire;

/// <summary>The server said no, something unexpected, or nothing.</summary>
internal sealed class ProtocolException(string message) : Exception(message);
