namespace MailCluster.Storage;

/// <summary>The data directory, or a file in it, has a format that this program does not know. Starting would damage it.</summary>
public sealed class StorageFormatException(string message) : Exception(message);
