using MailCluster.Bodies;
using MailCluster.Delivery.Reports;
using MailCluster.Delivery.Smtp;
using MailCluster.Mailboxes;

namespace MailCluster.Delivery.Outbox;

/// <summary>One account's messages, one after the other over one connection.</summary>
public sealed partial class OutboxSender
{
    private async Task AttendAsync(AccountId account, TaskCompletionSource attending)
    {
        await Task.Yield();
        var again = default(DateTimeOffset?);
        try
        {
            again = await SendAllAsync(account, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // What was not begun stays as it is.
        }
        catch (MailboxRefusedException e)
        {
            OutboxLog.AccountAway(_log, account, e.Message);
            again = _time.GetUtcNow() + _options.LookInterval;
        }
        catch (Exception e)
        {
            OutboxLog.AccountFailed(_log, e, account);
            again = _time.GetUtcNow() + _options.LookInterval;
        }

        // Told meanwhile by the account, it knows better.
        if (again is { } time)
            _due.TryAdd(account, time);
        _attended.TryRemove(account, out _);
        attending.SetResult();
        Wake();
    }

    /// <returns>When to look at the account again, if it has not said so itself.</returns>
    private async Task<DateTimeOffset?> SendAllAsync(AccountId account, CancellationToken cancellationToken)
    {
        SmtpSession? session = null;
        try
        {
            while (true)
            {
                if (!_register.IsHere(account))
                    return null;
                var outbox = await _mailboxes.SendAsync(account, new ListOutbox(), CommandContext.None, cancellationToken);
                if (outbox.Entries.IsEmpty)
                    return await _register.ForgetAsync(account, cancellationToken) ? null : _time.GetUtcNow() + OutboxRegister.ForgetAfter;
                var now = _time.GetUtcNow();
                var due = outbox.Entries.Where(entry => entry.NextAttempt <= now).ToArray();
                if (due.Length == 0)
                    return outbox.Entries.Min(entry => entry.NextAttempt);
                var claimed = 0;
                foreach (var entry in due)
                {
                    if (await ClaimAsync(account, entry, cancellationToken) is not { } until)
                        continue;
                    claimed++;
                    session = await SendOneAsync(account, entry with { Attempts = entry.Attempts + 1 }, until, session);
                }

                // They are others', or the account has moved to a node whose clock is behind.
                if (claimed == 0)
                    return now + _options.LookInterval;
            }
        }
        finally
        {
            if (session is not null)
                await session.DisposeAsync();
        }
    }

    /// <summary>Until when the entry is this attempt's; null when it is not.</summary>
    private async Task<DateTimeOffset?> ClaimAsync(AccountId account, OutboxEntry entry, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var until = _time.GetUtcNow() + _options.AttemptMax + _options.ClockMargin;
        var claim = await _mailboxes.SendAsync(account, new ClaimOutboxEntry(entry.Id, until), NewContext(), CancellationToken.None);
        return claim.IsGranted ? until : null;
    }

    /// <summary>One attempt. Returns the session for the next one; null when it is of no use any more.</summary>
    private async Task<SmtpSession?> SendOneAsync(AccountId account, OutboxEntry entry, DateTimeOffset until, SmtpSession? session)
    {
        using var limit = new TimeLimit(until - _options.ClockMargin - _time.GetUtcNow(), _time, _stopping.Token);
        SmtpOutcome outcome;
        try
        {
            if (session is not { IsUsable: true })
            {
                if (session is not null)
                    await session.DisposeAsync();
                session = null;
                session = await SmtpSession.OpenAsync(await _dialer.ConnectAsync(limit.Token), _relay, _time, limit.Token);
            }

            var envelope = new SmtpEnvelope(entry.Mail.Sender, entry.Mail.Recipient, entry.Mail.Terms);
            outcome = await session.SendAsync(envelope, new OutboxContent(entry.Mail, _bodies), limit.Token, _abandoned.Token);
        }
        catch (SmtpConnectionException e)
        {
            outcome = new SmtpOutcome(SmtpStatus.Transient, "4.4.1", e.Message);
        }
        catch (OperationCanceledException e) when (limit.IsOver(e))
        {
            outcome = new SmtpOutcome(SmtpStatus.Transient, "4.4.1", "The attempt took too long.");
        }
        catch (OperationCanceledException)
        {
            // This node stops: whoever has the account next need not wait until the claim is over.
            await SettleAsync(account, entry.Id, OutboxVerdict.Deferred, _time.GetUtcNow(), "The node stopped before it was sent.", []);
            throw;
        }
        catch (BodyStoreUnavailableException e)
        {
            outcome = new SmtpOutcome(SmtpStatus.Transient, "4.3.0", e.Message);
        }
        catch (Exception e) when (e is BodyMissingException or BodyCorruptException)
        {
            OutboxLog.BodyLost(_log, e, account, entry.Id, entry.Mail.Recipient);
            outcome = new SmtpOutcome(SmtpStatus.Permanent, "5.3.0", "The message was lost by its store: " + e.Message);
        }

        await ConcludeAsync(account, entry, outcome, until);
        return session;
    }

    private async Task ConcludeAsync(AccountId account, OutboxEntry entry, SmtpOutcome outcome, DateTimeOffset claimedUntil)
    {
        var now = _time.GetUtcNow();
        var mail = entry.Mail;
        if (outcome.Status == SmtpStatus.Accepted)
        {
            await SettleAsync(account, entry.Id, OutboxVerdict.Sent, now, outcome.Text, []);
            OutboxLog.Sent(_log, account, entry.Id, mail.Kind, mail.Recipient, outcome.Text);
            return;
        }

        if (outcome.Status == SmtpStatus.Permanent || now - entry.QueuedAt >= _options.Lifetime)
        {
            OutboxLog.Failed(_log, account, entry.Id, mail.Kind, mail.Recipient, entry.Attempts, outcome.Text);
            await FailAsync(account, entry, outcome, now);
            return;
        }

        var next = now + PauseAfter(entry.Attempts);
        if (outcome.Status == SmtpStatus.Unknown && next < claimedUntil)
            next = claimedUntil; // The relay may still be at it.
        await SettleAsync(account, entry.Id, OutboxVerdict.Deferred, next, outcome.Text, []);
        if (outcome.Status == SmtpStatus.Unknown)
            OutboxLog.Unknown(_log, account, entry.Id, mail.Recipient, next, outcome.Text);
        else
            OutboxLog.Deferred(_log, account, entry.Id, mail.Recipient, entry.Attempts, next, outcome.Text);
    }

    private TimeSpan PauseAfter(int attempts)
    {
        var doublings = Math.Clamp(attempts - 1, 0, 30);
        var ticks = _options.RetryFirst.Ticks * Math.Pow(2, doublings);
        return ticks < _options.RetryMax.Ticks ? TimeSpan.FromTicks((long)ticks) : _options.RetryMax;
    }

    /// <summary>Ends the message; of a redirect its owner is told, in the same change.</summary>
    private async Task FailAsync(AccountId account, OutboxEntry entry, SmtpOutcome outcome, DateTimeOffset now)
    {
        if (entry.Mail.Kind != OutgoingKind.Redirect)
        {
            await SettleAsync(account, entry.Id, OutboxVerdict.Failed, now, outcome.Text, []);
            return;
        }

        var notice = FailureNotice.Write(account, entry, outcome, await ReadHeaderAsync(entry.Mail), _options.HostName, now);
        using var prepared = _intake.Prepare(notice);
        var stored = await _intake.StoreAsync(account, prepared, new InternalDate(now), SystemFlags.None, [], CancellationToken.None);
        var settled = await SettleAsync(account, entry.Id, OutboxVerdict.Failed, now, outcome.Text, [new Filing(FolderName.Inbox, stored)]);
        if (!settled.IsChanged)
            await _intake.DiscardAsync(new[] { stored }, now, CancellationToken.None);
    }

    /// <summary>The header of the message, at most some kilobytes of it; empty if the store does not have it any more.</summary>
    private async Task<ReadOnlyMemory<byte>> ReadHeaderAsync(OutgoingMail mail)
    {
        var buffer = new byte[Math.Min(mail.Size, MultipartReport.OriginalHeaderMax)];
        try
        {
            var read = 0;
            while (read < buffer.Length && await _bodies.ReadAsync(mail.Body, read, buffer.AsMemory(read), CancellationToken.None) is var more and > 0)
                read += more;
            return MultipartReport.HeaderOf(buffer.AsMemory(0, read));
        }
        catch (Exception e) when (e is BodyMissingException or BodyCorruptException)
        {
            return default;
        }
    }

    private ValueTask<OutboxSettled> SettleAsync(
        AccountId account, OutboxId id, OutboxVerdict verdict, DateTimeOffset next, string response, System.Collections.Immutable.ImmutableArray<Filing> filings) =>
        _mailboxes.SendAsync(account, new SettleOutboxEntry(id, verdict, next, response, filings), NewContext(), CancellationToken.None);

    private CommandContext NewContext() => new(CommandId.New(_time), "", "outbox", "");
}
