using MailCluster.Mailboxes;
using Microsoft.Extensions.Logging;

namespace MailCluster.Delivery;

// Quota at the door: RCPT and the policy service ask here.
//
// The problem: the account's actor alone knows usage and limit. It may be on another node or not in memory, and a list server asks for a thousand recipients.
//
// The answer: the actor is asked, since the delivery that follows would wake it anyway, but
//   - an account that had plenty of room a moment ago is not asked again: a list's second message, the policy service before LMTP;
//   - an account that was full is always asked again: its user may have made room, and a wrong "no" bounces mail where a wrong "yes" costs a message's way;
//   - nobody waits for an account that does not answer within a second.
// The actor answers without making an account that is not there yet (see DescribeQuota).

/// <summary>Asks accounts for their room, and remembers those that have enough.</summary>
public sealed class QuotaDoor(IMailboxClient mailboxes, TimeProvider time, ILogger<QuotaDoor> log) : IQuotaDoor
{
    /// <summary>How long an answer is good. Deliveries in between are not noticed, and need not be: each is held against the quota itself.</summary>
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(1);

    /// <summary>Room for so many messages of the declared size is plenty.</summary>
    private const int Plenty = 16;

    /// <summary>Accounts in each of the two halves of the memory, some 200 bytes each.</summary>
    private const int RememberedMax = 8192;

    private readonly BoundedMemory<AccountId, (long Room, long At)> _remembered = new(RememberedMax);

    public async ValueTask<bool> HasRoomAsync(AccountId account, long bytes, CancellationToken cancellationToken)
    {
        // The account's node may not know the question.
        if (mailboxes.Level < MailboxLevel.Filtering)
            return true;
        var wanted = Math.Max(1, bytes);
        if (Remembered(account) is { } known && known / Plenty >= wanted)
            return true;
        using var late = new CancellationTokenSource(PatienceMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            var quota = await mailboxes.SendAsync(account, new DescribeQuota(), CommandContext.None, either.Token);
            Remember(account, quota.DeliverableBytes);
            return quota.DeliverableBytes >= wanted;
        }
        catch (Exception e) when (e is MailboxRefusedException or OperationCanceledException)
        {
            QuotaDoorLog.NotTold(log, account, e.Message);
            return true;
        }
    }

    private long? Remembered(AccountId account) =>
        _remembered.TryGet(account, out var entry) && time.GetElapsedTime(entry.At) < GoodFor ? entry.Room : null;

    private void Remember(AccountId account, long room) => _remembered.Set(account, (room, time.GetTimestamp()));
}
