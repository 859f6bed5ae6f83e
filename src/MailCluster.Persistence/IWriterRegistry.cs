namespace MailCluster.Persistence;

/// <summary>Hands out generations and declares them dead. The journal consults it inside each write.</summary>
public interface IWriterRegistry
{
    /// <summary>
    /// Starts a new run of <paramref name="nodeName"/>: returns a generation greater than any before it, alive, and declares every earlier
    /// generation of that node dead. When this completes, no write of an earlier generation of the node can land any more.
    /// </summary>
    ValueTask<WriterGeneration> RegisterAsync(string nodeName, CancellationToken cancellationToken);

    /// <summary>Declares a generation dead. When this completes no write of it can land any more. Idempotent.</summary>
    ValueTask FenceAsync(WriterGeneration generation, CancellationToken cancellationToken);

    ValueTask<bool> IsAliveAsync(WriterGeneration generation, CancellationToken cancellationToken);
}
