using System.Collections.Immutable;

namespace MailCluster.Mailboxes;

/// <summary>
/// What an account's deliveries remember, immutable. Bounded: by expiry, and by count, where those go first that would expire first. Both go by times
/// in the events, so that every replay ends with the same.
/// </summary>
internal sealed class DeliveryMarks
{
    /// <summary>
    /// How many are kept at most: two megabytes in memory, a quarter of one in a snapshot. Somebody whose mail is this varied within the days that
    /// marks last gets a reply twice, which is the lesser evil.
    /// </summary>
    public const int CountMax = 10_000;

    private readonly ImmutableDictionary<MarkKey, long> _expiries;
    private readonly ImmutableSortedSet<(long Expires, Guid Key)> _order;

    private DeliveryMarks(ImmutableDictionary<MarkKey, long> expiries, ImmutableSortedSet<(long, Guid)> order)
    {
        _expiries = expiries;
        _order = order;
    }

    public static DeliveryMarks Empty { get; } = new(ImmutableDictionary<MarkKey, long>.Empty, []);

    public int Count => _expiries.Count;

    /// <summary>Those that expire first come first.</summary>
    public IEnumerable<DeliveryMark> InOrder() =>
        _order.Select(entry => new DeliveryMark(new MarkKey(entry.Key), DateTimeOffset.FromUnixTimeSeconds(entry.Expires)));

    public bool Contains(MarkKey key, DateTimeOffset now) =>
        _expiries.TryGetValue(key, out var expires) && expires > now.ToUnixTimeSeconds();

    /// <summary>With these; one that is there already takes the new expiry.</summary>
    public DeliveryMarks With(IEnumerable<DeliveryMark> marks, DateTimeOffset now)
    {
        var expiries = _expiries.ToBuilder();
        var order = _order.ToBuilder();
        foreach (var (key, time) in marks)
        {
            var expires = time.ToUnixTimeSeconds();
            if (expiries.TryGetValue(key, out var old))
                order.Remove((old, key.Value));
            expiries[key] = expires;
            order.Add((expires, key.Value));
        }

        while (order.Count > 0 && (order.Min.Expires <= now.ToUnixTimeSeconds() || order.Count > CountMax))
        {
            var first = order.Min;
            order.Remove(first);
            expiries.Remove(new MarkKey(first.Key));
        }

        return new DeliveryMarks(expiries.ToImmutable(), order.ToImmutable());
    }
}
