using MailCluster.Persistence;
using Npgsql;

namespace MailCluster.Storage.Postgres.Journal;

/// <summary>
/// What of a list of appends can go in one statement: for each actor the first write and those that follow it without a gap, by the same generation. The others
/// wait for the outcome of these.
/// </summary>
internal sealed class AppendGroup
{
    private readonly List<AppendRequest> _sent = [];
    private readonly List<long> _heads = [];
    private readonly Dictionary<long, Chain> _chains = [];

    public AppendGroup(List<AppendRequest> requests)
    {
        foreach (var request in requests)
        {
            if (!_chains.TryGetValue(request.ActorNo, out var chain))
                Send(request, request.Write.After.Value);
            else if (chain.End == request.Write.After && chain.Writer == request.Write.Writer)
                Send(request, chain.Head);
            else
                Held.Add(request);
        }
    }

    public IReadOnlyList<AppendRequest> Sent => _sent;

    /// <summary>Not sent: they do not follow what was sent for their actor.</summary>
    public List<AppendRequest> Held { get; } = [];

    /// <summary>Fills in the parameters of the statement Append.</summary>
    public void Bind(NpgsqlParameterCollection parameters)
    {
        parameters.Bind(_sent.Select(static request => request.Write.Writer.Value).Distinct().Order().ToArray());
        parameters.Bind(Array(static request => request.Write.Writer.Value));
        parameters.Bind(Array(static request => request.Shard));
        parameters.Bind(Array(static request => request.ActorNo));
        parameters.Bind(Array(static request => request.Write.After.Next.Value));
        parameters.Bind(Array(static request => request.Write.Time.UtcTicks));
        parameters.Bind(Array(static request => unchecked((int)JournalRow.Checksum(
            request.ActorNo, request.Write.After.Next.Value, request.Write.Time.UtcTicks, request.Write.Payload.Span))));
        parameters.BindBytes(Array(static request => request.Write.Payload));
        parameters.Bind(_heads.ToArray());
    }

    private T[] Array<T>(Func<AppendRequest, T> select)
    {
        var values = new T[_sent.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = select(_sent[i]);
        return values;
    }

    private void Send(AppendRequest request, long head)
    {
        _chains[request.ActorNo] = new Chain(head, request.Write.After.Next, request.Write.Writer);
        _sent.Add(request);
        _heads.Add(head);
    }

    private readonly record struct Chain(long Head, SequenceNr End, WriterGeneration Writer);
}
