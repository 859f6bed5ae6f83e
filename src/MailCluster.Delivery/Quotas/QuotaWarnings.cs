using System.Collections.Immutable;
using System.Threading.Channels;
using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery;

// Warnings of quotas: one message for each crossing of a threshold.
//
// The problem: an account crosses a threshold with some change, which is acknowledged at once. Its user is to get a message about it, once, and the message itself makes the
// account fuller.
//
// The steps:
//   1. after the change the account's actor sees that its level is not the one it has marked, and tells this service; again after each further change
//   2. the message is delivered as any other is, but held against no quota              a crash before it: step 1 comes again with the next change
//   3. the level that the account has *then* is marked, by an event                     a crash between 2 and 3: the user gets the message twice
// Since 3 marks what holds after the message, a warning that takes the account past the next threshold causes no other. A delivery that cannot be made now is left to step 1.

/// <summary>Delivers the configured messages to accounts that fill up or have room again.</summary>
public sealed class QuotaWarnings : IQuotaWatcher, IAsyncDisposable
{
    /// <summary>Accounts that may wait; one more is told again with its next change.</summary>
    private const int WaitingMax = 4096;

    private readonly IDeliveryService _delivery;
    private readonly IMailboxClient _mailboxes;
    private readonly ImmutableArray<QuotaWarning> _warnings;
    private readonly string _hostName;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Channel<QuotaLevel> _waiting = Channel.CreateBounded<QuotaLevel>(WaitingMax);

    /// <summary>Accounts that wait or are being attended to, each with what was told of it meanwhile.</summary>
    private readonly Dictionary<AccountId, QuotaLevel?> _known = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _work;

    public QuotaWarnings(
        IDeliveryService delivery,
        IMailboxClient mailboxes,
        ImmutableArray<QuotaWarning> warnings,
        string hostName,
        TimeProvider time,
        ILogger<QuotaWarnings> log)
    {
        _delivery = delivery;
        _mailboxes = mailboxes;
        _warnings = warnings;
        _hostName = hostName;
        _time = time;
        _log = log;
        _work = WorkAsync();
    }

    public void OnLevel(QuotaLevel level)
    {
        lock (_known)
        {
            if (_known.ContainsKey(level.Account))
                _known[level.Account] = level;
            else if (_waiting.Writer.TryWrite(level))
                _known.Add(level.Account, null);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _work;
        _stopping.Dispose();
    }

    private async Task WorkAsync()
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(_stopping.Token))
            {
                while (_waiting.Reader.TryRead(out var level))
                    await AttendAsync(level);
            }
        }
        catch (Exception) when (_stopping.IsCancellationRequested)
        {
            // A mailbox that is stopping too may say so in words of its own; the account tells again when it is next changed.
            QuotaDoorLog.WarningsEnded(_log);
        }
    }

    private async Task AttendAsync(QuotaLevel level)
    {
        int? marked = null;
        try
        {
            if (Find(level) is { } warning && !await DeliverAsync(warning, level))
                return;
            var now = LevelOf((await _mailboxes.SendAsync(level.Account, new DescribeQuota(), CommandContext.None, _stopping.Token)).Percent);
            await _mailboxes.SendAsync(level.Account, new MarkQuotaLevel(level.Marked, now), NewContext(), _stopping.Token);
            marked = now;
        }
        catch (Exception e) when (!_stopping.IsCancellationRequested)
        {
            QuotaDoorLog.WarningFailed(_log, level.Account, e);
        }
        finally
        {
            Finish(level.Account, marked);
        }
    }

    /// <summary>What was told after the mark is news; what was told before it has been dealt with.</summary>
    private void Finish(AccountId account, int? marked)
    {
        lock (_known)
        {
            _known.Remove(account, out var told);
            if (told is not null && told.Marked == marked)
                OnLevel(told);
        }
    }

    /// <summary>The one message about all thresholds that were crossed: the greatest on the way up, the least on the way down.</summary>
    private QuotaWarning? Find(QuotaLevel level) => level.Reached > level.Marked
        ? _warnings.Where(warning => !warning.Falling && warning.At > level.Marked && warning.At <= level.Reached).MaxBy(warning => warning.At)
        : _warnings.Where(warning => warning.Falling && warning.At > level.Reached && warning.At <= level.Marked).MinBy(warning => warning.At);

    private async ValueTask<bool> DeliverAsync(QuotaWarning warning, QuotaLevel level)
    {
        var at = _time.GetLocalNow();
        var message = QuotaWarningMessage.Write(warning, level.Account, level.Usage, _hostName, at);
        var recipient = new Recipient(RecipientAddress.Parse(level.Account.Value), level.Account, "");
        var request = new DeliveryRequest("", [recipient], message, at, Session: "", Protocol: "quota", ClientAddress: "") { Quota = QuotaCheck.Off };
        var outcome = (await _delivery.DeliverAsync(request, _stopping.Token))[0];
        QuotaDoorLog.Warned(_log, level.Account, level.Usage.Percent, outcome.Status);
        return outcome.Status != DeliveryStatus.TemporaryFailure;
    }

    private int LevelOf(int percent) => _warnings.Where(warning => percent >= warning.At).Select(warning => warning.At).DefaultIfEmpty(0).Max();

    private CommandContext NewContext() => new(CommandId.New(_time), Session: "", Protocol: "quota", ClientAddress: "");
}
