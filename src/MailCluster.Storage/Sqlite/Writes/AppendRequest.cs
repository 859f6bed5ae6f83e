using System.Collections.Concurrent;
using MailCluster.Persistence;

namespace MailCluster.Storage.Sqlite.Writes;

/// <summary>Appends one write to one stream. The objects are used again: an append allocates nothing but its row.</summary>
internal sealed class AppendRequest : WriteRequest
{
    private const int SparesMax = 4_096;

    private static readonly ConcurrentQueue<AppendRequest> Spares = new();

    private JournalWrite _write;

    public override Durability Durability => _write.Durability;

    public static AppendRequest Rent(in JournalWrite write)
    {
        if (!Spares.TryDequeue(out var request))
            request = new AppendRequest();
        request._write = write;
        return request;
    }

    protected override Exception? RunCore(WriteTransaction transaction)
    {
        if (transaction.Fence(_write.Writer) is { } fenced)
            return fenced;
        var end = transaction.Find(_write.Actor);
        var highest = end?.Highest ?? SequenceNr.Zero;
        if (highest != _write.After)
            return new SequenceConflictException(_write.Actor, _write.After, highest);
        var stream = end ?? transaction.FindOrAdd(_write.Actor);
        var next = highest.Next;
        transaction.Statements.Append
            .Bind(1, stream.ActorNo)
            .Bind(2, next.Value)
            .Bind(3, _write.Time.UtcTicks)
            .Bind(4, _write.Payload.Span)
            .Bind(5, JournalRow.Checksum(stream.ActorNo, next.Value, _write.Time.UtcTicks, _write.Payload.Span))
            .Run();
        transaction.MoveEnd(_write.Actor, stream with { Highest = next });
        return null;
    }

    protected override void Recycle()
    {
        base.Recycle();
        _write = default;
        Refusal = null;
        if (Spares.Count < SparesMax)
            Spares.Enqueue(this);
    }
}
