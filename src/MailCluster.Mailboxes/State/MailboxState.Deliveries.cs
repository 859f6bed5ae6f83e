using System.Collections.Immutable;
using MailCluster.Bodies;

namespace MailCluster.Mailboxes;

internal sealed partial record MailboxState
{
    /// <summary>What deliveries remember: who had a vacation reply, which message ids were seen.</summary>
    public DeliveryMarks Marks { get; init; } = DeliveryMarks.Empty;

    /// <summary>Mail that waits to be sent. Its bodies count as used.</summary>
    public ImmutableDictionary<OutboxId, OutboxEntry> Outbox { get; init; } = ImmutableDictionary<OutboxId, OutboxEntry>.Empty;

    /// <summary>When the first entry of the outbox is due.</summary>
    public DateTimeOffset? NextOutboxAttempt => Outbox.IsEmpty ? null : Outbox.Values.Min(entry => entry.NextAttempt);

    private long DeliveryMemoryBytes => (Marks.Count * 200L) + (Outbox.Count * 800L);

    private MailboxState Share(BodiesShared e)
    {
        var shared = SharedBodies.ToBuilder();
        foreach (var (body, more) in e.Bodies)
            shared[body] = shared.GetValueOrDefault(body, 1) + more;
        return this with { SharedBodies = shared.ToImmutable() };
    }

    private MailboxState Queue(OutboxQueued e) =>
        this with { Outbox = Outbox.AddRange(e.Entries.Select(entry => KeyValuePair.Create(entry.Id, entry))) };

    private MailboxState Attempt(OutboxAttempted e) => this with
    {
        Outbox = Outbox.SetItem(e.Id, EntryOf(e.Id) with { Attempts = e.Attempts, NextAttempt = e.NextAttempt, Response = e.Response }),
    };

    private MailboxState Close(OutboxClosed e)
    {
        var entry = EntryOf(e.Id);
        return Release([entry.Mail.Body]) with { Outbox = Outbox.Remove(e.Id) };
    }

    private OutboxEntry EntryOf(OutboxId id) =>
        Outbox.TryGetValue(id, out var entry) ? entry : throw new InvalidOperationException($"Account {Account} has no outbox entry {id}.");

    /// <summary>Takes away one use of each of these bodies; those without any left are released.</summary>
    private MailboxState Release(IEnumerable<BodyRef> bodies)
    {
        var shared = SharedBodies;
        var released = Released;
        foreach (var body in bodies)
        {
            if (shared.TryGetValue(body, out var references))
                shared = references > 2 ? shared.SetItem(body, references - 1) : shared.Remove(body);
            else
                released = released.Add(body);
        }

        return this with { SharedBodies = shared, Released = released };
    }
}
