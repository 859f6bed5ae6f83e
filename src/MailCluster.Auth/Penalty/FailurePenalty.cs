using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using MailCluster.Auth.Abuse;

namespace MailCluster.Auth.Penalty;

/// <summary>
/// Slows down addresses that keep failing, after Dovecot's anvil: before each attempt an address waits 0, 2, 4, 8, 15 s, a step more per
/// failure, until an hour passes without one or an attempt succeeds. A client that repeats one stale password is not guessing: the
/// same name and password, among the last ten different ones of the address, adds nothing. IPv6 counts by /48, what one customer
/// has; an IPv4 address in IPv6 form is the IPv4 address. The waiting is the caller's, on a timer, without a thread. Nodes tell each other of failures
/// (<see cref="INeighbours"/>), so that it does not help to try each node in turn.
/// </summary>
internal sealed class FailurePenalty : IDisposable
{
    private static readonly TimeSpan[] Steps =
        [TimeSpan.Zero, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(15)];

    /// <summary>An address is forgotten after this long without a failure.</summary>
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromHours(1);

    /// <summary>Different attempts remembered per address.</summary>
    private const int AttemptsMax = 10;

    /// <summary>
    /// Addresses remembered; past it the whole table is swept for expired ones, then a new address takes a random one's place.
    /// </summary>
    public const int AddressesMax = 65536;

    private const int Ipv6PrefixLength = 48;

    private readonly Dictionary<ClientNetwork, Record> _records = [];
    private readonly Lock _lock = new();
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly IPNetwork[] _exempt;
    private readonly bool _enabled;
    private readonly TimeProvider _time;
    private readonly INeighbours _neighbours;

    public FailurePenalty(AuthOptions options, TimeProvider time, INeighbours neighbours)
    {
        _enabled = options.PenaltyEnabled;
        _exempt = [.. options.PenaltyExemptNetworks.Select(IPNetwork.Parse)];
        _time = time;
        _neighbours = neighbours;
        neighbours.Told += OnTold;
    }

    public void Dispose() => _neighbours.Told -= OnTold;

    /// <summary>How long an attempt from the address has to wait before it is looked at.</summary>
    public TimeSpan DelayFor(IPAddress? address)
    {
        if (!TryKey(address, out var key)) return TimeSpan.Zero;
        lock (_lock)
        {
            return _records.TryGetValue(key, out var record) && !IsExpired(record) ? Steps[record.Level] : TimeSpan.Zero;
        }
    }

    /// <summary>Counts a failure, unless it repeats one. The other nodes hear of it from <see cref="FailureLedger"/>.</summary>
    /// <param name="address">The client's.</param>
    /// <param name="attempt">The <see cref="Fingerprint"/> of what failed.</param>
    public void Failed(IPAddress? address, ulong attempt)
    {
        if (!TryKey(address, out var key)) return;
        lock (_lock)
        {
            if (!_records.TryGetValue(key, out var record) || IsExpired(record))
            {
                if (record is null) MakeRoom();
                _records[key] = record = new Record();
            }
            record.LastFailure = _time.GetTimestamp();
            if (record.Attempts.Contains(attempt)) return;
            if (record.Attempts.Count == AttemptsMax) record.Attempts.Dequeue();
            record.Attempts.Enqueue(attempt);
            if (record.Level < Steps.Length - 1) record.Level++;
        }
    }

    /// <summary>A success ends the penalty of its address.</summary>
    public void Succeeded(IPAddress? address)
    {
        if (Forget(address)) _neighbours.Tell(new AbuseNews(AbuseNewsKind.Succeeded, ClientNetwork.Of(address!, 128), 0, 0).ToBytes());
    }

    private bool Forget(IPAddress? address)
    {
        if (!TryKey(address, out var key)) return false;
        lock (_lock) return _records.Remove(key);
    }

    private void OnTold(ReadOnlyMemory<byte> bytes)
    {
        if (!AbuseNews.TryRead(bytes.Span, out var news)) return;
        var address = news.Value.Network.ToAddress();
        if (news.Value.Kind == AbuseNewsKind.Failed) Failed(address, news.Value.Attempt);
        else if (news.Value.Kind == AbuseNewsKind.Succeeded) Forget(address);
    }

    private bool IsExpired(Record record) => _time.GetElapsedTime(record.LastFailure) >= ForgetAfter;

    private bool TryKey(IPAddress? address, out ClientNetwork key)
    {
        key = default;
        if (!_enabled || address is null) return false;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        foreach (var network in _exempt)
        {
            if (network.BaseAddress.AddressFamily == address.AddressFamily && network.Contains(address)) return false;
        }
        key = ClientNetwork.Of(address, Ipv6PrefixLength);
        return true;
    }

    /// <summary>Equal for equal names and passwords, as long as this process runs; tells nothing about either.</summary>
    public ulong Fingerprint(string username, ReadOnlySpan<byte> password)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hmac.AppendData(Encoding.UTF8.GetBytes(username));
        hmac.AppendData([0]);
        hmac.AppendData(password);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hmac.GetHashAndReset(digest);
        return MemoryMarshal.Read<ulong>(digest);
    }

    private void MakeRoom()
    {
        if (_records.Count < AddressesMax) return;
        foreach (var (key, record) in _records)
        {
            if (IsExpired(record)) _records.Remove(key);
        }
        if (_records.Count < AddressesMax) return;
        // Enumeration order is arbitrary enough: the aim is a bound, not fairness to attackers.
        foreach (var key in _records.Keys)
        {
            _records.Remove(key);
            break;
        }
    }

    private sealed class Record
    {
        public int Level;
        public long LastFailure;
        public readonly Queue<ulong> Attempts = new(2);
    }
}
