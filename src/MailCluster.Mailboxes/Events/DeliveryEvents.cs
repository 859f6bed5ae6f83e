using System.Collections.Immutable;
using MailCluster.Bodies;

namespace MailCluster.Mailboxes;

/// <summary>Deliveries remember these.</summary>
/// <param name="Time">The time of the decision, by which older marks expire.</param>
/// <param name="Marks">New, or with a new expiry.</param>
internal sealed record MarksRemembered(DateTimeOffset Time, ImmutableArray<DeliveryMark> Marks) : MailboxEvent;

/// <summary>
/// Bodies that this change uses more than once: by so many messages and outgoing mails more than one. Before the events that use them; every body of a
/// delivery is new to the account.
/// </summary>
internal sealed record BodiesShared(ImmutableArray<BodyUses> Bodies) : MailboxEvent;

/// <param name="Body">The body.</param>
/// <param name="More">Uses beyond the first; 1 and up.</param>
internal readonly record struct BodyUses(BodyRef Body, int More);

internal sealed record OutboxQueued(ImmutableArray<OutboxEntry> Entries) : MailboxEvent;

/// <summary>An attempt began (until <paramref name="NextAttempt"/> it is under way), ended without success, or was put at another time.</summary>
internal sealed record OutboxAttempted(OutboxId Id, int Attempts, DateTimeOffset NextAttempt, string Response) : MailboxEvent;

/// <summary>The entry is done with; its body has one use less.</summary>
internal sealed record OutboxClosed(OutboxId Id, OutboxVerdict Verdict, string Response) : MailboxEvent;
