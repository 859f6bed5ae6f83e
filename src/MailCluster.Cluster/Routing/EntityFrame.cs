using System.Buffers;
using System.Text;

namespace MailCluster.Cluster.Routing;

/// <summary>
/// A message to an entity on another node, as it goes into an <see cref="Peers.PeerRequestKind.EntityMessage"/>. Numbers are variable-length, seven
/// bits a byte, lowest first:
/// <code>
/// format (1) | shard | map version | route | place on the route | milliseconds left, 0 for no deadline | length of the id | id, UTF-8 | message
/// </code>
/// A stream request (<see cref="Peers.PeerRequestKind.EntityStream"/>) is the same with the subscription in place of the message, and zeros.
/// </summary>
/// <param name="Shard">Of the entity, by the sender's count.</param>
/// <param name="MapVersion">The newest map that the sender knows.</param>
/// <param name="Route">See <see cref="RemoteRoute"/>.</param>
/// <param name="Place">From 0, without gaps on one route.</param>
/// <param name="TimeLeft">Until the asker gives up.</param>
/// <param name="Entity">For whom.</param>
/// <param name="Body">What the codec wrote.</param>
internal readonly record struct EntityFrame(
    ShardId Shard, long MapVersion, long Route, long Place, TimeSpan TimeLeft, EntityId Entity, ReadOnlyMemory<byte> Body)
{
    private const byte Format = 1;

    /// <summary>Writes everything but the body, which follows.</summary>
    internal static void WriteHead(
        IBufferWriter<byte> target, ShardId shard, long mapVersion, long route, long place, TimeSpan timeLeft, EntityId entity)
    {
        target.Write([Format]);
        WriteNumber(target, shard.Value);
        WriteNumber(target, mapVersion);
        WriteNumber(target, route);
        WriteNumber(target, place);
        WriteNumber(target, timeLeft == Timeout.InfiniteTimeSpan ? 0 : Math.Max(1, (long)timeLeft.TotalMilliseconds));
        WriteNumber(target, Encoding.UTF8.GetByteCount(entity.Value));
        Encoding.UTF8.GetBytes(entity.Value, target);
    }

    /// <exception cref="InvalidDataException">Not such a frame.</exception>
    internal static EntityFrame Read(ReadOnlyMemory<byte> frame)
    {
        var rest = frame;
        if (rest.IsEmpty || rest.Span[0] != Format)
        {
            throw new InvalidDataException("The frame of an entity's message has an unknown format.");
        }

        rest = rest[1..];
        var shard = ReadNumber(ref rest);
        var mapVersion = ReadNumber(ref rest);
        var route = ReadNumber(ref rest);
        var place = ReadNumber(ref rest);
        var left = ReadNumber(ref rest);
        var length = ReadNumber(ref rest);
        if (shard > int.MaxValue || length > rest.Length || left > int.MaxValue)
        {
            throw new InvalidDataException("The frame of an entity's message is cut short.");
        }

        var entity = new EntityId(Encoding.UTF8.GetString(rest.Span[..(int)length]));
        return new EntityFrame(
            new ShardId((int)shard),
            mapVersion,
            route,
            place,
            left == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(left),
            entity,
            rest[(int)length..]);
    }

    internal static void WriteNumber(IBufferWriter<byte> target, long number)
    {
        var bytes = target.GetSpan(10);
        var length = 0;
        for (var left = (ulong)number; ; left >>= 7)
        {
            bytes[length++] = left < 0x80 ? (byte)left : (byte)(left | 0x80);
            if (left < 0x80)
            {
                break;
            }
        }

        target.Advance(length);
    }

    /// <exception cref="InvalidDataException">Cut short, or no number of 63 bits.</exception>
    internal static long ReadNumber(ref ReadOnlyMemory<byte> rest)
    {
        var number = 0UL;
        for (var i = 0; i < Math.Min(9, rest.Length); i++)
        {
            var next = rest.Span[i];
            number |= (ulong)(next & 0x7F) << (7 * i);
            if (next < 0x80)
            {
                rest = rest[(i + 1)..];
                return (long)number;
            }
        }

        throw new InvalidDataException("A number of a frame is cut short.");
    }
}
