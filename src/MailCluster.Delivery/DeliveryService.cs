using System.Collections.Immutable;
using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery;

/// <summary>
/// One message into the mailboxes of its recipients.
/// </summary>
/// <remarks>
/// <para>
/// The message is read once (summary, searchable text) and stored for each recipient; all recipients run side by side. For each: checks, plan, body, and one command for all of it.
/// </para>
/// <para>
/// A crash before the body is durable leaves nothing; between body and command it leaves a body that no message uses, which a check collects; after
/// the command it leaves the message, and if the client was not told yet it will send it again: a duplicate, which is the better of
/// the two ends (RFC 1047). Each command has one id for all its attempts, so that an attempt whose answer was lost is
/// not run twice. The body of a command that was certainly refused is given up at once; of one whose outcome is unknown it is kept.
/// </para>
/// </remarks>
public sealed partial class DeliveryService : IDeliveryService
{
    private readonly RecipientResolver _resolver;
    private readonly DeliveryPlanner _planner;
    private readonly MessageIntake _intake;
    private readonly IMailboxClient _mailboxes;
    private readonly OutboxRegister? _outbox;
    private readonly IDeliveryCheck[] _checks;
    private readonly DeliveryOptions _options;
    private readonly DeliveryMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    public DeliveryService(
        IRecipientDirectory directory,
        MessageIntake intake,
        IMailboxClient mailboxes,
        IEnumerable<IDeliveryCheck> checks,
        DeliveryOptions options,
        DeliveryMetrics metrics,
        TimeProvider time,
        ILogger<DeliveryService> log,
        DeliveryFilter? filter = null,
        OutboxRegister? outbox = null)
    {
        _resolver = new RecipientResolver(directory, options);
        _planner = new DeliveryPlanner(mailboxes, filter, options);
        _outbox = outbox;
        _intake = intake;
        _mailboxes = mailboxes;
        _checks = [.. checks];
        _options = options;
        _metrics = metrics;
        _time = time;
        _log = log;
    }

    public async ValueTask<RecipientResolution> ResolveAsync(RecipientAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return await _resolver.ResolveAsync(address, cancellationToken) is { } recipient
                ? new RecipientResolution(RecipientStatus.Known, recipient)
                : new RecipientResolution(RecipientStatus.Unknown, null);
        }
        catch (RecipientDirectoryUnavailableException e)
        {
            DeliveryLog.DirectoryUnavailable(_log, e);
            return new RecipientResolution(RecipientStatus.TemporaryFailure, null);
        }
    }

    public async ValueTask<ImmutableArray<DeliveryOutcome>> DeliverAsync(DeliveryRequest request, CancellationToken cancellationToken)
    {
        var begun = _time.GetTimestamp();
        using var message = _intake.Prepare(request.Message);
        var recipients = request.Recipients;
        var outcomes = new DeliveryOutcome[recipients.Length];
        if (recipients.Length == 1)
        {
            outcomes[0] = await DeliverOneAsync(recipients[0], request, message, cancellationToken);
        }
        else
        {
            var running = new Dictionary<(AccountId, string), Task<DeliveryOutcome>>(recipients.Length);
            foreach (var recipient in recipients)
            {
                var key = (recipient.Account, recipient.Detail);
                // On threads of their own: a delivery may keep its thread for as long as the disk takes, and they are to share the fsync.
                if (!running.ContainsKey(key))
                    running.Add(key, Task.Run(() => DeliverOneAsync(recipient, request, message, cancellationToken), CancellationToken.None));
            }

            for (var i = 0; i < recipients.Length; i++)
                outcomes[i] = await running[(recipients[i].Account, recipients[i].Detail)];
        }

        foreach (var outcome in outcomes)
            _metrics.Outcome(outcome.Status);
        _metrics.Took(_time.GetElapsedTime(begun));
        return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(outcomes);
    }

    // Never faults: the other recipients' outcomes must not be lost with one's.
    private async Task<DeliveryOutcome> DeliverOneAsync(
        Recipient recipient, DeliveryRequest request, PreparedMessage message, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var check in _checks)
            {
                if (await check.CheckAsync(recipient, request, cancellationToken) is { } objection)
                {
                    DeliveryLog.Refused(_log, recipient.Account, objection.Status, request.Session, objection.Text);
                    return objection;
                }
            }

            return await RunPlanAsync(recipient, request, message, cancellationToken);
        }
        catch (Exception e)
        {
            DeliveryLog.Failed(_log, e, recipient.Account, request.Session);
            return DeliveryOutcome.TemporaryFailure;
        }
    }
}
