using System.Runtime.CompilerServices;
using MailCluster.Persistence;
using MailCluster.Storage.Sqlite.Writes;

namespace MailCluster.Storage.Sqlite;

/// <summary>The journal in the embedded database.</summary>
internal sealed class SqliteJournal(SqliteWriter writer, SqliteReaders readers) : IJournal
{
    // Rows read per turn of a replay. Between turns the connection and its read lock are given back, so that a slow reader neither
    // keeps others waiting nor keeps the log from starting again.
    private const int ReplayRows = 512;
    private const int ReplayBytes = 4 << 20;
    private const int ListRows = 1_000;

    public ValueTask AppendAsync(JournalWrite write, CancellationToken cancellationToken)
    {
        var request = AppendRequest.Rent(write);
        var answer = request.PlainTask;
        if (!cancellationToken.IsCancellationRequested && writer.TryWriteHere(request))
            return answer;
        var queued = writer.AddAsync(request, cancellationToken);
        return queued.IsCompletedSuccessfully ? answer : AppendSlowAsync(queued, answer);
    }

    // Once queued the append runs to its end whatever the caller's token says: the caller's buffer is in use until then.
    private static async ValueTask AppendSlowAsync(ValueTask queued, ValueTask answer)
    {
        await queued;
        await answer;
    }

    public async IAsyncEnumerable<JournalEntry> ReplayAsync(
        PersistenceId actor, SequenceNr after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            List<JournalEntry> rows;
            using (var lease = await readers.RentAsync(cancellationToken))
                rows = lease.Reader.Read((actor, after), static (statements, from) => ReadRows(statements, from.actor, from.after));
            foreach (var row in rows)
                yield return row;
            if (rows.Count == 0)
                yield break;
            after = rows[^1].SequenceNr;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async ValueTask<SequenceNr> GetHighestSequenceNrAsync(PersistenceId actor, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        return lease.Reader.Read(actor, static (statements, actor) =>
        {
            statements.BeginRead.Run();
            try
            {
                var find = statements.FindActor.Bind(1, actor.Value);
                var found = find.Step();
                var (number, trimmedTo) = found ? (find.Int64(0), find.Int64(1)) : default;
                find.Reset();
                return found ? new SequenceNr(Math.Max(trimmedTo, statements.HighestRow.Bind(1, number).Scalar(0))) : SequenceNr.Zero;
            }
            finally
            {
                statements.Commit.Run();
            }
        });
    }

    public async ValueTask TrimAsync(PersistenceId actor, SequenceNr upTo, DateTimeOffset olderThan, CancellationToken cancellationToken)
    {
        var request = new TrimRequest(actor, upTo, olderThan);
        await writer.AddAsync(request, cancellationToken);
        await request.PlainTask;
    }

    public async IAsyncEnumerable<PersistenceId> ListActorsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = string.Empty;
        while (true)
        {
            List<PersistenceId> page;
            using (var lease = await readers.RentAsync(cancellationToken))
                page = lease.Reader.Read(last, static (statements, last) => ReadActors(statements, last));
            foreach (var actor in page)
                yield return actor;
            if (page.Count < ListRows)
                yield break;
            last = page[^1].Value;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static List<JournalEntry> ReadRows(SqliteStatements statements, PersistenceId actor, SequenceNr after)
    {
        var rows = new List<JournalEntry>();
        var number = statements.FindActor.Bind(1, actor.Value).Scalar(-1);
        if (number < 0)
            return rows;
        var replay = statements.Replay.Bind(1, number).Bind(2, after.Value).Bind(3, ReplayRows);
        var bytes = 0;
        long? damaged = null;
        while (bytes < ReplayBytes && damaged is null && replay.Step())
        {
            var (sequenceNr, time, payload) = (replay.Int64(0), replay.Int64(1), replay.Blob(2));
            if (!replay.IsNull(3) && replay.Int64(3) != JournalRow.Checksum(number, sequenceNr, time, payload))
                damaged = sequenceNr;
            else
                rows.Add(new JournalEntry(new SequenceNr(sequenceNr), payload, new DateTimeOffset(time, TimeSpan.Zero)));
            bytes += payload.Length;
        }

        replay.Reset();
        return damaged is null ? rows : throw new RecoveryFailedException(actor, $"the write {damaged} is damaged: its checksum does not fit.");
    }

    private static List<PersistenceId> ReadActors(SqliteStatements statements, string after)
    {
        var page = new List<PersistenceId>(ListRows);
        var list = statements.ListActors.Bind(1, after).Bind(2, ListRows);
        while (list.Step())
            page.Add(new PersistenceId(list.Text(0)));
        list.Reset();
        return page;
    }
}
