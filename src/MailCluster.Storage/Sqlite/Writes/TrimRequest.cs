using MailCluster.Persistence;

namespace MailCluster.Storage.Sqlite.Writes;

/// <summary>Removes the old part of one stream. Not fenced: what it removes is behind a snapshot, whoever asks.</summary>
internal sealed class TrimRequest(PersistenceId actor, SequenceNr upTo, DateTimeOffset olderThan) : WriteRequest
{
    // Power loss may bring the rows back; they are trimmed another time.
    public override Durability Durability => Durability.OsBuffers;

    protected override Exception? RunCore(WriteTransaction transaction)
    {
        if (transaction.Find(actor) is not { } end)
            return null;
        var statements = transaction.Statements;
        var bound = Math.Min(upTo.Value, end.Highest.Value);
        var firstKept = statements.FirstKept.Bind(1, end.ActorNo).Bind(2, bound).Bind(3, olderThan.UtcTicks).Scalar(bound + 1);
        var last = firstKept - 1;
        if (last <= 0)
            return null;
        statements.MarkTrimmed.Bind(1, end.ActorNo).Bind(2, last).Run();
        statements.Trim.Bind(1, end.ActorNo).Bind(2, last).Run();
        return null;
    }
}
