using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace MailCluster.Auth.Passwords;

/// <summary>
/// Remembers that a password matched a stored hash. Only successes, and only as an HMAC under a key that exists in this process
/// alone, so that neither the memory nor a core file holds anything a guess could be tried on without the key. The stored hash is
/// part of the key: once an account has another one, no entry can match, without any invalidation.
/// Two tables take turns: a full young one becomes the old one, which keeps what is used and forgets the rest.
/// </summary>
internal sealed class VerifiedPasswordCache(int entriesMax, TimeSpan ttl, TimeProvider time)
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _lock = new();
    private readonly int _half = Math.Max(1, entriesMax / 2);
    private Dictionary<UInt128, long> _young = [];
    private Dictionary<UInt128, long> _old = [];
    private long _hits;
    private long _misses;

    /// <summary>Checks that were spared since the start.</summary>
    public long Hits => Interlocked.Read(ref _hits);

    /// <summary>Checks that had to be made.</summary>
    public long Misses => Interlocked.Read(ref _misses);

    /// <summary>Entries held, at most about the maximum.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _young.Count + _old.Count;
        }
    }

    /// <summary>The entry's key for a stored hash and a password.</summary>
    public UInt128 KeyOf(string stored, ReadOnlySpan<byte> password)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        var storedOctets = Encoding.UTF8.GetBytes(stored);
        Span<byte> length = stackalloc byte[sizeof(int)];
        MemoryMarshal.Write(length, storedOctets.Length);
        hmac.AppendData(length);
        hmac.AppendData(storedOctets);
        hmac.AppendData(password);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hmac.GetHashAndReset(digest);
        return MemoryMarshal.Read<UInt128>(digest);
    }

    /// <summary>
    /// True when the pair was seen to match less than the time to live ago. The time counts from the real check, not from uses.
    /// </summary>
    public bool Contains(UInt128 key)
    {
        if (entriesMax == 0) return false;
        var isKnown = IsKnown(key);
        Interlocked.Increment(ref isKnown ? ref _hits : ref _misses);
        return isKnown;
    }

    private bool IsKnown(UInt128 key)
    {
        lock (_lock)
        {
            var inYoung = _young.TryGetValue(key, out var checkedAt);
            if (!inYoung && !_old.TryGetValue(key, out checkedAt)) return false;
            if (time.GetElapsedTime(checkedAt) >= ttl)
            {
                _young.Remove(key);
                _old.Remove(key);
                return false;
            }
            if (!inYoung) Put(key, checkedAt);
            return true;
        }
    }

    /// <summary>Remembers a match found by a real check just now.</summary>
    public void Add(UInt128 key)
    {
        if (entriesMax == 0) return;
        lock (_lock) Put(key, time.GetTimestamp());
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _young = [];
            _old = [];
        }
    }

    private void Put(UInt128 key, long checkedAt)
    {
        _old.Remove(key);
        _young[key] = checkedAt;
        if (_young.Count < _half) return;
        _old = _young;
        _young = [];
    }
}
