using System.Buffers;
using System.Buffers.Binary;

namespace MailCluster.Cluster.Membership;

/// <summary>
/// What members say to each other (<see cref="Peers.PeerRequestKind.Membership"/>): one byte for what it is, then a 64-bit number, little-endian. Kinds that
/// a release does not know are answered with nothing.
/// </summary>
internal static class MembershipMessage
{
    internal enum Kind : byte
    {
        /// <summary>The map has this version now: read it if yours is older.</summary>
        MapChanged = 1,

        /// <summary>Is that generation there, as far as you can tell? Answered by one <see cref="PeerVerdict"/>.</summary>
        Look = 2,

        /// <summary>Hand over all you have, and take nothing more.</summary>
        Drain = 3,

        /// <summary>Look at the shares now.</summary>
        Rebalance = 4,
    }

    private const int Length = 1 + sizeof(long);

    internal static ReadOnlyMemory<byte> MapChanged(long version) => Write(Kind.MapChanged, version);

    internal static ReadOnlyMemory<byte> Look(Generation generation) => Write(Kind.Look, generation.Value);

    internal static ReadOnlyMemory<byte> Drain() => Write(Kind.Drain, 0);

    internal static ReadOnlyMemory<byte> Rebalance() => Write(Kind.Rebalance, 0);

    /// <exception cref="InvalidDataException">Too short.</exception>
    internal static (Kind Kind, long Number) Read(ReadOnlySpan<byte> bytes) => bytes.Length < Length
        ? throw new InvalidDataException("A membership message is too short.")
        : ((Kind)bytes[0], BinaryPrimitives.ReadInt64LittleEndian(bytes[1..]));

    internal static void WriteVerdict(PeerVerdict verdict, IBufferWriter<byte> reply) => reply.Write([(byte)verdict]);

    internal static PeerVerdict ReadVerdict(ReadOnlyMemory<byte> reply) =>
        reply.Length > 0 && reply.Span[0] <= (byte)PeerVerdict.Gone ? (PeerVerdict)reply.Span[0] : PeerVerdict.Unknown;

    private static byte[] Write(Kind kind, long number)
    {
        var bytes = new byte[Length];
        bytes[0] = (byte)kind;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), number);
        return bytes;
    }
}
