using MailCluster.Persistence;
using MailCluster.Storage.Sqlite.Writes;

namespace MailCluster.Storage.Sqlite;

/// <summary>The generations in the embedded database. Changes go through the same queue as the appends they end.</summary>
internal sealed class SqliteWriterRegistry(SqliteWriter writer, SqliteReaders readers, TimeProvider time) : IWriterRegistry
{
    public async ValueTask<WriterGeneration> RegisterAsync(string nodeName, CancellationToken cancellationToken)
    {
        var request = new RegisterRequest(nodeName, time.GetUtcNow());
        await writer.AddAsync(request, cancellationToken);
        return new WriterGeneration(await request.Task);
    }

    public async ValueTask FenceAsync(WriterGeneration generation, CancellationToken cancellationToken)
    {
        var request = new FenceRequest(generation);
        await writer.AddAsync(request, cancellationToken);
        await request.PlainTask;
    }

    public async ValueTask<bool> IsAliveAsync(WriterGeneration generation, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        return lease.Reader.Read(generation, static (statements, generation) => statements.IsAlive.Bind(1, generation.Value).Scalar(0) != 0);
    }
}
