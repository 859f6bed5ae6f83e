using System.Collections.Concurrent;
using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Pop3.Session;

/// <summary>A maildrop that a session has alone.</summary>
internal sealed class MaildropHold(AccountId account, Guid session)
{
    private volatile bool _lost;

    public AccountId Account { get; } = account;

    public Guid Session { get; } = session;

    /// <summary>Another session has it now. Possible only after the account's owner changed; see <c>MaildropDoor</c>.</summary>
    public bool IsLost => _lost;

    public void Lose() => _lost = true;
}

/// <summary>
/// The maildrops that sessions of this node have alone: one timer renews them all, whatever the sessions wait for, a client that takes minutes for a message or one
/// that says nothing.
/// </summary>
internal sealed class MaildropHolds : IDisposable
{
    private const int RenewalsPerLease = 3;

    private readonly ConcurrentDictionary<Guid, MaildropHold> _all = new();
    private readonly IMailboxClient _mailboxes;
    private readonly TimeSpan _lease;
    private readonly ILogger _log;
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stopped;
    private int _renewing;

    public MaildropHolds(IMailboxClient mailboxes, TimeSpan lease, TimeProvider time, ILogger log)
    {
        _mailboxes = mailboxes;
        _lease = lease;
        _log = log;
        _stopped = _stopping.Token;
        var interval = lease / RenewalsPerLease;
        _timer = time.CreateTimer(static state => ((MaildropHolds)state!).Beat(), this, interval, interval);
    }

    /// <summary>The renewals under way, for tests.</summary>
    internal Task Renewals { get; private set; } = Task.CompletedTask;

    public MaildropHold Add(AccountId account, Guid session)
    {
        var hold = new MaildropHold(account, session);
        _all[session] = hold;
        return hold;
    }

    /// <summary>Gives the maildrop back. If that cannot be told now, the lease ends by itself.</summary>
    public async ValueTask ReleaseAsync(MaildropHold hold)
    {
        _all.TryRemove(hold.Session, out _);
        if (hold.IsLost)
            return;
        try
        {
            await _mailboxes.SendAsync(hold.Account, new LeaveMaildrop(hold.Session), CommandContext.None, _stopped);
        }
        catch (Exception e) when (e is MailboxRefusedException or OperationCanceledException)
        {
            Pop3Log.LockUnreachable(_log, hold.Account, e.Message);
        }
    }

    public void Dispose()
    {
        _timer.Dispose();
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private void Beat()
    {
        // A round that waits for an account which cannot be reached is not overtaken by the next.
        if (_all.IsEmpty || Interlocked.Exchange(ref _renewing, 1) == 1)
            return;
        Renewals = RenewAsync();
    }

    private async Task RenewAsync()
    {
        try
        {
            await Task.WhenAll(_all.Values.Select(RenewAsync));
        }
        finally
        {
            Volatile.Write(ref _renewing, 0);
        }
    }

    private async Task RenewAsync(MaildropHold hold)
    {
        try
        {
            var entry = await _mailboxes.SendAsync(hold.Account, new RenewMaildrop(hold.Session, _lease), CommandContext.None, _stopped);
            if (!entry.IsAdmitted)
                hold.Lose();
            else if (!_all.ContainsKey(hold.Session))
                await ReleaseAsync(hold); // It was given back meanwhile, and this renewal may have come after that.
        }
        catch (Exception e) when (e is MailboxRefusedException or OperationCanceledException)
        {
            // Whoever cannot reach the owner cannot take the lock from it either.
            Pop3Log.LockUnreachable(_log, hold.Account, e.Message);
        }
    }
}
