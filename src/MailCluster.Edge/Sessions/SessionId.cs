using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MailCluster.Edge;

/// <summary>The name of a session: thirteen letters and digits, unique over the nodes of a cluster and their restarts.</summary>
public readonly record struct SessionId(ulong Value)
{
    // Crockford's base 32 in lower case: no i, l, o, u, so that an id can be read out over a telephone.
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Digits = 13;

    public override string ToString() => string.Create(Digits, Value, static (text, value) =>
    {
        for (var i = Digits - 1; i >= 0; i--)
        {
            text[i] = Alphabet[(int)(value & 31)];
            value >>= 5;
        }
    });

    /// <summary>Reads what <see cref="ToString"/> wrote, in any case.</summary>
    public static bool TryParse(string? text, out SessionId id)
    {
        id = default;
        if (text is not { Length: Digits })
            return false;
        ulong value = 0;
        foreach (var c in text)
        {
            var digit = Alphabet.IndexOf(char.ToLowerInvariant(c), StringComparison.Ordinal);
            if (digit < 0 || value > ulong.MaxValue >> 5)
                return false;
            value = (value << 5) | (uint)digit;
        }

        id = new SessionId(value);
        return true;
    }
}

/// <summary>
/// Hands out session ids: ten bits of the node's name over 54 bits of microseconds. Two ids of one node never meet, because each is
/// greater than the last; over a restart because the clock went on, for a node makes fewer than a million sessions a second.
/// </summary>
internal sealed class SessionIdSource
{
    private const int TimeBits = 54;

    private readonly ulong _node;
    private long _last;

    public SessionIdSource(string nodeName)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(nodeName), hash);
        _node = BinaryPrimitives.ReadUInt64BigEndian(hash) >> TimeBits << TimeBits;
    }

    public SessionId Next(DateTimeOffset now)
    {
        var wanted = (now - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        while (true)
        {
            var last = Volatile.Read(ref _last);
            var next = Math.Max(wanted, last + 1);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
                return new SessionId(_node | ((ulong)next & ((1UL << TimeBits) - 1)));
        }
    }
}
