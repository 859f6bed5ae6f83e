using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace MailCluster.Auth.Abuse;

// Who guesses passwords, and when it is enough.
//
// The problem: a guesser has many connections, many nodes to choose from and sometimes many addresses; a person has a phone with a stale password, and an office has
// one address for all.
//
// What is counted: for each client network the different wrong passwords, the same name and password once (the phone); for each account the wrong passwords from
// networks that it has not logged in from. Each node counts what it sees and tells the others (AbuseNews), so that it does not matter over how many
// nodes the attempts are spread; news that is lost makes a count a little low. All of it is in memory: a restart forgets counts, not bans.
//
// What follows: a network that reaches the limit is banned, for longer each time. For an account under attack wrong answers come late; a ban would shut out
// its owner, and the right password is never held up.

/// <summary>Counts of failures on all nodes, and what they lead to. Bounded: past its size a table drops what is old, then anything.</summary>
public sealed class FailureLedger : IDisposable
{
    /// <summary>Networks and accounts that are remembered, each.</summary>
    private const int EntriesMax = 65_536;

    /// <summary>Different attempts of a network that are remembered where none leads to a ban.</summary>
    private const int AttemptsMax = 100;

    /// <summary>Networks that an account is remembered to have logged in from.</summary>
    private const int KnownMax = 16;

    private readonly AbuseOptions _options;
    private readonly BanList _bans;
    private readonly INeighbours _neighbours;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private readonly Dictionary<ClientNetwork, NetworkRecord> _networks = [];
    private readonly Dictionary<ulong, AccountRecord> _accounts = [];

    public FailureLedger(AbuseOptions options, BanList bans, INeighbours neighbours, TimeProvider time, ILogger<FailureLedger> log)
    {
        _options = options;
        _bans = bans;
        _neighbours = neighbours;
        _time = time;
        _log = log;
        neighbours.Told += OnTold;
    }

    /// <summary>Counts a wrong password.</summary>
    /// <param name="address">The client's; null for a Unix socket, which is not counted.</param>
    /// <param name="username">As the client sent it.</param>
    /// <param name="attempt">A fingerprint of name and password: equal ones count once.</param>
    public void Failed(IPAddress? address, string username, ulong attempt)
    {
        if (address is null) return;
        var network = ClientNetwork.Of(address, _options.Ipv6PrefixLength);
        if (_bans.IsAllowed(network)) return;
        var account = AccountKey(username);
        if (Count(network, attempt, account)) _neighbours.Tell(new AbuseNews(AbuseNewsKind.Failed, network, attempt, account).ToBytes());
    }

    /// <summary>Notes a right one: the network is the account's from now on.</summary>
    public void Succeeded(IPAddress? address, string account)
    {
        if (address is null) return;
        var network = ClientNetwork.Of(address, _options.Ipv6PrefixLength);
        var key = AccountKey(account);
        if (Know(network, key)) _neighbours.Tell(new AbuseNews(AbuseNewsKind.Succeeded, network, 0, key).ToBytes());
    }

    /// <summary>How late a wrong answer is to be given for that name: zero unless the account is under attack.</summary>
    public TimeSpan DelayOfFailure(IPAddress? address, string username)
    {
        if (_options.AccountFailures == 0 || address is null) return TimeSpan.Zero;
        lock (_lock)
        {
            return _accounts.TryGetValue(AccountKey(username), out var record) && !IsOld(record.WindowStart)
                && record.Failures >= _options.AccountFailures
                && !record.Knows(ClientNetwork.Of(address, _options.Ipv6PrefixLength))
                    ? _options.AccountDelay
                    : TimeSpan.Zero;
        }
    }

    public void Dispose() => _neighbours.Told -= OnTold;

    private void OnTold(ReadOnlyMemory<byte> bytes)
    {
        if (!AbuseNews.TryRead(bytes.Span, out var read)) return;
        var news = read.Value;
        switch (news.Kind)
        {
            case AbuseNewsKind.Failed:
                Count(news.Network, news.Attempt, news.Account);
                break;
            case AbuseNewsKind.Succeeded:
                Know(news.Network, news.Account);
                break;
        }
    }

    /// <summary>False: it was counted before.</summary>
    private bool Count(ClientNetwork network, ulong attempt, ulong account)
    {
        Ban? ban = null;
        var failures = 0;
        lock (_lock)
        {
            var record = Take(_networks, network, static () => new NetworkRecord(), static (old, ledger) => ledger.IsSpent(old));
            if (IsOld(record.WindowStart))
            {
                record.Attempts.Clear();
                record.WindowStart = _time.GetTimestamp();
            }

            if (!record.Attempts.Add(attempt)) return false;
            CountAccount(network, account);
            failures = record.Attempts.Count;
            if (_options.BanFailures == 0)
            {
                if (failures >= AttemptsMax) record.Attempts.Clear();
            }
            else if (failures >= _options.BanFailures)
            {
                ban = NextBan(network, record, failures);
                record.Attempts.Clear();
            }
        }

        if (ban is not null)
        {
            AbuseLog.Banned(_log, network.ToString(), failures, (long)(ban.Until!.Value - ban.Since).TotalSeconds);
            _bans.Shut(ban);
        }

        return true;
    }

    private Ban NextBan(ClientNetwork network, NetworkRecord record, int failures)
    {
        var now = _time.GetUtcNow();
        if (record.LastBanEnd is { } last && now - last > _options.BanTimeMax) record.Bans = 0;
        var time = _options.BanTime * Math.Pow(2, Math.Min(record.Bans, 30));
        if (time > _options.BanTimeMax) time = _options.BanTimeMax;
        record.Bans++;
        record.LastBanEnd = now + time;
        return new Ban(network, now, now + time, string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{failures} wrong passwords"));
    }

    private void CountAccount(ClientNetwork network, ulong account)
    {
        var record = Take(_accounts, account, static () => new AccountRecord(), static (old, ledger) => ledger.IsOld(old.WindowStart));
        if (record.Knows(network)) return;
        if (IsOld(record.WindowStart))
        {
            record.Failures = 0;
            record.WindowStart = _time.GetTimestamp();
        }

        record.Failures++;
    }

    /// <summary>False: that was known.</summary>
    private bool Know(ClientNetwork network, ulong account)
    {
        lock (_lock)
        {
            var record = Take(_accounts, account, static () => new AccountRecord(), static (old, ledger) => ledger.IsOld(old.WindowStart));
            if (record.Knows(network)) return false;
            record.Known = [.. record.Known.AsSpan(record.Known.Length < KnownMax ? 0 : 1), network];
            return true;
        }
    }

    private bool IsOld(long? windowStart) => windowStart is not { } start || _time.GetElapsedTime(start) >= _options.BanWindow;

    private bool IsSpent(NetworkRecord record) =>
        IsOld(record.WindowStart) && (record.LastBanEnd is not { } end || _time.GetUtcNow() - end > _options.BanTimeMax);

    private TRecord Take<TKey, TRecord>(Dictionary<TKey, TRecord> records, TKey key, Func<TRecord> make, Func<TRecord, FailureLedger, bool> isSpent)
        where TKey : notnull
    {
        if (records.TryGetValue(key, out var record)) return record;
        if (records.Count >= EntriesMax)
        {
            foreach (var (old, spent) in records)
            {
                if (isSpent(spent, this)) records.Remove(old);
            }

            // The aim is a bound, not fairness to whoever fills the table.
            if (records.Count >= EntriesMax) records.Remove(records.Keys.First());
        }

        records.Add(key, record = make());
        return record;
    }

    // The same on all nodes, so that they count together; names are folded as accounts are.
    internal static ulong AccountKey(string username)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(username.ToLowerInvariant()), digest);
        return BinaryPrimitives.ReadUInt64LittleEndian(digest);
    }

    private sealed class NetworkRecord
    {
        public readonly HashSet<ulong> Attempts = [];
        public long? WindowStart;
        public int Bans;
        public DateTimeOffset? LastBanEnd;
    }

    private sealed class AccountRecord
    {
        /// <summary>The oldest first. One in nearly all of very many records.</summary>
        public ClientNetwork[] Known = [];
        public long? WindowStart;
        public int Failures;

        public bool Knows(ClientNetwork network) => Array.IndexOf(Known, network) >= 0;
    }
}
