using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MailCluster.Auth.PassDb;

namespace MailCluster.Auth.Cache;

/// <summary>
/// Answers of password databases that ask another server. The problem: a phone logs in each minute, and each time a directory is asked for what it
/// said a minute ago. The danger: a password that was changed there must count.
/// </summary>
/// <remarks>
/// What is kept, for a name as it was asked (database, account, protocol, mechanism, both addresses: a database's rules may look at them): the account with its fields and a fingerprint
/// of the password that opened it; or that the name is unknown; and fingerprints of the last wrong passwords. What is answered from it: the password that
/// opened it, until <c>ttl</c>; an unknown name, and a wrong password that was just tried, until <c>negative-ttl</c>. Any other password is asked for:
/// so a new one counts at once, and only an old one lives on, until <c>ttl</c> or <c>mailctl auth cache flush</c>. A fingerprint is an HMAC under a key of
/// this process, as in <see cref="Passwords.VerifiedPasswordCache"/>; two tables take turns, as there.
/// </remarks>
internal sealed class AuthCache(AuthOptions options, TimeProvider time)
{
    /// <summary>Wrong passwords remembered for a name. A person types two or three, a client repeats one.</summary>
    private const int WrongMax = 4;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _lock = new();
    private readonly int _half = Math.Max(1, options.CacheEntriesMax / 2);
    private Dictionary<UInt128, Entry> _young = [];
    private Dictionary<UInt128, Entry> _old = [];
    private long _positiveHits;
    private long _negativeHits;
    private long _misses;

    public bool IsOn => options.CacheEntriesMax > 0;

    public int Count
    {
        get
        {
            lock (_lock) return _young.Count + _old.Count;
        }
    }

    public long PositiveHits => Interlocked.Read(ref _positiveHits);

    public long NegativeHits => Interlocked.Read(ref _negativeHits);

    public long Misses => Interlocked.Read(ref _misses);

    /// <summary>The key of a question.</summary>
    public UInt128 KeyOf(string database, PassDbQuery query)
    {
        var from = query.Context;
        return Mac(
            string.Join('\0', database, query.Account, query.LoginUser, query.Mechanism, from.Protocol, from.IsSecure, from.RemoteAddress, from.LocalAddress), default);
    }

    /// <summary>The fingerprint of a password in one question.</summary>
    public UInt128 Fingerprint(UInt128 question, ReadOnlySpan<byte> password) => Mac(question.ToString(CultureInfo.InvariantCulture), password);

    /// <summary>An answer that still holds, or null: the database has to be asked.</summary>
    public PassDbResult? Find(UInt128 question, UInt128 password)
    {
        lock (_lock)
        {
            if (!_young.TryGetValue(question, out var entry) && !_old.TryGetValue(question, out entry)) return Miss();
            if (entry.Match is { } match && entry.Opens == password && IsFresh(entry.MatchedAt, options.CacheTtl)) return Hit(match, ref _positiveHits);
            if (entry.Unknown is { } unknown && IsFresh(entry.UnknownAt, options.CacheNegativeTtl)) return Hit(unknown, ref _negativeHits);
            foreach (var (wrong, triedAt) in entry.Wrong)
            {
                if (wrong == password && IsFresh(triedAt, options.CacheNegativeTtl)) return Hit(PassDbResult.Mismatch, ref _negativeHits);
            }
            return Miss();
        }
    }

    /// <summary>Remembers what a database said just now; an answer that says nothing about the account is not one.</summary>
    public void Put(string account, UInt128 question, UInt128 password, PassDbResult answer)
    {
        if (!IsOn || answer.Status is not (PassDbStatus.Match or PassDbStatus.Mismatch or PassDbStatus.UnknownUser)) return;
        var now = time.GetTimestamp();
        lock (_lock)
        {
            if (!_young.TryGetValue(question, out var entry))
            {
                _old.Remove(question, out entry);
                _young[question] = entry ??= new Entry(account);
                if (_young.Count >= _half) (_old, _young) = (_young, []);
            }
            switch (answer.Status)
            {
                case PassDbStatus.Match:
                    (entry.Match, entry.Opens, entry.MatchedAt) = (answer, password, now);
                    entry.Unknown = null;
                    entry.Wrong.Clear();
                    break;
                case PassDbStatus.UnknownUser:
                    // Nothing that was known before holds: the account is gone.
                    (entry.Match, entry.Unknown, entry.UnknownAt) = (null, answer, now);
                    break;
                default:
                    entry.Unknown = null;
                    // The database itself has refused what it took before.
                    if (entry.Match is not null && entry.Opens == password) entry.Match = null;
                    if (entry.Wrong.Count == WrongMax) entry.Wrong.Dequeue();
                    entry.Wrong.Enqueue((password, now));
                    break;
            }
        }
    }

    /// <summary>Forgets everything; how many entries that was.</summary>
    public int Clear()
    {
        lock (_lock)
        {
            var count = _young.Count + _old.Count;
            _young = [];
            _old = [];
            return count;
        }
    }

    /// <summary>Forgets one account; how many entries that was.</summary>
    public int Clear(string account)
    {
        lock (_lock) return Clear(_young, account) + Clear(_old, account);
    }

    private static int Clear(Dictionary<UInt128, Entry> table, string account)
    {
        var count = 0;
        foreach (var (question, entry) in table)
        {
            if (entry.Account == account && table.Remove(question)) count++;
        }
        return count;
    }

    private PassDbResult? Miss()
    {
        Interlocked.Increment(ref _misses);
        return null;
    }

    private static PassDbResult Hit(PassDbResult answer, ref long hits)
    {
        Interlocked.Increment(ref hits);
        return answer;
    }

    private bool IsFresh(long since, TimeSpan ttl) => time.GetElapsedTime(since) < ttl;

    private UInt128 Mac(string text, ReadOnlySpan<byte> secret)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        var octets = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(int)];
        MemoryMarshal.Write(length, octets.Length);
        hmac.AppendData(length);
        hmac.AppendData(octets);
        hmac.AppendData(secret);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hmac.GetHashAndReset(digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }

    private sealed class Entry(string account)
    {
        public string Account => account;

        public PassDbResult? Match { get; set; }

        public UInt128 Opens { get; set; }

        public long MatchedAt { get; set; }

        public PassDbResult? Unknown { get; set; }

        public long UnknownAt { get; set; }

        public Queue<(UInt128 Password, long TriedAt)> Wrong { get; } = new(1);
    }
}
