namespace MailCluster.Mime;

/// <summary>The bytes are no summary that this version can read: damaged, or of a later version. It can be made again from the body.</summary>
public sealed class SummaryFormatException(string message) : Exception(message);
