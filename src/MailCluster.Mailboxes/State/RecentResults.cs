using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace MailCluster.Mailboxes;

/// <summary>
/// What recent commands answered, so that one that is sent again (its answer was lost with a node or a connection) gets the same answer and
/// does not run twice. Bounded by count and by age; both go by the events, so that every replay ends with the same.
/// </summary>
/// <remarks>
/// What is kept has to reach as far back as what may come again: all that one node may have under way to an account when its answers are lost, and that is
/// as much as its region sends without an answer (<see cref="Cluster.ShardRegionOptions.BufferMax"/>), not one command a session. Nothing comes again after
/// its sender's time is over; older results are kept only while they are few.
/// </remarks>
internal sealed class RecentResults
{
    /// <summary>How many are kept at most.</summary>
    public const int CountMax = 4096;

    /// <summary>How many of those older than <see cref="AgeMin"/> are kept: they are in memory and in each snapshot, and hardly needed.</summary>
    public const int OldCountMax = 256;

    /// <summary>Younger ones are kept but for <see cref="CountMax"/>: twice as long as a sender goes on trying by default.</summary>
    public static readonly TimeSpan AgeMin = TimeSpan.FromMinutes(1);

    /// <summary>How long one is kept, at least: far longer than any sender goes on trying (deadlines are seconds).</summary>
    public static readonly TimeSpan AgeMax = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Between two commands so much counts at most, and nothing if the clock went back: commands carry the wall clock of the node that decided them, and
    /// a clock that is set, or that of the next owner, must not make a result old that is still asked for. Well under <see cref="AgeMin"/>.
    /// </summary>
    private static readonly TimeSpan s_stepMax = TimeSpan.FromSeconds(20);

    private readonly ImmutableDictionary<CommandId, object> _byId;
    private readonly ImmutableQueue<(CommandId Id, DateTimeOffset Time)> _order;
    private readonly DateTimeOffset _newest;
    private readonly TimeSpan _age;

    /// <param name="byId">The results.</param>
    /// <param name="order">Their commands, oldest first.</param>
    /// <param name="newest">The time of the last.</param>
    /// <param name="age">How long the first was before the last, step by step.</param>
    private RecentResults(
        ImmutableDictionary<CommandId, object> byId, ImmutableQueue<(CommandId, DateTimeOffset)> order, DateTimeOffset newest, TimeSpan age)
    {
        _byId = byId;
        _order = order;
        _newest = newest;
        _age = age;
    }

    public static RecentResults Empty { get; } =
        new(ImmutableDictionary<CommandId, object>.Empty, ImmutableQueue<(CommandId, DateTimeOffset)>.Empty, default, TimeSpan.Zero);

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
        var age = _order.IsEmpty ? TimeSpan.Zero : _age + Step(_newest, time);
        while (byId.Count > CountMax || age > AgeMax || (age > AgeMin && byId.Count > OldCountMax))
        {
            order = order.Dequeue(out var oldest);
            byId = byId.Remove(oldest.Id);
            age -= Step(oldest.Time, order.Peek().Time);
        }

        return new RecentResults(byId, order, time, age);
    }

    private static TimeSpan Step(DateTimeOffset from, DateTimeOffset to)
    {
        var step = to - from;
        return step <= TimeSpan.Zero ? TimeSpan.Zero : step < s_stepMax ? step : s_stepMax;
    }
}
