using System.Collections.Concurrent;
using MailCluster.Persistence;

namespace MailCluster.Storage.Postgres.Journal;

/// <summary>One write of one actor on its way. The objects are used again.</summary>
internal sealed class AppendRequest : GroupRequest
{
    private const int SparesMax = 4_096;

    private static readonly ConcurrentQueue<AppendRequest> Spares = new();

    public JournalWrite Write { get; private set; }

    public int Shard { get; private set; }

    public override long Weight => Write.Payload.Length;

    /// <summary>The actor's number, once it is known.</summary>
    public long ActorNo { get; set; }

    /// <summary>How often it was found neither stored nor refused for a reason that still held.</summary>
    public int Turns { get; set; }

    public static AppendRequest Rent(in JournalWrite write, int shard)
    {
        if (!Spares.TryDequeue(out var request))
            request = new AppendRequest();
        request.Write = write;
        request.Shard = shard;
        request.ActorNo = 0;
        request.Turns = 0;
        return request;
    }

    protected override void Recycle()
    {
        base.Recycle();
        Write = default;
        Refusal = null;
        if (Spares.Count < SparesMax)
            Spares.Enqueue(this);
    }
}
