using System.Buffers.Binary;
using System.Text;

namespace MailCluster.Edge.Tests.Proxy;

/// <summary>Headers and what is to be read in them: the description of a header, or the fault.</summary>
internal static class ProxyHeaderCorpus
{
    private const string LongestText = "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n";

    public static readonly byte[] IPv4 = [192, 0, 2, 7, 198, 51, 100, 1, 0x9C, 0x40, 0, 143];

    public static readonly byte[] IPv6 =
    [
        0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x9C, 0x40, 3, 225,
    ];

    /// <summary>Whole headers, nothing after them.</summary>
    public static IReadOnlyList<(byte[] Bytes, string Expected)> Taken { get; } =
    [
        Text("PROXY TCP4 192.0.2.7 198.51.100.1 40000 143\r\n", "192.0.2.7:40000 > 198.51.100.1:143"),
        Text("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n", "255.255.255.255:65535 > 255.255.255.255:65535"),
        Text("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n", "0.0.0.0:0 > 0.0.0.0:0"),
        Text("PROXY TCP6 2001:db8::1 2001:DB8::2 40000 993\r\n", "[2001:db8::1]:40000 > [2001:db8::2]:993"),
        Text("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
            "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535 > [ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"),
        Text("PROXY TCP6 ::ffff:192.0.2.7 :: 1 2\r\n", "[::ffff:192.0.2.7]:1 > [::]:2"),
        Text("PROXY UNKNOWN\r\n", "unknown"),
        Text("PROXY UNKNOWN whatever \0\xFF is here\r\n", "unknown"),
        Text(LongestText, "unknown"),
        (Binary(0x21, 0x11, IPv4), "192.0.2.7:40000 > 198.51.100.1:143"),
        (Binary(0x21, 0x21, IPv6), "[2001:db8::1]:40000 > [2001:db8::2]:993"),
        (Binary(0x20, 0x00, []), "local"),
        (Binary(0x20, 0x11, IPv4), "local"),
        // "Discard the protocol block including the family which is ignored."
        (Binary(0x20, 0xFF, [1, 2, 3]), "local"),
        (Binary(0x21, 0x00, []), "unknown"),
        (Binary(0x21, 0x01, [1, 2, 3]), "unknown"),
        (Binary(0x21, 0x10, [1, 2, 3]), "unknown"),
        (Binary(0x21, 0x31, new byte[216]), "unknown"),
        (Binary(0x21, 0x11, [.. IPv4, .. Addition(0x05, "id")]), "192.0.2.7:40000 > 198.51.100.1:143"),
        (Binary(0x21, 0x11, [.. IPv4, .. Addition(0x04, ""), .. Addition(0xEA, new string('x', 300))]), "192.0.2.7:40000 > 198.51.100.1:143"),
        (Binary(0x21, 0x11, [.. IPv4, .. Addition(0x04, new string('x', ProxyHeaderReader.BytesMax - 16 - 12 - 3))]), "192.0.2.7:40000 > 198.51.100.1:143"),
        // As HAProxy 2.6 sends it with "proxy-v2-options crc32c,unique-id".
        (
            [
                .. "\r\n\r\n\0\r\nQUIT\n"u8, 0x21, 0x11, 0, 0x16, 127, 0, 0, 1, 127, 0, 0, 1, 0x95, 0x72, 0x71, 0xD7,
                0x03, 0, 4, 0x19, 0xD7, 0x1B, 0x0B, 0x05, 0, 0,
            ],
            "127.0.0.1:38258 > 127.0.0.1:29143"
        ),
    ];

    /// <summary>What can be no header, with as few bytes as show it.</summary>
    public static IReadOnlyList<(byte[] Bytes, string Expected)> Refused { get; } =
    [
        Text("a", "NoHeader"),
        Text(" ", "NoHeader"),
        Text("\n", "NoHeader"),
        Text("p", "NoHeader"),
        Text("PROXy", "NoHeader"),
        Text("PROXY\t", "NoHeader"),
        Text("\r\n\r\n\0\r\nQUIT\r", "NoHeader"),
        Text("\r\n\r\n\n", "NoHeader"),
        // A client's first bytes, where a balancer forgot the header.
        Text("\x16", "NoHeader"),
        Text("PROXY TCP4 192.0.2.7 198.51.100.1 40000 143\n", "Line"),
        Text("PROXY TCP4 192.0.2.7 198.51.100.1 40000 143\r\r", "Line"),
        Text("PROXY TCP4 192.0.2.7 198.51.100.1 40000\r\n", "Line"),
        Text("PROXY TCP4 192.0.2.7 198.51.100.1 40000 143 \r\n", "Line"),
        Text("PROXY TCP4  192.0.2.7 198.51.100.1 40000 143\r\n", "Line"),
        Text("PROXY \r\n", "Line"),
        Text("PROXY UNKNOWNS\r\n", "Line"),
        Text("PROXY tcp4 192.0.2.7 198.51.100.1 40000 143\r\n", "Family"),
        Text("PROXY UDP4 192.0.2.7 198.51.100.1 40000 143\r\n", "Family"),
        Text("PROXY TCP4 2001:db8::1 2001:db8::2 40000 143\r\n", "Address"),
        Text("PROXY TCP6 192.0.2.7 198.51.100.1 40000 143\r\n", "Address"),
        Text("PROXY TCP4 192.0.2 198.51.100.1 40000 143\r\n", "Address"),
        Text("PROXY TCP4 192.0.2.7.1 198.51.100.1 40000 143\r\n", "Address"),
        Text("PROXY TCP4 192.0.2.07 198.51.100.1 40000 143\r\n", "Address"),
        Text("PROXY TCP4 192.0.2.256 198.51.100.1 40000 143\r\n", "Address"),
        Text("PROXY TCP4 0xC0.0.2.7 198.51.100.1 40000 143\r\n", "Address"),
        Text("PROXY TCP4 192.0.2.7 198.51.100. 40000 143\r\n", "Address"),
        Text("PROXY TCP6 [2001:db8::1] 2001:db8::2 40000 143\r\n", "Address"),
        Text("PROXY TCP6 fe80::1%1 2001:db8::2 40000 143\r\n", "Address"),
        Text("PROXY TCP6 2001:db8::1::2 2001:db8::2 40000 143\r\n", "Address"),
        Text("PROXY TCP6 2001:db8:::1 2001:db8::2 40000 143\r\n", "Address"),
        Text("PROXY TCP6 12345::1 2001:db8::2 40000 143\r\n", "Address"),
        Text("PROXY TCP6 1:2:3:4:5:6:7 2001:db8::2 40000 143\r\n", "Address"),
        Text("PROXY TCP6 2001:db8::/32 2001:db8::2 40000 143\r\n", "Address"),
        Text("PROXY TCP4 192.0.2.7 198.51.100.1 65536 143\r\n", "Port"),
        Text("PROXY TCP4 192.0.2.7 198.51.100.1 040 143\r\n", "Port"),
        Text("PROXY TCP4 192.0.2.7 198.51.100.1 -1 143\r\n", "Port"),
        Text("PROXY TCP4 192.0.2.7 198.51.100.1 +1 143\r\n", "Port"),
        Text("PROXY TCP4 192.0.2.7 198.51.100.1 40000 \r\n", "Port"),
        Text("PROXY TCP4 192.0.2.7 198.51.100.1 123456 143\r\n", "Port"),
        Text("PROXY UNKNOWN " + new string('x', 93), "Length"),
        Text("PROXY UNKNOWN " + new string('x', 92) + "\r", "Length"),
        (Binary(0x21, 0x11, IPv4)[..12].Append((byte)0x11).ToArray(), "Version"),
        (Binary(0x21, 0x11, IPv4)[..12].Append((byte)0x31).ToArray(), "Version"),
        (Binary(0x21, 0x11, IPv4)[..12].Append((byte)0x22).ToArray(), "Command"),
        (Binary(0x21, 0x41, IPv4)[..14], "Family"),
        (Binary(0x21, 0x12, IPv4)[..14], "Family"),
        (Binary(0x21, 0x13, IPv4)[..14], "Family"),
        (Binary(0x21, 0x11, IPv4[..11]), "Length"),
        (Binary(0x21, 0x21, IPv6[..35]), "Length"),
        (Binary(0x21, 0x31, new byte[215]), "Length"),
        // Refused for what it announces, not when it has come.
        ([.. Binary(0x20, 0x00, [])[..14], 0x0F, 0xF1], "Length"),
        ([.. Binary(0x21, 0x11, [])[..14], 0xFF, 0xFF], "Length"),
        (Binary(0x21, 0x11, [.. IPv4, 0x04]), "Addition"),
        (Binary(0x21, 0x11, [.. IPv4, 0x04, 0x00]), "Addition"),
        (Binary(0x21, 0x11, [.. IPv4, 0x04, 0x00, 0x01]), "Addition"),
        (Binary(0x21, 0x11, [.. IPv4, .. Addition(0x03, "abc")]), "Addition"),
        (Binary(0x21, 0x11, [.. IPv4, .. Addition(0x03, "abcd")]), "Checksum"),
    ];

    public static string Describe(in ProxyHeaderReading reading) => reading switch
    {
        { Outcome: ProxyHeaderOutcome.NeedMore } => "more",
        { Outcome: ProxyHeaderOutcome.Rejected } => reading.Fault.ToString(),
        { Header.IsLocal: true } => "local",
        { Header.Client: { } client, Header.Server: { } server } => $"{client} > {server}",
        _ => "unknown",
    };

    public static byte[] Binary(byte command, byte family, byte[] block)
    {
        byte[] header = [.. "\r\n\r\n\0\r\nQUIT\n"u8, command, family, 0, 0, .. block];
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(14), (ushort)block.Length);
        return header;
    }

    private static byte[] Addition(byte type, string value) => [type, (byte)(value.Length >> 8), (byte)value.Length, .. Encoding.Latin1.GetBytes(value)];

    private static (byte[] Bytes, string Expected) Text(string text, string expected) => (Encoding.Latin1.GetBytes(text), expected);
}
