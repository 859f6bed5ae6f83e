using System.Buffers.Binary;
using System.Net;

namespace MailCluster.Auth.Abuse;

/// <summary>
/// A network of clients in the form that counts and bans use: an address cut to its first bits. IPv4 addresses in IPv6 form are IPv4 addresses. Who has one
/// IPv6 address has all of its /64 at least, so a whole prefix counts as one client.
/// </summary>
/// <param name="Address">The address's octets from the most significant on; IPv4 in the upper 32 bits. Bits past the prefix are zero.</param>
/// <param name="PrefixLength">Bits that count: 0–32 or 0–128.</param>
/// <param name="IsIpv6">Which family.</param>
public readonly record struct ClientNetwork(UInt128 Address, byte PrefixLength, bool IsIpv6)
{
    /// <summary>Octets of <see cref="Write"/>.</summary>
    public const int Size = 18;

    /// <summary>The network of one client: a whole IPv4 address, or the given prefix of an IPv6 one.</summary>
    public static ClientNetwork Of(IPAddress address, int ipv6PrefixLength)
    {
        var bits = Bits(address, out var isIpv6);
        return Cut(bits, isIpv6 ? ipv6PrefixLength : 32, isIpv6);
    }

    /// <summary>That network; host bits are cleared. IPv4 networks in IPv6 form (<c>::ffff:192.0.2.0/120</c>) are IPv4 networks.</summary>
    public static ClientNetwork Of(IPNetwork network)
    {
        var bits = Bits(network.BaseAddress, out var isIpv6);
        var mapped = !isIpv6 && network.BaseAddress.IsIPv4MappedToIPv6;
        return Cut(bits, mapped ? Math.Max(network.PrefixLength - 96, 0) : network.PrefixLength, isIpv6);
    }

    /// <summary>An address or a network in CIDR form; null for anything else.</summary>
    public static ClientNetwork? Parse(string text)
    {
        if (IPNetwork.TryParse(text, out var network)) return Of(network);
        return IPAddress.TryParse(text, out var address) ? Of(address, 128) : null;
    }

    /// <summary>The first bits of an address, in the form of <see cref="Address"/>.</summary>
    public static ClientNetwork Cut(UInt128 bits, int prefixLength, bool isIpv6) =>
        new(prefixLength == 0 ? UInt128.Zero : bits & (UInt128.MaxValue << (128 - prefixLength)), (byte)prefixLength, isIpv6);

    /// <summary>An address in the form of <see cref="Address"/>.</summary>
    public static UInt128 Bits(IPAddress address, out bool isIpv6)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        Span<byte> octets = stackalloc byte[16];
        octets.Clear();
        address.TryWriteBytes(octets, out var length);
        isIpv6 = length == 16;
        return BinaryPrimitives.ReadUInt128BigEndian(octets);
    }

    /// <summary>True when the other lies in this one.</summary>
    public bool Contains(ClientNetwork other) =>
        other.IsIpv6 == IsIpv6 && other.PrefixLength >= PrefixLength && Cut(other.Address, PrefixLength, IsIpv6).Address == Address;

    public void Write(Span<byte> octets)
    {
        octets[0] = IsIpv6 ? (byte)6 : (byte)4;
        octets[1] = PrefixLength;
        BinaryPrimitives.WriteUInt128BigEndian(octets[2..], Address);
    }

    /// <summary>Null when the octets are none of <see cref="Write"/>.</summary>
    public static ClientNetwork? Read(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < Size || octets[0] is not (4 or 6) || octets[1] > (octets[0] == 6 ? 128 : 32)) return null;
        var address = BinaryPrimitives.ReadUInt128BigEndian(octets[2..]);
        var network = Cut(address, octets[1], octets[0] == 6);
        return network.Address == address ? network : null;
    }

    /// <summary>The first address.</summary>
    public IPAddress ToAddress()
    {
        Span<byte> octets = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(octets, Address);
        return new IPAddress(IsIpv6 ? octets : octets[..4]);
    }

    /// <summary><c>192.0.2.7</c>, <c>192.0.2.0/24</c>, <c>2001:db8::/64</c>: whole addresses without the length.</summary>
    public override string ToString()
    {
        var address = ToAddress();
        return PrefixLength == (IsIpv6 ? 128 : 32) ? address.ToString() : $"{address}/{PrefixLength}";
    }
}
