using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace MailCluster.Mailboxes;

/// <summary>
/// What recent commands answered, so that one that is sent again (its answer was lost with a node or a connection) gets the same answer and
/// does not run twice. Bounded by count and by age; both go by the events, so that every replay ends with the same.
/// </summary>
internal sealed class RecentResults
{
    /// <summary>How many are kept at most: a session has one command in flight, so this is many sessions' worth.</summary>
    public const int CountMax = 256;

    /// <summary>How long one is kept: far longer than any sender goes on trying (deadlines are seconds).</summary>
    public static readonly TimeSpan AgeMax = TimeSpan.FromMinutes(10);

    private readonly ImmutableDictionary<CommandId, object> _byId;
    private readonly ImmutableQueue<(CommandId Id, DateTimeOffset Time)> _order;

    private RecentResults(ImmutableDictionary<CommandId, object> byId, ImmutableQueue<(CommandId, DateTimeOffset)> order)
    {
        _byId = byId;
        _order = order;
    }

    public static RecentResults Empty { get; } =
        new(ImmutableDictionary<CommandId, object>.Empty, ImmutableQueue<(CommandId, DateTimeOffset)>.Empty);

    public int Count => _byId.Count;

    public IEnumerable<(CommandId Id, DateTimeOffset Time, object Result)> InOrder() =>
        _order.Select(entry => (entry.Id, entry.Time, _byId[entry.Id]));

    public bool TryGet(CommandId id, [NotNullWhen(true)] out object? result) => _byId.TryGetValue(id, out result);

    public RecentResults Add(CommandId id, DateTimeOffset time, object result)
    {
        if (id.IsNone || _byId.ContainsKey(id))
            return this;
        var byId = _byId.Add(id, result);
        var order = _order.Enqueue((id, time));
        while (byId.Count > CountMax || time - order.Peek().Time > AgeMax)
        {
            order = order.Dequeue(out var oldest);
            byId = byId.Remove(oldest.Id);
        }

        return new RecentResults(byId, order);
    }
}
