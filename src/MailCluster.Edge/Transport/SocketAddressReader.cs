using System.Buffers.Binary;
using System.Net;

namespace MailCluster.Edge.Transport;

/// <summary>Reads <c>struct sockaddr_in</c> and <c>sockaddr_in6</c> of Linux.</summary>
internal static class SocketAddressReader
{
    /// <summary>Octets of the longer of the two.</summary>
    public const int OctetsMax = 28;

    private const ushort Inet = 2;
    private const ushort Inet6 = 10;

    /// <summary>Null for any other family.</summary>
    public static IPEndPoint? Read(ReadOnlySpan<byte> address)
    {
        var port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        return BitConverter.ToUInt16(address) switch
        {
            Inet => new IPEndPoint(new IPAddress(address.Slice(4, 4)), port),
            Inet6 => new IPEndPoint(new IPAddress(address.Slice(8, 16), BitConverter.ToUInt32(address[24..])), port),
            _ => null,
        };
    }
}
