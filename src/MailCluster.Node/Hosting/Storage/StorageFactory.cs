using MailCluster.Bodies;
using MailCluster.Cluster;
using MailCluster.Node.Configuration;
using MailCluster.Persistence;
using MailCluster.Storage;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting.Storage;

/// <summary>Opens the storage that the configuration names. The one place that knows which there are.</summary>
internal static class StorageFactory
{
    /// <exception cref="NodeStartException">It is another program's, of a newer version, not reachable, or cannot be used.</exception>
    public static async Task<INodeStorage> OpenAsync(
        NodeDirectory directory, NodeOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return await EmbeddedStorage.OpenAsync(directory.Path, options, loggers, time, cancellationToken);
        }
        catch (Exception error) when (error is StorageFormatException or JournalUnavailableException or BodyStoreUnavailableException
            or ShardCountMismatchException or IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException(error.Message, error);
        }
    }
}
