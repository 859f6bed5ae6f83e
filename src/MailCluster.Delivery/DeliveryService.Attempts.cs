using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;

namespace MailCluster.Delivery;

/// <summary>Running a plan: attempts, and what each refusal means.</summary>
public sealed partial class DeliveryService
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    private async Task<DeliveryOutcome> RunPlanAsync(
        Recipient recipient, DeliveryRequest request, PreparedMessage message, CancellationToken cancellationToken)
    {
        var attempts = new Attempts(_time, _options.RetryFor);
        var pipes = new PipesDone();
        while (true)
        {
            try
            {
                var plan = await _planner.PlanAsync(recipient, request, pipes, CancellationToken.None);
                if (plan.Rejection is { } reason)
                    return new DeliveryOutcome(DeliveryStatus.Rejected, RejectionText(reason));
                if (await FileAsync(plan, recipient, request, message, attempts, cancellationToken) is { } outcome)
                    return outcome;
                // Another delivery was decided meanwhile on which this plan did not reckon: what it left is seen now.
            }
            catch (MailboxRefusedException e)
            {
                if (!await attempts.WaitAsync(e.Reason, cancellationToken))
                    return Conclude(recipient, request, e);
            }
        }
    }

    /// <summary>One command for all attempts: one whose answer was lost is not run twice. Null: the plan was overtaken.</summary>
    private async Task<DeliveryOutcome?> FileAsync(
        FilterPlan plan, Recipient recipient, DeliveryRequest request, PreparedMessage message, Attempts attempts, CancellationToken cancellationToken)
    {
        var stored = new Dictionary<MailBytes, NewMessage>();
        // Unknown once an attempt may have run: the bodies then belong to messages perhaps.
        var mayHaveRun = false;
        var command = ContextOf(request);
        // Once for all attempts: the command of an earlier one may have been carried out.
        var plain = _mailboxes.Level < MailboxLevel.Filtering ? new PlainFiling(_mailboxes, recipient.Account, () => ContextOf(request)) : null;
        while (true)
        {
            DeliverMessage? deliver = null;
            try
            {
                deliver = await PrepareAsync(plan, recipient, request, message, stored);
                var result = plain is null
                    ? await _mailboxes.SendAsync(recipient.Account, deliver, command, CancellationToken.None)
                    : await plain.SendAsync(deliver);
                if (result.IsOvertaken)
                {
                    await DiscardAsync(recipient, request, [.. stored.Values]);
                    return null;
                }

                foreach (var filed in result.Filed)
                    DeliveryLog.Delivered(_log, recipient.Account, filed.Folder, filed.Uid, message.Body.Length, request.Session);
                return DeliveryOutcome.Delivered;
            }
            catch (MailboxRefusedException e)
            {
                if (deliver is not null && e.Reason == RefusalReason.Unavailable)
                    mayHaveRun = true;
                if (e.Reason == RefusalReason.OverQuota && plan.DropNote() is { } note)
                {
                    if (stored.Remove(note, out var written) && !mayHaveRun)
                        await DiscardAsync(recipient, request, [written]);
                    continue;
                }

                if (await attempts.WaitAsync(e.Reason, cancellationToken))
                    continue;
                if (!mayHaveRun)
                    await DiscardAsync(recipient, request, [.. stored.Values]);
                return Conclude(recipient, request, e);
            }
        }
    }

    private DeliveryOutcome Conclude(Recipient recipient, DeliveryRequest request, MailboxRefusedException e)
    {
        if (IsTemporary(e.Reason))
        {
            DeliveryLog.PutOff(_log, recipient.Account, e.Reason, request.Session, e.Message);
            return DeliveryOutcome.TemporaryFailure;
        }

        var outcome = e.Reason == RefusalReason.OverQuota
            ? DeliveryOutcome.OverQuota
            : new DeliveryOutcome(DeliveryStatus.Refused, "The mailbox does not take the message");
        DeliveryLog.Refused(_log, recipient.Account, outcome.Status, request.Session, e.Message);
        return outcome;
    }

    private async ValueTask DiscardAsync(Recipient recipient, DeliveryRequest request, NewMessage[] stored)
    {
        if (stored.Length == 0)
            return;
        try
        {
            await _intake.DiscardAsync(stored, _time.GetUtcNow(), CancellationToken.None);
        }
        catch (Exception e)
        {
            DeliveryLog.DiscardFailed(_log, e, recipient.Account, request.Session);
        }
    }

    private CommandContext ContextOf(DeliveryRequest request) =>
        new(CommandId.New(_time), request.Session, request.Protocol, request.ClientAddress);

    private static bool IsTemporary(RefusalReason reason) => reason is RefusalReason.Busy or RefusalReason.Unavailable;

    /// <summary>The patience of one delivery: waits that double, until the time is over.</summary>
    private sealed class Attempts(TimeProvider time, TimeSpan retryFor)
    {
        private readonly long _begun = time.GetTimestamp();
        private TimeSpan _delay = FirstDelay;

        /// <summary>False: the refusal is final, or the time is over.</summary>
        public async ValueTask<bool> WaitAsync(RefusalReason reason, CancellationToken cancellationToken)
        {
            if (!IsTemporary(reason) || time.GetElapsedTime(_begun) + _delay > retryFor)
                return false;
            try
            {
                await Task.Delay(_delay, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return false;
            }

            _delay = _delay * 2 < LongestDelay ? _delay * 2 : LongestDelay;
            return true;
        }
    }
}
