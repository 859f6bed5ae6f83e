using MailCluster.Bodies;
using MailCluster.Cluster;
using MailCluster.Node.Configuration;
using MailCluster.Node.Migration;
using MailCluster.Persistence;
using MailCluster.Storage;
using Microsoft.Extensions.Logging;

namespace MailCluster.Node.Hosting.Storage;

/// <summary>Opens the storage that the configuration names. The one place that knows which there are.</summary>
internal static class StorageFactory
{
    /// <summary>The embedded storage in a directory, to be read and moved elsewhere.</summary>
    /// <exception cref="NodeStartException">It is another program's, of a newer version, or cannot be used.</exception>
    public static Task<INodeStorage> OpenSourceAsync(
        NodeDirectory directory, NodeOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken) =>
        // The number of shards is the target's affair; the source has its own.
        ExplainAsync(async () => await EmbeddedStorage.OpenAsync(directory.Path, options with { Shards = null }, loggers, time, cancellationToken));

    /// <exception cref="NodeStartException">It is another program's, of a newer version, not reachable, or cannot be used.</exception>
    public static Task<INodeStorage> OpenAsync(
        NodeDirectory directory, NodeOptions options, ILoggerFactory loggers, TimeProvider time, CancellationToken cancellationToken) =>
        ExplainAsync(async () => options.Storage.Journal switch
        {
            JournalKind.Postgres => await SharedStorage.OpenAsync(options, loggers, time, cancellationToken),
            _ when MigrationLog.IsBegun(directory.Path) => throw new NodeStartException(
                $"the mail in {directory.Path} was moved to another storage, or is being moved, and changes made here would be left behind; to serve it here "
                + $"all the same, remove {Path.Combine(directory.Path, MigrationLog.FileName)}"),
            _ => await EmbeddedStorage.OpenAsync(directory.Path, options, loggers, time, cancellationToken),
        });

    private static async Task<INodeStorage> ExplainAsync(Func<Task<INodeStorage>> open)
    {
        try
        {
            return await open();
        }
        catch (Exception error) when (error is StorageFormatException or JournalUnavailableException or BodyStoreUnavailableException
            or ShardCountMismatchException or IOException or UnauthorizedAccessException)
        {
            throw new NodeStartException(error.Message, error);
        }
    }
}
