using System.Collections.Immutable;
using MailCluster.Bodies;
using MailCluster.Delivery.Filters;
using MailCluster.Mailboxes;

namespace MailCluster.Delivery.Events;

/// <summary>The turn of one message.</summary>
public sealed partial class EventScripts
{
    /// <summary>False: nothing waits.</summary>
    /// <exception cref="MailboxRefusedException">It cannot be done now; whether it was done, the account knows.</exception>
    private async ValueTask<bool> RunNextAsync(AccountId account, Attention attention)
    {
        var (task, uid, message) = await _mailboxes.SendAsync(account, new NextScriptTask(), CommandContext.None, _stopping.Token);
        if (task is null)
            return false;
        if (message is null)
        {
            await SettleAsync(account, task, new SettleScriptTask(task.Id, uint.MaxValue));
            return true;
        }

        try
        {
            // The account is found again if this node dies with what waits.
            await _register.NoteAsync(account, _stopping.Token);
            await RunAsync(account, task, uid, message, attention.PipesOf(task.Id, uid));
        }
        catch (MailboxRefusedException e) when (e.Reason is not (RefusalReason.Busy or RefusalReason.Unavailable))
        {
            EventScriptLog.NotDone(_log, account, task.Name, uid, task.Session, e.Message);
            await SettleAsync(account, task, new SettleScriptTask(task.Id, uid));
        }
        catch (MailboxRefusedException e) when (_time.GetUtcNow() - task.QueuedAt > _options.GiveUpAfter)
        {
            EventScriptLog.GivenUp(_log, account, task.Name, task.Uids.UidCount, task.Session, e.Message);
            await SettleAsync(account, task, new SettleScriptTask(task.Id, uint.MaxValue));
        }
        catch (Exception e) when (e is not (MailboxRefusedException or OperationCanceledException))
        {
            // One message that cannot be read, or a mistake in this program, must not stand in the way of all that follow.
            EventScriptLog.Failed(_log, e, account, task.Name, uid, task.Session);
            await SettleAsync(account, task, new SettleScriptTask(task.Id, uid));
        }

        return true;
    }

    private async ValueTask RunAsync(AccountId account, ScriptTask task, uint uid, NewMessage message, PipesDone pipes)
    {
        var stages = await _stages.LoadAsync(account, task, _stopping.Token);
        if (stages.Count == 0)
        {
            await SettleAsync(account, task, new SettleScriptTask(task.Id, uint.MaxValue));
            return;
        }

        var flags = NamesOf(message);
        var request = await RequestAsync(account, task, uid, message, flags);
        var plan = await new FilterRun(request.Recipients[0], request, task.Name, pipes, _services).PlanAsync(stages, _stopping.Token);
        var stored = new Dictionary<MailBytes, NewMessage>();
        try
        {
            var change = await PrepareAsync(account, request, message, plan, stored);
            var result = await SettleAsync(account, task, new SettleScriptTask(task.Id, uid, change));
            if (result.IsOvertaken)
                await DiscardAsync(stored);
            else
                EventScriptLog.Ran(_log, account, task.Name, uid, task.Cause, task.Session);
        }
        catch (MailboxRefusedException e) when (e.Reason != RefusalReason.Unavailable)
        {
            await DiscardAsync(stored);
            throw;
        }
    }

    /// <summary>The message as a delivery to its owner, from its owner (RFC 6785 §3.4: there is no envelope).</summary>
    private async ValueTask<DeliveryRequest> RequestAsync(AccountId account, ScriptTask task, uint uid, NewMessage message, ImmutableArray<string> flags)
    {
        var address = RecipientAddress.Parse(account.Value);
        if (address.Domain.Length == 0)
            address = address with { Domain = _services.Options.HostName };
        return new DeliveryRequest(
            address.ToString(), [new Recipient(address, account, "")], await ReadAsync(message), _time.GetUtcNow(), task.Session, "sieve", task.ClientAddress)
        {
            Event = new ImapEvent($"{task.Id}/{uid}", task.Cause, task.Name, task.ChangedFlags, flags),
        };
    }

    private async ValueTask<byte[]> ReadAsync(NewMessage message)
    {
        var bytes = new byte[message.Size];
        for (var at = 0; at < bytes.Length;)
        {
            var read = await ReadAsync(message, at, bytes);
            if (read == 0)
                throw new BodyCorruptException(message.Body, $"it ends after {at} bytes of {bytes.Length}.");
            at += read;
        }

        return bytes;
    }

    // A store that is away is waited for; a body that is not there, or damaged, will not get better.
    private async ValueTask<int> ReadAsync(NewMessage message, int at, byte[] bytes)
    {
        try
        {
            return await _bodies.ReadAsync(message.Body, at, bytes.AsMemory(at), _stopping.Token);
        }
        catch (Exception e) when (e is not (BodyMissingException or BodyCorruptException or OperationCanceledException))
        {
            throw new MailboxRefusedException(RefusalReason.Unavailable, "The message cannot be read now: " + e.Message, e);
        }
    }

    /// <summary>Stores what is new and gives the change. What uses the message as it is shares its body.</summary>
    private async ValueTask<ScriptChange> PrepareAsync(
        AccountId account, DeliveryRequest request, NewMessage message, FilterPlan plan, Dictionary<MailBytes, NewMessage> stored)
    {
        foreach (var bytes in plan.Filings.Select(filing => filing.Message).Concat(plan.Outgoing.Select(mail => mail.Message)))
        {
            if (bytes.Bytes.Equals(request.Message) || stored.ContainsKey(bytes))
                continue;
            using var prepared = _intake.Prepare(bytes.Bytes);
            stored.Add(bytes, await _intake.StoreAsync(account, prepared, message.InternalDate, SystemFlags.None, [], _stopping.Token));
        }

        if (plan.Outgoing.Count > 0)
            await _register.NoteAsync(account, _stopping.Token);
        var delivery = new DeliverMessage(
            [.. plan.Filings.Select(filing => filing.Filing with
            {
                Message = BodyOf(filing.Message) with { Flags = filing.Filing.Message.Flags, Keywords = filing.Filing.Message.Keywords },
            })],
            [.. plan.Absent],
            [.. plan.Marks],
            [.. plan.Outgoing.Select(mail => BodyOf(mail.Message) is var body
                ? mail.Mail with { EmailId = body.EmailId, Body = body.Body, Size = body.Size }
                : mail.Mail)],
            QuotaCheck.Strict);
        var disposal = plan.IsKept ? MessageDisposal.Keep : _options.ExpungesDiscarded ? MessageDisposal.Expunge : MessageDisposal.Delete;
        var wanted = plan.IsKept && plan.Flags is { } flags ? flags : new MessageFlags(message.Flags, message.Keywords);
        return new ScriptChange(
            message.Body,
            new MessageFlags(wanted.System & ~message.Flags, [.. wanted.Keywords.Except(message.Keywords, StringComparer.OrdinalIgnoreCase)]),
            new MessageFlags(message.Flags & ~wanted.System, [.. message.Keywords.Except(wanted.Keywords, StringComparer.OrdinalIgnoreCase)]),
            disposal,
            delivery);

        NewMessage BodyOf(MailBytes bytes) => stored.TryGetValue(bytes, out var known) ? known : message;
    }

    private ValueTask<DeliveryResult> SettleAsync(AccountId account, ScriptTask task, SettleScriptTask settle) =>
        _mailboxes.SendAsync(account, settle, new CommandContext(CommandId.New(_time), task.Session, "sieve", task.ClientAddress), CancellationToken.None);

    private async ValueTask DiscardAsync(Dictionary<MailBytes, NewMessage> stored)
    {
        if (stored.Count > 0)
            await _intake.DiscardAsync(stored.Values.ToArray(), _time.GetUtcNow(), CancellationToken.None);
    }

    private static ImmutableArray<string> NamesOf(NewMessage message)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var flag in Enum.GetValues<SystemFlags>())
        {
            if (flag != SystemFlags.None && (message.Flags & flag) != 0)
                names.Add("\\" + flag);
        }

        names.AddRange(message.Keywords);
        return names.DrainToImmutable();
    }
}
