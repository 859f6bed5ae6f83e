using System.Collections.Immutable;
using MailCluster.Bodies;
using MailCluster.Mailboxes.Stored;

namespace MailCluster.Mailboxes;

/// <summary>What deliveries cause, between memory and its stored form.</summary>
internal static class DeliveryEventCodec
{
    /// <summary>Null: another kind of event.</summary>
    public static Event? ToStored(MailboxEvent e) => e switch
    {
        MarksRemembered marks => new Event { MarksRemembered = ToStored(marks) },
        BodiesShared shared => new Event { BodiesShared = ToStored(shared) },
        OutboxQueued queued => new Event { OutboxQueued = ToStored(queued) },
        OutboxAttempted attempted => new Event
        {
            OutboxAttempted = new Stored.OutboxAttempted
            {
                Id = attempted.Id.Value.ToStored(),
                Attempts = attempted.Attempts,
                NextAttemptMs = attempted.NextAttempt.ToUnixTimeMilliseconds(),
                Response = attempted.Response,
            },
        },
        OutboxClosed closed => new Event
        {
            OutboxClosed = new Stored.OutboxClosed { Id = closed.Id.Value.ToStored(), Verdict = (int)closed.Verdict, Response = closed.Response },
        },
        _ => null,
    };

    /// <summary>Null: another kind of event.</summary>
    public static MailboxEvent? FromStored(Event stored) => stored.KindCase switch
    {
        Event.KindOneofCase.MarksRemembered => new MarksRemembered(
            DateTimeOffset.FromUnixTimeMilliseconds(stored.MarksRemembered.TimeMs), [.. stored.MarksRemembered.Marks.Select(FromStored)]),
        Event.KindOneofCase.BodiesShared => new BodiesShared(
            [.. stored.BodiesShared.Bodies.Select(uses => new BodyUses(new BodyRef(uses.Body), uses.More))]),
        Event.KindOneofCase.OutboxQueued => new OutboxQueued([.. stored.OutboxQueued.Entries.Select(FromStored)]),
        Event.KindOneofCase.OutboxAttempted => new OutboxAttempted(
            new OutboxId(stored.OutboxAttempted.Id.ToGuid()),
            stored.OutboxAttempted.Attempts,
            DateTimeOffset.FromUnixTimeMilliseconds(stored.OutboxAttempted.NextAttemptMs),
            stored.OutboxAttempted.Response),
        Event.KindOneofCase.OutboxClosed => new OutboxClosed(
            new OutboxId(stored.OutboxClosed.Id.ToGuid()), (OutboxVerdict)stored.OutboxClosed.Verdict, stored.OutboxClosed.Response),
        _ => null,
    };

    /// <summary>The event with its bodies called what <paramref name="map"/> answers.</summary>
    public static MailboxEvent WithBodies(MailboxEvent e, Func<BodyRef, BodyRef> map) => e switch
    {
        BodiesShared shared => shared with { Bodies = [.. shared.Bodies.Select(uses => uses with { Body = map(uses.Body) })] },
        OutboxQueued queued => queued with { Entries = [.. queued.Entries.Select(entry => WithBody(entry, map))] },
        _ => e,
    };

    public static OutboxEntry WithBody(OutboxEntry entry, Func<BodyRef, BodyRef> map) =>
        entry with { Mail = entry.Mail with { Body = map(entry.Mail.Body) } };

    public static Stored.DeliveryMark ToStored(DeliveryMark mark) =>
        new() { Key = mark.Key.Value.ToStored(), Expires = mark.Expires.ToUnixTimeSeconds() };

    public static DeliveryMark FromStored(Stored.DeliveryMark stored) =>
        new(new MarkKey(stored.Key.ToGuid()), DateTimeOffset.FromUnixTimeSeconds(stored.Expires));

    public static Stored.OutboxEntry ToStored(OutboxEntry entry) => new()
    {
        Id = entry.Id.Value.ToStored(),
        Mail = ToStored(entry.Mail),
        QueuedAtMs = entry.QueuedAt.ToUnixTimeMilliseconds(),
        Attempts = entry.Attempts,
        NextAttemptMs = entry.NextAttempt.ToUnixTimeMilliseconds(),
        Response = entry.Response,
    };

    public static OutboxEntry FromStored(Stored.OutboxEntry stored) => new(
        new OutboxId(stored.Id.ToGuid()),
        FromStored(stored.Mail),
        DateTimeOffset.FromUnixTimeMilliseconds(stored.QueuedAtMs),
        stored.Attempts,
        DateTimeOffset.FromUnixTimeMilliseconds(stored.NextAttemptMs),
        stored.Response);

    public static Stored.OutgoingMail ToStored(OutgoingMail mail)
    {
        var stored = new Stored.OutgoingMail
        {
            Kind = (int)mail.Kind,
            Sender = mail.Sender,
            Recipient = mail.Recipient,
            Header = mail.Header,
            EmailId = mail.EmailId.Value.ToStored(),
            Body = mail.Body.Value,
            Size = mail.Size,
            Notify = mail.Terms.Notify,
            Return = mail.Terms.Return,
            EnvelopeId = mail.Terms.EnvelopeId,
            OriginalRecipient = mail.Terms.OriginalRecipient,
            DeliverByMode = mail.Terms.DeliverByMode,
            NeedsUtf8 = mail.Terms.NeedsUtf8,
        };
        if (mail.Terms.DeliverBy is { } by)
            stored.DeliverByMs = by.ToUnixTimeMilliseconds();
        return stored;
    }

    public static OutgoingMail FromStored(Stored.OutgoingMail stored) => new(
        (OutgoingKind)stored.Kind,
        stored.Sender,
        stored.Recipient,
        stored.Header,
        new EmailId(stored.EmailId.ToGuid()),
        new BodyRef(stored.Body),
        stored.Size,
        new OutgoingTerms(
            stored.Notify,
            stored.Return,
            stored.EnvelopeId,
            stored.OriginalRecipient,
            stored.HasDeliverByMs ? DateTimeOffset.FromUnixTimeMilliseconds(stored.DeliverByMs) : null,
            stored.DeliverByMode,
            stored.NeedsUtf8));

    private static Stored.MarksRemembered ToStored(MarksRemembered e)
    {
        var stored = new Stored.MarksRemembered { TimeMs = e.Time.ToUnixTimeMilliseconds() };
        stored.Marks.AddRange(e.Marks.Select(ToStored));
        return stored;
    }

    private static Stored.BodiesShared ToStored(BodiesShared e)
    {
        var stored = new Stored.BodiesShared();
        stored.Bodies.AddRange(e.Bodies.Select(uses => new Stored.BodyUses { Body = uses.Body.Value, More = uses.More }));
        return stored;
    }

    private static Stored.OutboxQueued ToStored(OutboxQueued e)
    {
        var stored = new Stored.OutboxQueued();
        stored.Entries.AddRange(e.Entries.Select(ToStored));
        return stored;
    }
}
