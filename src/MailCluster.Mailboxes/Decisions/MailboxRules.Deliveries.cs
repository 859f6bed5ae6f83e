using System.Collections.Immutable;
using MailCluster.Bodies;

namespace MailCluster.Mailboxes;

internal static partial class MailboxRules
{
    private static MailboxDecision Decide(MailboxState state, DeliverMessage command, DecisionContext context)
    {
        foreach (var key in command.Absent)
        {
            if (state.Marks.Contains(key, context.Now))
                return MailboxDecision.Nothing(new DeliveryResult(IsOvertaken: true, []));
        }

        // Not a refusal for ever: the sender keeps the message until what waits here has gone out.
        if (!command.Outgoing.IsEmpty && state.Outbox.Count + command.Outgoing.Length > context.Options.OutboxMax)
            throw Refused(RefusalReason.Busy, $"The account has {state.Outbox.Count} messages to send already.");

        var filer = new Filer(state, context);
        foreach (var filing in command.Filings)
            filer.Add(filing);
        filer.RequireQuota(command.Quota);
        var events = ImmutableArray.CreateBuilder<MailboxEvent>();
        if (SharedBy(filer, command.Outgoing) is { IsEmpty: false } shared)
            events.Add(new BodiesShared(shared));
        var filed = filer.Finish(events);
        if (!command.Marks.IsEmpty)
            events.Add(new MarksRemembered(context.Now, command.Marks));
        if (!command.Outgoing.IsEmpty)
        {
            events.Add(new OutboxQueued(
                [.. command.Outgoing.Select(mail => new OutboxEntry(new OutboxId(context.NewId()), mail, context.Now, 0, context.Now, ""))]));
        }

        return new MailboxDecision(events.DrainToImmutable(), new DeliveryResult(IsOvertaken: false, filed));
    }

    private static ImmutableArray<BodyUses> SharedBy(Filer filer, ImmutableArray<OutgoingMail> outgoing)
    {
        var uses = new Dictionary<BodyRef, int>();
        foreach (var body in filer.Bodies.Concat(outgoing.Select(mail => mail.Body)))
            uses[body] = uses.GetValueOrDefault(body) + 1;
        return [.. uses.Where(entry => entry.Value > 1).Select(entry => new BodyUses(entry.Key, entry.Value - 1))];
    }

    private static MailboxDecision Decide(MailboxState state, ClaimOutboxEntry command, DecisionContext context)
    {
        if (!state.Outbox.TryGetValue(command.Id, out var entry) || entry.NextAttempt > context.Now)
            return MailboxDecision.Nothing(new OutboxClaim(false));
        return Decision(new OutboxClaim(true), new OutboxAttempted(command.Id, entry.Attempts + 1, command.Until, ""));
    }

    private static MailboxDecision Decide(MailboxState state, SettleOutboxEntry command, DecisionContext context)
    {
        if (!state.Outbox.TryGetValue(command.Id, out var entry))
            return MailboxDecision.Nothing(new OutboxSettled(false));
        // To be tried at once means twice at once while an attempt is under way.
        if (command.Verdict == OutboxVerdict.Rescheduled && entry.IsUnderWay)
            return MailboxDecision.Nothing(new OutboxSettled(false));
        var response = command.Response.Length > OutboxEntry.ResponseMax ? command.Response[..OutboxEntry.ResponseMax] : command.Response;
        var filer = new Filer(state, context);
        foreach (var filing in command.Filings)
            filer.Add(filing);
        var events = ImmutableArray.CreateBuilder<MailboxEvent>();
        if (SharedBy(filer, []) is { IsEmpty: false } shared)
            events.Add(new BodiesShared(shared));
        filer.Finish(events);
        events.Add(command.Verdict switch
        {
            OutboxVerdict.Deferred => new OutboxAttempted(command.Id, entry.Attempts, command.NextAttempt, response),
            OutboxVerdict.Rescheduled => new OutboxAttempted(command.Id, entry.Attempts, command.NextAttempt, entry.Response),
            _ => new OutboxClosed(command.Id, command.Verdict, response),
        });
        return new MailboxDecision(events.DrainToImmutable(), new OutboxSettled(true));
    }
}
