using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace MailCluster.Auth.Abuse;

/// <summary>What nodes tell each other about clients (<see cref="INeighbours"/>).</summary>
/// <remarks>
/// On the wire: one octet for the kind, then the network (18 octets), then two 64-bit numbers, little-endian. News that are longer or of another kind come from a
/// later release; what is known of them is read, the rest ignored.
/// </remarks>
internal readonly record struct AbuseNews(AbuseNewsKind Kind, ClientNetwork Network, ulong Attempt, ulong Account)
{
    private const int Size = 1 + ClientNetwork.Size + 16;

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        bytes[0] = (byte)Kind;
        Network.Write(bytes.AsSpan(1));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(1 + ClientNetwork.Size), Attempt);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(9 + ClientNetwork.Size), Account);
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out AbuseNews? news)
    {
        news = null;
        if (bytes.Length < Size || bytes[0] is < (byte)AbuseNewsKind.Failed or > (byte)AbuseNewsKind.BansChanged) return false;
        if (ClientNetwork.Read(bytes[1..]) is not { } network) return false;
        news = new AbuseNews(
            (AbuseNewsKind)bytes[0],
            network,
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[(1 + ClientNetwork.Size)..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[(9 + ClientNetwork.Size)..]));
        return true;
    }
}

/// <summary>Numbers stay.</summary>
internal enum AbuseNewsKind : byte
{
    /// <summary>A wrong password: the fingerprint of name and password, and that of the account.</summary>
    Failed = 1,

    /// <summary>A right one.</summary>
    Succeeded = 2,

    /// <summary>The store of bans has others than before.</summary>
    BansChanged = 3,
}
