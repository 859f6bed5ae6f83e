using System.Runtime.CompilerServices;
using MailCluster.Persistence;
using MailCluster.Storage.Sqlite.Writes;

namespace MailCluster.Storage.Sqlite;

/// <summary>The index of outboxes in the embedded database.</summary>
internal sealed class SqliteOutboxIndex(SqliteWriter writer, SqliteReaders readers) : IOutboxIndex
{
    private const int ListRows = 1_000;

    public async ValueTask AddAsync(PersistenceId actor, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var request = new AddOutboxRequest(actor, time);
        await writer.AddAsync(request, cancellationToken);
        await request.PlainTask;
    }

    public async ValueTask<bool> RemoveAsync(PersistenceId actor, DateTimeOffset addedBefore, CancellationToken cancellationToken)
    {
        var request = new RemoveOutboxRequest(actor, addedBefore);
        await writer.AddAsync(request, cancellationToken);
        return await request.Task == 1;
    }

    public async IAsyncEnumerable<PersistenceId> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = string.Empty;
        while (true)
        {
            List<PersistenceId> page;
            using (var lease = await readers.RentAsync(cancellationToken))
                page = lease.Reader.Read(last, static (statements, last) => ReadPage(statements, last));
            foreach (var actor in page)
                yield return actor;
            if (page.Count < ListRows)
                yield break;
            last = page[^1].Value;
        }
    }

    private static List<PersistenceId> ReadPage(SqliteStatements statements, string after)
    {
        var page = new List<PersistenceId>();
        var list = statements.ListOutboxes.Bind(1, after).Bind(2, ListRows);
        while (list.Step())
            page.Add(new PersistenceId(list.Text(0)));
        list.Reset();
        return page;
    }
}
