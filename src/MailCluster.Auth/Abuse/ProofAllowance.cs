using System.Net;

namespace MailCluster.Auth.Abuse;

/// <summary>
/// Tells a client with a stale password from one that guesses, where the password itself is not seen: SCRAM, CRAM-MD5 and APOP answer a fresh challenge each time, so two
/// answers of one password look as different as those of two. What is left is the pace. A program that has a stale password tries the one account that it has, a
/// few connections at once, every few minutes; a guesser tries more than that, or other accounts.
/// </summary>
/// <remarks>
/// So of one account and one network the first five failures within five minutes are one attempt, as if the same password had come again; each further one is an attempt
/// of its own. Each account counts for itself: going through names is found out as fast as ever. What a guesser gains is sixty guesses an hour at one account
/// from one network, which the failure's delay would allow anyway many times over; the account's own count (<see cref="AbuseOptions.AccountFailures"/>) hears of one.
/// </remarks>
internal sealed class ProofAllowance(TimeProvider time)
{
    /// <summary>Failures that are taken for one password: what a mail program opens at once.</summary>
    public const int Failures = 5;

    public static readonly TimeSpan Within = TimeSpan.FromMinutes(5);

    /// <summary>Pairs that are remembered; past it the table is emptied, which lets each have its five once more.</summary>
    private const int EntriesMax = 65_536;

    private readonly Lock _lock = new();
    private readonly Dictionary<(ClientNetwork Network, ulong Account), (long Since, int Count)> _records = [];

    /// <summary>True for a failure that may be the repetition of the one before. Counts it.</summary>
    public bool MayRepeat(IPAddress? address, string username)
    {
        if (address is null) return true;
        var key = (ClientNetwork.Of(address, 64), FailureLedger.AccountKey(username));
        lock (_lock)
        {
            if (!_records.TryGetValue(key, out var record) || time.GetElapsedTime(record.Since) >= Within)
            {
                if (_records.Count >= EntriesMax) _records.Clear();
                record = (time.GetTimestamp(), 0);
            }

            _records[key] = (record.Since, record.Count + 1);
            return record.Count < Failures;
        }
    }
}
