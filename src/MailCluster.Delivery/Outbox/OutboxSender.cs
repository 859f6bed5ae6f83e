using System.Collections.Concurrent;
using MailCluster.Bodies;
using MailCluster.Delivery.Smtp;
using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery.Outbox;

// Mail that waits in accounts goes out through the relay, each message once.
//
// The problem: the relay and the journal are two systems, so no order of the two steps "sent" and "noted as sent" is safe against every crash. And a node that is taken for
// dead may only have been slow, and still be sending.
//
// The steps, for one message:
//   1. ClaimOutboxEntry: the journal gives the message to this attempt, until a time. Fenced like every write: a node that lost the account gets no claim.
//      a crash from here on: the claim runs out, somebody else's attempt follows
//   2. the transaction with the relay; broken off when the claim's time is over, so that no two attempts overlap, not even of two nodes
//   3. the relay's 250 for the whole message                      a crash before it: not sent, sent later
//   4. SettleOutboxEntry(Sent), journalled                        a crash between 3 and 4: sent twice, with the same Message-ID. The only window (docs/adr/0026)
// A refusal for ever closes the message in the same change of the account that files the notice of it. A refusal for now, or no relay, puts it off.
//
// Who sends: the node that has the account. It hears of outboxes from the accounts themselves (IOutboxListener); after a start or a take-over, when nobody has woken them
// yet, from the register, a table that is looked at when shards come and every minute.

/// <summary>Sends what the accounts of this node have to send.</summary>
public sealed partial class OutboxSender : IOutboxListener, IAsyncDisposable
{
    private readonly OutboxRegister _register;
    private readonly IMailboxClient _mailboxes;
    private readonly IBodyStore _bodies;
    private readonly MessageIntake _intake;
    private readonly ISmtpDialer _dialer;
    private readonly RelayOptions _relay;
    private readonly OutboxOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    /// <summary>When each account is to be looked at. In it are accounts of this node that have, or may have, something to send.</summary>
    private readonly ConcurrentDictionary<AccountId, DateTimeOffset> _due = new();

    private readonly ConcurrentDictionary<AccountId, Task> _attended = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _abandoned;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Task _loop;
    private volatile bool _lookNow = true;
    private int _stopped;

    internal OutboxSender(
        OutboxRegister register, IMailboxClient mailboxes, IBodyStore bodies, MessageIntake intake, ISmtpDialer dialer, RelayOptions relay,
        OutboxOptions options, TimeProvider time, ILogger<OutboxSender> log)
    {
        _register = register;
        _mailboxes = mailboxes;
        _bodies = bodies;
        _intake = intake;
        _dialer = dialer;
        _relay = relay;
        _options = options;
        _time = time;
        _log = log;
        _abandoned = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _register.HomeChanged += LookAgain;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Begins to send through the relay.</summary>
    public static OutboxSender Start(
        OutboxRegister register, IMailboxClient mailboxes, IBodyStore bodies, MessageIntake intake, RelayOptions relay, OutboxOptions options, TimeProvider time,
        ILoggerFactory loggers) =>
        new(register, mailboxes, bodies, intake, new SmtpDialer(relay, time), relay, options, time, loggers.CreateLogger<OutboxSender>());

    public void OutboxChanged(AccountId account, DateTimeOffset? next)
    {
        if (next is { } time)
            _due[account] = time;
        else
            _due.TryRemove(account, out _);
        Wake();
    }

    /// <summary>
    /// Begins no attempt any more. Those under way are broken off before the dot; after it the relay's answer is waited for, up to <paramref name="patience"/>: what is
    /// given up then may have been sent, and is tried again when its claim is over.
    /// </summary>
    public async Task StopAsync(TimeSpan patience)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
            return;
        _register.HomeChanged -= LookAgain;
        await _stopping.CancelAsync();
        await _loop;
        var attended = Task.WhenAll(_attended.Values);
        if (patience > TimeSpan.Zero)
            _abandoned.CancelAfter(patience);
        else
            await _abandoned.CancelAsync();
        await attended;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        _stopping.Dispose();
        _abandoned.Dispose();
        _wake.Dispose();
    }

    private void LookAgain()
    {
        _lookNow = true;
        Wake();
    }

    private void Wake()
    {
        if (_wake.CurrentCount == 0 && !_stopping.IsCancellationRequested)
            _wake.Release();
    }

    private async Task RunAsync()
    {
        var looked = _time.GetTimestamp();
        try
        {
            while (!_stopping.IsCancellationRequested)
            {
                if (_lookNow || _time.GetElapsedTime(looked) >= _options.LookInterval)
                {
                    _lookNow = false;
                    looked = _time.GetTimestamp();
                    await LookAsync(_stopping.Token);
                }

                var pause = BeginDue();
                var untilLook = _options.LookInterval - _time.GetElapsedTime(looked);
                await PauseAsync(pause < untilLook ? pause : untilLook);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The end.
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        if (pause <= TimeSpan.Zero)
            pause = TimeSpan.FromMilliseconds(1);
        using var over = new CancellationTokenSource(pause, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, _stopping.Token);
        try
        {
            await _wake.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            // Time to look.
        }
    }

    /// <summary>Finds the accounts of this node that nobody has spoken for.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var now = _time.GetUtcNow();
            foreach (var account in await _register.ListHereAsync(cancellationToken))
                _due.TryAdd(account, now);
        }
        catch (MailboxRefusedException e)
        {
            OutboxLog.RegisterAway(_log, e.Message);
        }

        foreach (var account in _due.Keys)
        {
            if (!_register.IsHere(account))
                _due.TryRemove(account, out _);
        }
    }

    /// <summary>Begins with accounts whose time has come, as many as there is room for; returns until when nothing else is due.</summary>
    private TimeSpan BeginDue()
    {
        var now = _time.GetUtcNow();
        var pause = _options.LookInterval;
        foreach (var (account, time) in _due.OrderBy(entry => entry.Value))
        {
            if (_attended.ContainsKey(account))
                continue;
            if (time > now)
                return Shorter(pause, time - now);
            if (_attended.Count >= _options.ConnectionsMax)
                return pause;
            _due.TryRemove(new KeyValuePair<AccountId, DateTimeOffset>(account, time));
            var attending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _attended[account] = attending.Task;
            _ = AttendAsync(account, attending);
        }

        return pause;
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
