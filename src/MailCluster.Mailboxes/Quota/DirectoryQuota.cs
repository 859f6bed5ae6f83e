using Microsoft.Extensions.Logging;

namespace MailCluster.Mailboxes;

// What the user database says about one account's quota, for rules that decide in an instant and wait for nothing (docs/adr/0025).
//
// The problem: Decide is a pure function and runs while every other command of the account stands behind it; the user database may be a directory server that takes a
// second, or is away.
//
// The steps:
//   1. The actor asks when it has recovered, and goes on at once.
//   2. The answer is put here, from whatever thread brings it. The next command that takes room finds it, decides by it, and writes it into the account's history
//      if it is news (QuotaChanged.Heard).
//   3. Whoever looks at an answer older than DirectoryAge has the question asked again, and goes on with the old one.
// Before the first answer ever, an account that may have a limit of its own has none: a message too many is better than a bounce that nobody deserved.
// The database cannot answer: what was known stays, and the question is asked again after a while. A crash: the history has what was heard last.

/// <summary>Asks the user database on behalf of one actor.</summary>
internal sealed class DirectoryQuota(IQuotaDirectory directory, AccountId account, TimeSpan age, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan PatienceMax = TimeSpan.FromSeconds(30);

    /// <summary>A database that could not answer is asked again after so long, or the usual age if that is shorter.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private volatile QuotaRules? _heard;
    private volatile bool _failed;
    private volatile bool _asking;
    private long _asked;
    private bool _everAsked;

    /// <summary>The last answer of this run; null before the first.</summary>
    public QuotaRules? Heard => _heard;

    /// <summary>Begins to ask unless there is an answer that is young enough, or a question under way. An answer that is at hand is there on return.</summary>
    /// <param name="now">Ask whatever the age.</param>
    public void AskIfOld(bool now = false)
    {
        if (_asking || (_everAsked && !now && time.GetElapsedTime(_asked) < (_failed && RetryAfter < age ? RetryAfter : age)))
            return;
        _asking = true;
        _everAsked = true;
        _asked = time.GetTimestamp();
        _ = AskAsync();
    }

    private async Task AskAsync()
    {
        using var patience = new CancellationTokenSource(PatienceMax, time);
        try
        {
            _heard = await directory.FindAsync(account, patience.Token) ?? _heard;
            _failed = false;
        }
        catch (Exception e)
        {
            _failed = true;
            QuotaLog.DirectorySilent(log, account, e);
        }
        finally
        {
            _asking = false;
        }
    }
}
